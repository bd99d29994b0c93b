import { describe, expect, it } from 'vitest';
import { answered, isTooYoungToTell, standing } from '../../internal/calico/speech.ts';
import { failInit, failStart, say } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { podOn, setLog, stuckInit } from '../support/faults.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const version = 'v3.29.1';
const at = (sample: Sample, ago: number, message: string, level = 'INFO'): string =>
  say(sample, { version, ago, level }, message);

function words(sample: Sample, node = 'worker-1', quiet: number | null = null): string[] {
  const snapshot = snapshotFrom(sample);
  const pod =
    snapshot.lists.pods.state === 'read'
      ? snapshot.lists.pods.items.find(
          ({ metadata }) => metadata.name === podOn(sample, node).metadata.name,
        )
      : undefined;
  if (!pod) throw new Error('no pod');
  return standing(
    snapshot,
    pod,
    ({ message }) => (message.startsWith('trouble') ? message : null),
    { cured: answered, quiet: () => quiet },
  ).map(({ value, container, previous }) => `${container}${previous ? ' before' : ''}: ${value}`);
}

const logged = (sample: Sample, lines: readonly string[], previous = false): void =>
  setLog(
    sample,
    podOn(sample, 'worker-1'),
    'calico-node',
    lines.map((line) => `${line}\n`).join(''),
    previous,
  );

describe('what a pod still says', () => {
  it('ends with a line that shows the matter cured, in this run and the one before', () => {
    const sample = healthyCluster({ nodes: 1 });
    logged(sample, [at(sample, 100, 'trouble 1')], true);
    logged(sample, [
      at(sample, 90, 'trouble 2'),
      at(sample, 80, 'Datastore connection verified'),
      at(sample, 70, 'trouble 3'),
    ]);
    expect(words(sample)).toEqual(['calico-node: trouble 3']);
  });

  it('counts the run before while this one is young, and not for long', () => {
    const sample = healthyCluster({ nodes: 1 });
    logged(sample, [at(sample, 100, 'trouble')], true);
    logged(sample, [at(sample, 50, 'begun'), at(sample, 20, 'going on')]);
    expect(words(sample)).toEqual(['calico-node before: trouble']);
    logged(sample, [at(sample, 150, 'begun'), at(sample, 20, 'going on')]);
    expect(words(sample)).toEqual([]);
  });

  it('lets a matter rest that is not said again, by the time of the line before where it has none', () => {
    const sample = healthyCluster({ nodes: 1 });
    logged(sample, [
      at(sample, 500, 'x'),
      'trouble without a time',
      at(sample, 490, 'trouble'),
      at(sample, 10, 'y'),
    ]);
    expect(words(sample)).toHaveLength(2);
    expect(words(sample, 'worker-1', 300)).toEqual([]);
  });

  it('listens to the init container that is not through, and to those before it', () => {
    const sample = healthyCluster({ nodes: 1 });
    failInit(sample, 'worker-1', {
      container: 'install-cni',
      lines: [at(sample, 40, 'trouble b')],
      before: { 'upgrade-ipam': [at(sample, 90, 'trouble a')], 'mount-bpffs': ['trouble never'] },
    });
    expect(words(sample)).toEqual([
      'upgrade-ipam: trouble a',
      'install-cni before: trouble b',
      'install-cni: trouble b',
    ]);
  });

  it('forgets what was said before install-cni was through', () => {
    const sample = healthyCluster({ nodes: 1 });
    const pod = podOn(sample, 'worker-1');
    stuckInit(pod, 'mount-bpffs', { running: {} });
    setLog(sample, pod, 'install-cni', 'trouble of before\n');
    setLog(sample, pod, 'mount-bpffs', 'trouble of now\n');
    expect(words(sample)).toEqual(['mount-bpffs: trouble of now']);
  });
});

describe('a pod too young to tell', () => {
  it.each<[string, (sample: Sample) => void, boolean]>([
    ['no log', (sample) => (sample.logs = []), true],
    [
      'a run of a second',
      (sample) => logged(sample, [at(sample, 3, 'begun'), at(sample, 2, 'asking')]),
      true,
    ],
    [
      'a run that ended by itself',
      (sample) => failStart(sample, 'worker-1', [at(sample, 3, 'no address', 'ERROR')]),
      false,
    ],
    [
      'a run of a minute',
      (sample) => logged(sample, [at(sample, 63, 'begun'), at(sample, 2, 'asking')]),
      false,
    ],
  ])('%s: %s', (_name, change, expected) => {
    const sample = healthyCluster({ nodes: 1 });
    change(sample);
    const snapshot = snapshotFrom(sample);
    const pods = snapshot.lists.pods.state === 'read' ? snapshot.lists.pods.items : [];
    const pod = pods.find(({ metadata }) => metadata.labels?.['k8s-app'] === 'calico-node');
    expect(pod && isTooYoungToTell(snapshot, pod)).toBe(expected);
  });
});
