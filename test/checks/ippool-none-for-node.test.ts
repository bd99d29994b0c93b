import { describe, expect, it } from 'vitest';
import { ippoolNoneForNode } from '../../internal/checks/ippool-none-for-node.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { cniFails, failStart, say } from '../support/api-faults.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { nodeOf } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { addPool } from '../support/pools.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const refused = (node: string): string =>
  `failed to request IPv4 addresses: no configured Calico pools for node ${node}`;

function label(sample: Sample, node: string, key: string, value: string): void {
  (nodeOf(sample, node).metadata.labels ??= {})[key] = value;
}

/** Two racks with a pool each, and a node of a third one. */
function racks(sample: Sample): void {
  label(sample, 'worker-1', 'rack', 'a');
  label(sample, 'worker-2', 'rack', 'b');
  label(sample, 'worker-3', 'rack', 'c');
  addPool(sample, 'rack-a', { cidr: '10.244.0.0/17', nodeSelector: 'rack == "a"' });
  addPool(sample, 'rack-b', { cidr: '10.244.128.0/17', nodeSelector: "rack in {'b', 'd'}" });
}

function removeWeb(sample: Sample, node: string): void {
  sample.lists.pods = (sample.lists.pods ?? []).filter(
    ({ spec }) => spec?.nodeName !== node || spec.hostNetwork === true,
  );
}

function degrade(sample: Sample, name: string, message: string, ago: number): void {
  sample.lists.tigeraStatuses = [
    {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'TigeraStatus',
      metadata: { name },
      status: {
        conditions: [
          {
            type: 'Degraded',
            status: 'True',
            reason: 'ResourceNotFound',
            message,
            lastTransitionTime: at(sample, -ago),
          },
        ],
      },
    },
  ];
}

const startLine = (sample: Sample, message: string): string =>
  say(sample, { version: 'v3.28.2', ago: 5, level: 'ERROR' }, message);

describe('ippool-none-for-node', () => {
  it.each<[string, ClusterSpec, (sample: Sample) => void, object]>([
    [
      'a pod is told so, and the pools say so too',
      {},
      (sample) => {
        racks(sample);
        cniFails(sample, 'worker-3', refused('worker-3'), { name: 'till' });
      },
      {
        severity: 'error',
        confidence: 'confirmed',
        facts: {
          kind: 'not-selected',
          nodes: ['worker-3'],
          pods: ['shop/till'],
          selectors: ['rack == "a"', "rack in {'b', 'd'}"],
        },
      },
    ],
    [
      'events alone',
      {},
      (sample) => cniFails(sample, 'worker-2', refused('worker-2')),
      { severity: 'error', facts: { kind: 'not-selected', nodes: ['worker-2'] } },
    ],
    [
      'the wording of old releases',
      { version: 'v3.8.2' },
      (sample) => cniFails(sample, 'worker-2', 'no configured Calico pools'),
      { facts: { nodes: ['worker-2'] } },
    ],
    [
      'none for pods',
      {},
      (sample) => {
        addPool(sample, 'lb', { cidr: '10.244.0.0/16', allowedUses: ['LoadBalancer'] });
        cniFails(
          sample,
          'worker-2',
          'failed to request IPv4 addresses: cannot find a qualified ippool, no pools match the required use (Workload)',
        );
      },
      { severity: 'error', facts: { kind: 'not-for-pods' } },
    ],
    [
      'objects alone: pods wait on the node that no pool selects',
      {},
      (sample) => {
        racks(sample);
        cniFails(sample, 'worker-3', '', { name: 'mute' });
        sample.lists.events = [];
      },
      {
        severity: 'error',
        confidence: 'confirmed',
        facts: { nodes: ['worker-3'], pods: ['shop/mute'] },
      },
    ],
    [
      'pods run there that have an address from before',
      {},
      (sample) => racks(sample),
      { severity: 'warning', facts: { nodes: ['worker-3'], pods: [] } },
    ],
    [
      'every pool is disabled',
      {},
      (sample) => addPool(sample, 'p', { cidr: '10.244.0.0/16', disabled: true }),
      {
        severity: 'warning',
        facts: { kind: 'all-disabled', nodes: ['worker-1', 'worker-2', 'worker-3'] },
      },
    ],
    [
      'there is none at all',
      {},
      (sample) => {
        sample.lists.ipPools = [];
        cniFails(sample, 'worker-1', refused('worker-1'));
      },
      { severity: 'error', facts: { kind: 'none' } },
    ],
    [
      'a CIDR that is none',
      {},
      (sample) =>
        failStart(sample, 'worker-1', [
          startLine(sample, "Invalid CIDR specified in CALICO_IPV4POOL_CIDR '10.244.0.0/164'"),
        ]),
      {
        confidence: 'confirmed',
        facts: {
          kind: 'refused',
          nodes: ['worker-1'],
          variable: 'CALICO_IPV4POOL_CIDR',
          value: '10.244.0.0/164',
        },
      },
    ],
    [
      'a mode that there is not',
      {},
      (sample) =>
        failStart(sample, 'worker-1', [
          startLine(
            sample,
            "Unrecognized VXLAN mode specified in CALICO_IPV4POOL_VXLAN'sometimes'",
          ),
        ]),
      { facts: { kind: 'refused', variable: 'CALICO_IPV4POOL_VXLAN', value: 'sometimes' } },
    ],
    [
      'a pool that overlaps another',
      {},
      (sample) =>
        failStart(sample, 'worker-1', [
          startLine(
            sample,
            "Failed to create default IPv4 IP pool: 10.244.1.0/24 error=error with field IPPool.Spec.CIDR = '10.244.1.0/24' (IPPool(default-ipv4-ippool) CIDR overlaps with IPPool(old) CIDR 10.244.0.0/16)",
          ),
        ]),
      { facts: { kind: 'refused', variable: null, value: '10.244.1.0/24' } },
    ],
    [
      'the operator waits for a pool',
      { install: 'operator' },
      (sample) => degrade(sample, 'calico', 'waiting for enabled IP pools to be created', 900),
      {
        severity: 'error',
        affected: [{ kind: 'Installation', name: 'default' }],
        facts: { kind: 'no-pools', nodes: [] },
      },
    ],
    [
      'the operator has no API server to make it with',
      { install: 'operator' },
      (sample) =>
        degrade(
          sample,
          'ippools',
          'Unable to modify IP pools while Calico API server is unavailable: could not find the requested resource',
          900,
        ),
      { facts: { kind: 'no-api-server' } },
    ],
  ])('finds: %s', (_name, spec, change, expected) => {
    const sample = healthyCluster({ nodes: 3, ...spec });
    change(sample);
    expect(findingIn(ippoolNoneForNode, sample)).toMatchObject(expected);
  });

  it.each<[string, ClusterSpec, (sample: Sample) => void]>([
    ['one pool for all', {}, (sample) => addPool(sample, 'p', { cidr: '10.244.0.0/16' })],
    ['pools were not read', {}, () => {}],
    [
      'a node meant to have no pods of its own',
      {},
      (sample) => {
        racks(sample);
        removeWeb(sample, 'worker-3');
      },
    ],
    [
      'a selector that cannot be read',
      {},
      (sample) => addPool(sample, 'p', { cidr: '10.244.0.0/16', nodeSelector: 'rack ~= "a"' }),
    ],
    [
      'the pool is full, which is another fault',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.244.0.0/26' });
        cniFails(
          sample,
          'worker-2',
          'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.244.0.0/26]',
        );
      },
    ],
    [
      'calico-node has no right to make a pool',
      {},
      (sample) =>
        failStart(sample, 'worker-1', [
          startLine(
            sample,
            'Failed to create default IPv4 IP pool: 10.244.0.0/16 error=connection is unauthorized: ippools.crd.projectcalico.org is forbidden',
          ),
        ]),
    ],
    [
      'an operator that started a minute ago',
      { install: 'operator' },
      (sample) => degrade(sample, 'calico', 'waiting for enabled IP pools to be created', 50),
    ],
  ])('finds nothing: %s', (_name, spec, change) => {
    const sample = healthyCluster({ nodes: 3, ...spec });
    change(sample);
    expect(findingsIn(ippoolNoneForNode, sample)).toEqual([]);
  });

  it('does not apply where pools give no addresses', () => {
    for (const install of ['canal', 'policy-only'] as const) {
      const sample = healthyCluster({ nodes: 2, install });
      sample.lists.ipPools = [];
      expect(isNotApplicable(ippoolNoneForNode, sample)).toBe(true);
    }
  });

  it('is one finding for all nodes that no pool selects', () => {
    const sample = healthyCluster({ nodes: 4 });
    racks(sample);
    for (const node of ['worker-3', 'worker-4']) cniFails(sample, node, refused(node));
    expect(nodesOf(findingIn(ippoolNoneForNode, sample))).toEqual(['worker-3', 'worker-4']);
  });

  it('explains a calico-node that refuses its settings', () => {
    const sample = healthyCluster({ nodes: 3 });
    for (const node of ['worker-1', 'worker-2', 'worker-3'])
      failStart(sample, node, [
        startLine(sample, "Invalid CIDR specified in CALICO_IPV4POOL_CIDR 'auto'"),
        'Calico node failed to start',
      ]);
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['ippool-none-for-node']);
  });
});
