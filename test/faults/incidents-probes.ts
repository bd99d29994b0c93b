import type { ClusterSpec, SimulatedCluster } from '../e2e/support/cluster/cluster.ts';
import type { NodeFacts } from '../e2e/support/cluster/facts.ts';
import { restartsOn } from '../e2e/support/cluster/watching.ts';
import { byManifest, byOperator, machines } from '../e2e/support/scenarios/parts.ts';
import { nodeAt } from '../e2e/support/scenarios/scenario.ts';
import {
  anyTimeout,
  isNewest,
  onDelete,
  rollAtOnce,
  unreadyNodes,
  usual,
  withoutBgp,
  type Incident,
} from './incident.ts';
import { otherLimits, otherLimitsOfOperator } from './rivals.ts';

const finding = 'slow-startup-liveness-kill';
const sick = 'worker-3';

// A start takes about five seconds there, and the probes allow two.
function nodesWithOneFar(): readonly NodeFacts[] {
  const nodes = machines({}, 3);
  nodeAt(nodes, -1).secondsPerRequest = 0.15;
  return nodes;
}

const tooTight = { periodSeconds: 1, failureThreshold: 3, timeoutSeconds: 1 };
const quick = { isQuick: true };

const isUnready = async (cluster: SimulatedCluster): Promise<boolean> =>
  (await unreadyNodes(cluster)).includes(sick);

// Only a pod that has been killed shows what it suffers from.
const isKilled = async (cluster: SimulatedCluster): Promise<boolean> =>
  (await isUnready(cluster)) && (await restartsOn(cluster, sick)) > 0;

const killedInStart = (namespace: string) => ({
  namespace,
  timeouts: anyTimeout,
  isSick: isKilled,
  isWell: async (cluster: SimulatedCluster): Promise<boolean> => !(await isUnready(cluster)),
  isStanding: async (cluster: SimulatedCluster): Promise<boolean> =>
    (await unreadyNodes(cluster)).join() === sick &&
    (await isKilled(cluster)) &&
    (await isNewest(cluster, namespace)),
});

const override = {
  spec: {
    template: { spec: { containers: [{ name: 'calico-node', livenessProbe: tooTight }] } },
  },
};

const withOverride = (): ClusterSpec =>
  byOperator(
    nodesWithOneFar(),
    {
      releases: { calico: 'v3.32.1', operator: 'v1.43.0' },
      hasProbeOverride: true,
      spec: { ...withoutBgp, calicoNodeDaemonSet: override },
    },
    quick,
  );

const fixes: Incident['fixes'] = [[], [], [finding], [finding, '--node', sick]];

/** A node starts more slowly than its liveness probe allows. */
export const probeIncidents: readonly Incident[] = [
  {
    ...killedInStart('kube-system'),
    id: 'probes',
    mayWrite: /\/kube-system\/daemonsets\/calico-node$/,
    rival: otherLimits,
    build: () =>
      byManifest(
        nodesWithOneFar(),
        { backend: 'vxlan', probes: { liveness: { ...tooTight, initialDelaySeconds: 0 } } },
        quick,
      ),
    fixes,
    circumstances: [onDelete, usual],
    bringBack: rollAtOnce,
  },
  {
    ...killedInStart('calico-system'),
    id: 'probes-operator',
    mayWrite: /\/installations\/default$/,
    rival: otherLimitsOfOperator,
    build: withOverride,
    fixes,
    circumstances: [usual],
    bringBack: () => Promise.resolve(),
  },
  {
    ...killedInStart('calico-system'),
    id: 'frozen-operator',
    mayWrite:
      /\/(installations\/default|calico-system\/daemonsets\/calico-node|deployments\/tigera-operator)$/,
    rival: null,
    build: () =>
      byOperator(
        nodesWithOneFar(),
        {
          releases: { calico: 'v3.26.5', operator: 'v1.30.9', livenessPeriodSeconds: 1 },
          spec: withoutBgp,
        },
        quick,
      ),
    fixes: [
      ['--freeze-operator'],
      ['--freeze-operator'],
      [finding, '--freeze-operator'],
      [finding, '--freeze-operator', '--node', sick],
      [],
    ],
    circumstances: [usual],
    bringBack: () => Promise.resolve(),
  },
];
