import { describe, expect, it } from 'vitest';
import { nodeNameMismatch } from '../../internal/checks/node-name-mismatch.ts';
import { healthyCluster } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  logOf,
  nodeOf,
  podOn,
  setLog,
  storeAddress,
} from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';
import { failsWith, setVariable, type SaidLine } from '../support/start-failure.ts';

const notFound = (name: string): SaidLine => [
  'ERROR',
  `Failed to read Node from datastore error=nodes "${name}" not found`,
];
const called = (name: string): SaidLine => ['INFO', `Determined node name: ${name}`];

const failing = (
  lines: readonly SaidLine[],
  version = 'v3.27.2',
  install: 'manifest' | 'etcd' = 'manifest',
): Sample => {
  const sample = healthyCluster({ nodes: 3, version, install });
  failsWith(sample, 'worker-2', lines, { version });
  return sample;
};

function pending(sample: Sample, node: string, message: string): void {
  const pod = {
    kind: 'Pod',
    metadata: { name: `api-${node}`, namespace: 'shop', uid: `api-${node}` },
    spec: { nodeName: node, containers: [{ name: 'api' }] },
    status: { phase: 'Pending', startTime: '2026-03-01T11:00:00Z' },
  };
  add(sample, 'pods', pod);
  addEvent(
    sample,
    pod,
    'FailedCreatePodSandBox',
    `Failed to create pod sandbox: plugin type="calico" failed (add): ${message}`,
  );
}

describe('node-name-mismatch', () => {
  it.each<[string, readonly SaidLine[], string, string, string?]>([
    [
      'the stored file',
      [
        ['INFO', 'Using stored node name golden from /var/lib/calico/nodename'],
        called('golden'),
        notFound('golden'),
      ],
      'file',
      'golden',
    ],
    [
      'the host',
      [
        ['INFO', 'Using HOSTNAME environment (lowercase) for node name w2'],
        called('w2'),
        notFound('w2'),
      ],
      'host',
      'w2',
    ],
    [
      'the operating system',
      [
        [
          'WARNING',
          'Using auto-detected node name. It is recommended that an explicit value is supplied using the NODENAME environment variable.',
        ],
        called('W2.example'),
        notFound('W2.example'),
      ],
      'host',
      'W2.example',
    ],
    [
      'a fixed variable',
      [
        ['INFO', 'Using NODENAME environment for node name calico'],
        called('calico'),
        notFound('calico'),
      ],
      'variable',
      'calico',
    ],
    [
      'the error of old releases',
      [
        called('w2'),
        [
          'ERROR',
          'Unable to set node resource configuration error=resource does not exist: Node(w2) with error: nodes "w2" not found',
        ],
      ],
      'not-told',
      'w2',
      'v3.11.3',
    ],
    ['only the error', [notFound('w2')], 'not-told', 'w2', 'v3.31.0'],
    [
      'the allocator',
      [['FATAL', "failed to fetch node resource 'w2' error=resource does not exist: Node(w2)"]],
      'not-told',
      'w2',
      'v3.20.1',
    ],
  ])('reads the name and its source: %s', (_name, lines, source, name, version) => {
    const finding = findingIn(nodeNameMismatch, failing(lines, version));
    expect(finding).toMatchObject({ severity: 'error', confidence: 'confirmed' });
    expect(finding.facts).toMatchObject({ source, nodes: [{ node: 'worker-2', name }] });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('sees machines that all go by one name, and run', () => {
    const sample = healthyCluster({ nodes: 3 });
    setVariable(sample, 'NODENAME', 'worker-1');
    for (const node of ['worker-2', 'worker-3']) {
      const pod = podOn(sample, node);
      setLog(
        sample,
        pod,
        'calico-node',
        logOf(sample, pod)
          .replaceAll(`name: ${node}`, 'name: worker-1')
          .replaceAll(`Starting node ${node}`, 'Starting node worker-1'),
      );
    }
    const finding = findingIn(nodeNameMismatch, sample);
    expect(nodesOf(finding)).toEqual(['worker-2', 'worker-3']);
    expect(finding.facts['sharedName']).toBe('worker-1');
  });

  it.each<[string, (sample: Sample) => void, string | null, readonly string[]]>([
    ['a fixed variable', (s) => setVariable(s, 'NODENAME', 'calico'), 'calico', ['confirmed']],
    [
      'no variable, and a host that is called otherwise',
      (s) => {
        setVariable(s, 'NODENAME', undefined);
        for (const address of nodeOf(s, 'worker-2').status?.addresses ?? [])
          if (address.type === 'Hostname') address.address = 'w2.farm.example';
      },
      null,
      ['possible'],
    ],
    ['no variable, and the same name', (s) => setVariable(s, 'NODENAME', undefined), null, []],
    ['the variable of the manifests', () => {}, null, []],
  ])('without a log: %s', (_name, change, name, confidences) => {
    const sample = healthyCluster({ nodes: 3, noLogs: true });
    change(sample);
    storeAddress(nodeOf(sample, 'worker-2'), null);
    crashLoop(sample, podOn(sample, 'worker-2'), {
      lived: 1,
      exitCode: 1,
      reason: 'Error',
      restarts: 6,
    });
    const findings = findingsIn(nodeNameMismatch, sample);
    expect(
      findings.map(({ confidence }) => (confidence === 'likely' ? 'confirmed' : confidence)),
    ).toEqual(confidences);
    for (const { facts } of findings) expect(facts['nodes']).toEqual([{ node: 'worker-2', name }]);
  });

  it('finds a CNI plugin that asks for another node', () => {
    const sample = healthyCluster({ nodes: 3 });
    pending(sample, 'worker-3', 'nodes "W3" not found');
    const finding = findingIn(nodeNameMismatch, sample);
    expect(nodesOf(finding)).toEqual(['worker-3']);
    expect(finding.facts).toMatchObject({
      source: 'cni',
      nodes: [{ node: 'worker-3', name: 'W3' }],
    });
  });

  it.each<[string, () => Sample]>([
    ['a healthy cluster', () => healthyCluster({ nodes: 3 })],
    [
      'an operator cluster',
      () => healthyCluster({ nodes: 3, install: 'operator', version: 'v3.31.7' }),
    ],
    [
      'etcd, with a name of its own there',
      () => {
        const sample = healthyCluster({ nodes: 3, install: 'etcd' });
        const pod = podOn(sample, 'worker-1');
        setLog(sample, pod, 'calico-node', logOf(sample, pod).replaceAll('worker-1', 'rack7-1'));
        return sample;
      },
    ],
    ['a node object that was made anew', () => failing([called('worker-2'), notFound('worker-2')])],
    [
      'a CNI error about a node that there is',
      () => {
        const sample = healthyCluster({ nodes: 3 });
        pending(sample, 'worker-3', 'nodes "worker-3" not found');
        return sample;
      },
    ],
    [
      'Felix, which speaks of other nodes',
      () => {
        const sample = healthyCluster({ nodes: 3 });
        appendLog(sample, podOn(sample, 'worker-1'), [
          '2026-03-01 11:59:00.000 [WARNING][61] felix/node.go 9: nodes "worker-7" not found',
        ]);
        return sample;
      },
    ],
  ])('finds nothing: %s', (_name, build) => {
    expect(findingsIn(nodeNameMismatch, build())).toEqual([]);
  });

  it('with etcd finds a name for which something fails', () => {
    const sample = failing([called('w2'), notFound('w2')], 'v3.26.5', 'etcd');
    expect(nodesOf(findingIn(nodeNameMismatch, sample))).toEqual(['worker-2']);
  });
});
