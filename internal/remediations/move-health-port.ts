import type { Snapshot } from '../model/snapshot.ts';
import type { Remedy } from '../model/remedy.ts';
import { installOf } from '../calico/install/install.ts';

interface Taken {
  readonly port: number;
  readonly nodes: readonly string[];
}

/** A free port beside the one that is taken; the operator gives Typha the port below Felix's, so that one is left free, too. */
const freePort = (port: number): number => (port === 9099 ? 9199 : 9099);

function byFelixConfiguration(port: number): readonly string[] {
  const patch = JSON.stringify({ spec: { healthPort: freePort(port) } });
  return [`kubectl patch felixconfiguration default --type merge -p '${patch}'`];
}

function byEnvironment(namespace: string, name: string, port: number): readonly string[] {
  return [
    `kubectl -n ${namespace} set env daemonset/${name} -c calico-node FELIX_HEALTHPORT=${freePort(port)}`,
    `# ${words.httpProbes(port, freePort(port))}`,
    `kubectl -n ${namespace} rollout status daemonset/${name}`,
  ];
}

/**
 * Two ways out for a health port that another program holds: move that program (nothing of Calico changes), or move Felix. The
 * operator renders the probes from FelixConfiguration; in a manifest install the exec probes read FELIX_HEALTHPORT themselves.
 */
export function moveHealthPort(snapshot: Snapshot, { port, nodes }: Taken): readonly Remedy[] {
  const install = installOf(snapshot);
  const isOperator = install.renderer === 'operator';
  const { namespace, daemonSet: name } = install;
  return [
    {
      id: 'stop-port-holder',
      title: words.holder(port),
      action: 'manual',
      risk: 'none',
      changes: [],
      consequences: [words.recovers],
      manual: nodes
        .slice(0, 3)
        .flatMap((node) => [`# ${words.onNode(node)}`, `ss -ltnp 'sport = :${port}'`]),
    },
    {
      id: 'move-health-port',
      title: words.felix(port, freePort(port)),
      action: install.action === 'refuse' ? 'refuse' : install.action,
      risk: 'restarts-pods',
      ...(isOperator
        ? { target: { kind: 'FelixConfiguration', name: 'default' } }
        : name && namespace
          ? { target: { kind: 'DaemonSet', name, namespace } }
          : {}),
      changes: [],
      consequences: [words.rollout],
      manual: isOperator
        ? byFelixConfiguration(port)
        : byEnvironment(namespace ?? 'kube-system', name ?? 'calico-node', port),
    },
  ];
}

const words = {
  holder: (port: number): string => `Find the program that has port ${port} and move it`,
  recovers:
    'Felix tries the port again every second: calico-node becomes ready by itself as soon as it is free.',
  onNode: (node: string): string => `on ${node}: who listens there?`,
  felix: (from: number, to: number): string => `Give Felix another port: ${from} → ${to}`,
  rollout: 'calico-node restarts node by node; running pods keep their network.',
  httpProbes: (from: number, to: number): string =>
    `if the liveness probe is an httpGet on port ${from}, change its port to ${to} in the same edit`,
};
