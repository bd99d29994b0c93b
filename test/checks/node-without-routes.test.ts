import { describe, expect, it } from 'vitest';
import { nodeWithoutRoutes } from '../../internal/checks/node-without-routes.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import {
  appendLog,
  crashLoop,
  logOf,
  nodeOf,
  podOn,
  setLog,
  storeAddress,
} from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';
import { setVariable } from '../support/start-failure.ts';

const cluster = (change: (sample: Sample) => void, spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 4, ...spec });
  change(sample);
  return sample;
};
const names = workers(4).map(({ name }) => name);

function tunnels(sample: Sample, key: string, without: readonly string[]): void {
  for (const [index, name] of names.entries())
    if (!without.includes(name))
      (nodeOf(sample, name).metadata.annotations ??= {})[`projectcalico.org/${key}`] =
        `10.244.${index}.1`;
}

const pool = (sample: Sample, spec: object): void =>
  add(sample, 'ipPools', {
    kind: 'IPPool',
    metadata: { name: 'p' },
    spec: { cidr: '10.244.0.0/16', ...spec },
  });

const meshOff = (sample: Sample): void =>
  add(sample, 'bgpConfigurations', {
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { nodeToNodeMeshEnabled: false },
  });

function withoutMesh(sample: Sample, node: string, ip: string): void {
  for (const name of names) {
    const pod = podOn(sample, name);
    const isGone = (line: string): boolean =>
      name === node
        ? line.includes('bird: Mesh_')
        : line.includes(`bird: Mesh_${ip.replaceAll('.', '_')}:`);
    setLog(
      sample,
      pod,
      'calico-node',
      logOf(sample, pod)
        .split('\n')
        .filter((line) => !isGone(line))
        .join('\n'),
    );
  }
}

const backend = (sample: Sample, node: string, name: string): void => {
  const pod = podOn(sample, node);
  const lines = logOf(sample, pod)
    .split('\n')
    .filter((line) => !line.startsWith('bird: '));
  setLog(
    sample,
    pod,
    'calico-node',
    [...lines, `CALICO_NETWORKING_BACKEND is ${name} - no need to run a BGP daemon`, ''].join('\n'),
  );
};

describe('node-without-routes', () => {
  it.each<[string, string, readonly string[], () => Sample]>([
    [
      'no-address',
      'the annotation was taken away',
      ['worker-2'],
      () => cluster((s) => storeAddress(nodeOf(s, 'worker-2'), null)),
    ],
    [
      'no-address',
      'without any log',
      ['worker-2'],
      () => cluster((s) => storeAddress(nodeOf(s, 'worker-2'), null), { noLogs: true }),
    ],
    [
      'no-address',
      'IP is none',
      ['worker-1', 'worker-3'],
      () =>
        cluster((s) => {
          setVariable(s, 'IP', 'none');
          for (const name of ['worker-1', 'worker-3']) storeAddress(nodeOf(s, name), null);
        }),
    ],
    [
      'no-tunnel',
      'all others have one',
      ['worker-4'],
      () => cluster((s) => tunnels(s, 'IPv4VXLANTunnelAddr', ['worker-4'])),
    ],
    [
      'no-tunnel',
      'a pool wants it',
      ['worker-3', 'worker-4'],
      () =>
        cluster(
          (s) => (
            tunnels(s, 'IPv4IPIPTunnelAddr', ['worker-3', 'worker-4']),
            pool(s, { ipipMode: 'Always' })
          ),
        ),
    ],
    [
      'other-backend',
      'one runs VXLAN',
      ['worker-3'],
      () => cluster((s) => backend(s, 'worker-3', 'vxlan')),
    ],
    [
      'other-backend',
      'one runs BIRD',
      ['worker-3'],
      () =>
        cluster((s) => {
          for (const name of names) if (name !== 'worker-3') backend(s, name, 'vxlan');
        }),
    ],
    [
      'left-out',
      'no session on either side',
      ['worker-2'],
      () => cluster((s) => withoutMesh(s, 'worker-2', '10.20.0.12')),
    ],
    [
      'no-mesh',
      'the mesh is off, and nobody peers',
      names,
      () => cluster((s) => (meshOff(s), pool(s, { ipipMode: 'Always' }), add(s, 'bgpPeers'))),
    ],
  ])('%s: %s', (kind, _name, nodes, build) => {
    const finding = findingIn(nodeWithoutRoutes, build());
    expect(finding).toMatchObject({ severity: 'error', facts: { kind } });
    expect(nodesOf(finding)).toEqual(nodes);
    expect(finding.remedies.length).toBeGreaterThan(0);
  });

  it.each<[string, () => Sample]>([
    ['a healthy cluster', () => cluster(() => {})],
    ['nobody has an address (etcd)', () => cluster(() => {}, { install: 'etcd' })],
    [
      'the pod is not well',
      () =>
        cluster((s) => {
          storeAddress(nodeOf(s, 'worker-2'), null);
          crashLoop(s, podOn(s, 'worker-2'), {
            lived: 1,
            exitCode: 1,
            reason: 'Error',
            restarts: 7,
          });
        }),
    ],
    [
      'the pod has just started',
      () => cluster((s) => storeAddress(nodeOf(s, 'worker-2'), null), { age: 60 }),
    ],
    [
      'half of the nodes have a tunnel, and nobody knows the pools',
      () => cluster((s) => tunnels(s, 'IPv4VXLANTunnelAddr', ['worker-3', 'worker-4'])),
    ],
    [
      'the pool is for other nodes',
      () =>
        cluster((s) => {
          tunnels(s, 'IPv4VXLANTunnelAddr', ['worker-4']);
          pool(s, { vxlanMode: 'Always', nodeSelector: "kubernetes.io/hostname != 'worker-4'" });
        }),
    ],
    [
      'the tunnel was switched off',
      () =>
        cluster(
          (s) => (tunnels(s, 'IPv4IPIPTunnelAddr', ['worker-4']), pool(s, { ipipMode: 'Never' })),
        ),
    ],
    [
      'the backend is being changed',
      () =>
        cluster((s) => {
          backend(s, 'worker-3', 'vxlan');
          const status = s.lists.daemonSets?.[0]?.status;
          if (status) status.updatedNumberScheduled = 1;
        }),
    ],
    [
      'of one only the setting is known, of the others only the logs',
      () =>
        cluster((s) => {
          setVariable(s, 'CALICO_NETWORKING_BACKEND', 'vxlan');
          setLog(s, podOn(s, 'worker-3'), 'calico-node', '');
        }),
    ],
    ['all run VXLAN', () => cluster((s) => names.forEach((name) => backend(s, name, 'vxlan')))],
    [
      'route reflectors take the place of the mesh',
      () =>
        cluster(
          (s) => (
            meshOff(s),
            pool(s, { ipipMode: 'Always' }),
            add(s, 'bgpPeers', {
              kind: 'BGPPeer',
              metadata: { name: 'rr' },
              spec: { nodeSelector: 'all()' },
            })
          ),
        ),
    ],
    [
      'no pool needs BGP',
      () => cluster((s) => (meshOff(s), pool(s, { vxlanMode: 'Always' }), add(s, 'bgpPeers'))),
    ],
    [
      'BIRD was started again just now',
      () =>
        cluster((s) => {
          for (const name of names) appendLog(s, podOn(s, name), ['bird: Started']);
        }),
    ],
  ])('finds nothing: %s', (_name, build) => {
    expect(findingsIn(nodeWithoutRoutes, build())).toEqual([]);
  });

  it.each(['canal', 'policy-only'] as const)('does not apply to %s', (install) => {
    expect(
      isNotApplicable(
        nodeWithoutRoutes,
        cluster(() => {}, { install }),
      ),
    ).toBe(true);
  });

  it('sets a method where the address is not looked for at all', () => {
    const sample = cluster(
      (s) => (setVariable(s, 'IP', 'none'), storeAddress(nodeOf(s, 'worker-2'), null)),
    );
    expect(findingIn(nodeWithoutRoutes, sample).remedies[0]?.id).toBe('autodetection-method');
  });
});
