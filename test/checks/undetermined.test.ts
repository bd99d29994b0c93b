import { describe, expect, it } from 'vitest';
import { undetermined } from '../../internal/checks/undetermined.ts';
import type { Pod } from '../../internal/model/kubernetes.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { cniFails } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, crashLoop, podOn, setLog, stuckInit, unready } from '../support/faults.ts';
import { at, snapshotFrom, type Mutable, type Sample } from '../support/sample.ts';

const sampleOf = (change: (sample: Sample) => void): Sample => {
  const sample = healthyCluster({ nodes: 4 });
  change(sample);
  return sample;
};

const about = (node: string, more: Partial<Finding> = {}): Finding => ({
  id: 'a-fault',
  severity: 'error',
  confidence: 'likely',
  title: '',
  summary: '',
  ruledOut: [],
  facts: {},
  affected: [{ kind: 'Node', name: node }],
  evidence: [],
  symptoms: [],
  remedies: [],
  ...more,
});

const commandsOf = (sample: Sample): readonly string[] =>
  undetermined(snapshotFrom(sample), [])?.remedies[0]?.manual ?? [];

describe('undetermined', () => {
  it('is silent where every pod is well', () => {
    expect(undetermined(snapshotFrom(sampleOf(() => {})), [])).toBeNull();
  });

  it.each<[string, readonly Finding[], readonly string[]]>([
    ['nothing is known', [], ['worker-2', 'worker-3']],
    ['one node is explained', [about('worker-3')], ['worker-2']],
    [
      'a warning explains nothing',
      [about('worker-3', { severity: 'warning' })],
      ['worker-2', 'worker-3'],
    ],
    [
      'a cause elsewhere names it as a symptom',
      [
        about('worker-1', {
          symptoms: [{ id: 'pod-not-ready', affected: [{ kind: 'Node', name: 'worker-2' }] }],
        }),
      ],
      ['worker-3'],
    ],
  ])('names the pods that are left over: %s', (_name, findings, nodes) => {
    const sample = sampleOf((item) => {
      unready(podOn(item, 'worker-2'));
      crashLoop(item, podOn(item, 'worker-3'), {
        lived: 7,
        exitCode: 1,
        reason: 'Error',
        restarts: 4,
      });
    });
    expect(undetermined(snapshotFrom(sample), findings)?.facts['nodes']).toEqual(nodes);
  });

  it('shows the status, the newest warning and the last line', () => {
    const sample = sampleOf((item) => {
      unready(podOn(item, 'worker-2'));
      addEvent(item, podOn(item, 'worker-2'), 'Unhealthy', 'Readiness probe failed: odd', {
        ago: 20,
      });
    });
    const fields = undetermined(snapshotFrom(sample), [])?.evidence.map(({ field }) => field);
    expect(fields).toEqual(['status', 'event Unhealthy', 'log']);
  });

  it('asks for the log that was not read, of the container that did not come up', () => {
    const sample = sampleOf((item) =>
      stuckInit(
        podOn(item, 'worker-2'),
        'install-cni',
        { running: { startedAt: at(item, -900) } },
        3,
      ),
    );
    const name = podOn(sample, 'worker-2').metadata.name;
    expect(commandsOf(sample)).toEqual([
      `kubectl -n kube-system logs ${name} -c install-cni`,
      `kubectl -n kube-system logs ${name} -c install-cni --previous`,
      `kubectl -n kube-system describe pod ${name}`,
    ]);
    setLog(sample, podOn(sample, 'worker-2'), 'install-cni', 'x\n');
    setLog(sample, podOn(sample, 'worker-2'), 'install-cni', 'y\n', true);
    expect(commandsOf(sample)).toHaveLength(1);
  });

  it('asks for no log of a run that there was not', () => {
    const sample = sampleOf((item) => unready(podOn(item, 'worker-2')));
    expect(commandsOf(sample).filter((command) => command.includes('--previous'))).toEqual([]);
  });
});

describe('pods that get no network', () => {
  const failing = (change: (pod: Mutable<Pod>, sample: Sample) => void = () => {}): Sample =>
    sampleOf((sample) => {
      change(cniFails(sample, 'worker-2', 'something that nobody has seen before'), sample);
    });

  it('are an open question where no check knows the words', () => {
    const finding = undetermined(snapshotFrom(failing()), []);
    expect(finding).toMatchObject({ id: 'undetermined', facts: { nodes: ['worker-2'] } });
  });

  it.each<[string, Sample, readonly Finding[]]>([
    ['the node is explained', failing(), [about('worker-2')]],
    ['the whole cluster is', failing(), [about('worker-2', { affected: [] })]],
    [
      'it failed only twice',
      failing((_, sample) => {
        for (const event of sample.lists.events ?? []) event.count = 2;
      }),
      [],
    ],
    [
      'they are young',
      failing((pod, sample) => {
        pod.metadata.creationTimestamp = at(sample, -60);
      }),
      [],
    ],
    [
      'they have an address by now',
      failing((pod) => {
        pod.status = { ...pod.status, podIP: '10.244.9.9' };
      }),
      [],
    ],
  ])('are none where %s', (_name, sample, findings) => {
    expect(undetermined(snapshotFrom(sample), findings)).toBeNull();
  });
});
