import { installOf } from '../calico/install/install.ts';
import { isBelow } from '../calico/version.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from './outside.ts';
import { restartPods } from './restart-pods.ts';

export interface TakenPort {
  readonly nodes: readonly string[];
  readonly port: number;
  /** The calico-node pods of these nodes. */
  readonly pods: readonly Pod[];
}

const otherPort = 1790;

/** Frees the port and starts BIRD anew, which does not try again by itself; or moves BGP of the whole cluster to another port. */
export function freeBgpPort(
  snapshot: Snapshot,
  { nodes, port, pods }: TakenPort,
): readonly Remedy[] {
  const { calicoVersion, datastore, namespace, daemonSet } = installOf(snapshot);
  const patch = JSON.stringify({ spec: { listenPort: otherPort } });
  const client = datastore === 'etcd' ? 'calicoctl' : 'kubectl';
  const merge = datastore === 'etcd' ? '' : '--type merge ';
  const workload = `-n ${namespace ?? 'kube-system'}`;
  const stop: Remedy = {
    ...outsideCluster(words.stop, [
      ...nodes.slice(0, 3).flatMap((node) => [`# on ${node}:`, `ss -ltnp 'sport = :${port}'`]),
      `# ${words.who}`,
      ...(restartPods(pods)?.manual ?? []),
    ]),
    risk: 'restarts-pods',
    id: 'free-bgp-port',
    consequences: [words.anew],
  };
  const move: Remedy = {
    ...outsideCluster(words.move, [
      `${client} patch bgpconfiguration default ${merge}-p '${patch}'`,
      `kubectl ${workload} rollout restart daemonset/${daemonSet ?? 'calico-node'}`,
      `# ${words.routers}`,
    ]),
    id: 'move-bgp-port',
    risk: 'interrupts-traffic',
    consequences: [words.mesh],
  };
  return isBelow(calicoVersion, '3.16.0') ? [stop] : [stop, move];
}

const words = {
  stop: 'Find the program that has the port, stop or move it, and start calico-node anew there',
  who: 'stop it, or let Calico announce in its place (MetalLB: serviceLoadBalancerIPs in BGPConfiguration); then, so that BIRD tries again:',
  anew: 'BIRD opens its port at its start alone: without a new start of calico-node the sessions stay down.',
  move: 'Move BGP of the whole cluster to another port',
  routers:
    'every router that peers with the nodes, and every firewall between them, needs the new port, too',
  mesh: 'All sessions are made anew; until every node has the new port some are missing.',
};
