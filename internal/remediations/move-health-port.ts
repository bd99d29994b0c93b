import { installOf } from '../calico/install/install.ts';
import type { Install } from '../model/install.ts';
import type { Container, Probe } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { literalEnv, templateContainer } from './calico-env.ts';
import { calicoResource } from './calico-resource.ts';
import { inDaemonSet, type Placed } from './container-fields.ts';
import { isRenderedByOperator, aboutPlace } from './durable.ts';

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

// An httpGet probe names the port itself; exec probes read it from the environment.
function probeFields(container: Container | undefined, from: number, to: number) {
  const kinds = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  const asks = (probe: Probe | undefined): boolean => Number(probe?.httpGet?.port) === from;
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      asks(container?.[kind]) ? [[kind, { httpGet: { port: to } }] as const] : [],
    ),
  );
}

function inEnvironment(snapshot: Snapshot, install: Install, port: number): Placed {
  const container = templateContainer(snapshot, install);
  const settings = { FELIX_HEALTHPORT: String(freePort(port)) };
  const fields = {
    env: literalEnv(container?.env ?? [], settings),
    ...probeFields(container, port, freePort(port)),
  };
  return inDaemonSet(install, { container: 'calico-node', fields });
}

// The operator reads the port from FelixConfiguration and renders the probes with it.
function placeOf(snapshot: Snapshot, install: Install, port: number): Omit<Placed, 'manual'> {
  if (!isRenderedByOperator(install)) return inEnvironment(snapshot, install, port);
  const spec = { healthPort: freePort(port) };
  const fields = { kind: 'FelixConfiguration', name: 'default', spec } as const;
  return calicoResource(snapshot, fields, { canCreate: true });
}

/**
 * Two ways out for a health port that another program holds: move that program (nothing of Calico changes), or move Felix. The
 * operator renders the probes from FelixConfiguration; in a manifest install the exec probes read FELIX_HEALTHPORT themselves.
 */
export function moveHealthPort(snapshot: Snapshot, { port, nodes }: Taken): readonly Remedy[] {
  const install = installOf(snapshot);
  const { namespace, daemonSet: name } = install;
  const place = placeOf(snapshot, install, port);
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
      risk: 'restarts-pods',
      consequences: [words.rollout, ...aboutPlace(install, place)],
      ...place,
      manual: isRenderedByOperator(install)
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
