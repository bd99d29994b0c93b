import { installOf } from '../calico/install/install.ts';
import { isBelow } from '../calico/version.ts';
import type { Container } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { literalEnv, templateContainer } from './calico-env.ts';
import { inDaemonSet } from './container-fields.ts';
import { isRenderedByOperator, aboutPlace } from './durable.ts';

function setHealthHost(snapshot: Snapshot): readonly string[] {
  const { renderer, namespace, daemonSet } = installOf(snapshot);
  if (renderer === 'operator') {
    const patch = JSON.stringify({ spec: { healthHost: loopback } });
    return [
      `# ${words.operatorProbe}`,
      `kubectl patch felixconfiguration default --type merge -p '${patch}'`,
    ];
  }
  return [
    `kubectl -n ${namespace ?? 'kube-system'} set env daemonset/${daemonSet ?? 'calico-node'} -c calico-node FELIX_HEALTHHOST=${loopback}`,
  ];
}

const loopback = '127.0.0.1';

// Where the kubelet itself asks, it asks for the name that the probe has.
const probeHosts = (container: Container | undefined) =>
  Object.fromEntries(
    (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((kind) =>
      container?.[kind]?.httpGet?.host === 'localhost'
        ? [[kind, { httpGet: { host: loopback } }] as const]
        : [],
    ),
  );

/** The exec probes read the variable from v3.15 on. The operator has no place for it, and its own probe asks for the name. */
function placeOf(snapshot: Snapshot): Pick<Remedy, 'action' | 'target' | 'changes' | 'durable'> {
  const install = installOf(snapshot);
  const isOld = isBelow(install.calicoVersion, '3.15.0');
  if (isRenderedByOperator(install) || isOld) {
    return { action: install.action === 'refuse' ? 'refuse' : 'manual', changes: [] };
  }
  const container = templateContainer(snapshot, install);
  const fields = {
    env: literalEnv(container?.env ?? [], { FELIX_HEALTHHOST: loopback }),
    ...probeHosts(container),
  };
  const { manual: _byPatch, ...place } = inDaemonSet(install, { container: 'calico-node', fields });
  return place;
}

/** Gives `localhost` its meaning back on the nodes; or, without touching them, tells Felix and its probes the address itself. */
export function repairLocalhost(snapshot: Snapshot, nodes: readonly string[]): readonly Remedy[] {
  const place = placeOf(snapshot);
  return [
    {
      id: 'repair-hosts-file',
      title: words.hosts,
      action: 'manual',
      risk: 'none',
      changes: [],
      consequences: [words.restart],
      manual: nodes
        .slice(0, 5)
        .flatMap((node) => [
          `# ${words.onNode(node)}`,
          'getent hosts localhost',
          "grep -qE '^127\\.0\\.0\\.1[[:space:]].*\\blocalhost\\b' /etc/hosts || sed -i '1i 127.0.0.1 localhost' /etc/hosts",
          'ip link set lo up',
        ]),
    },
    {
      id: 'set-health-host',
      title: words.host,
      risk: 'restarts-pods',
      consequences: [words.rollout, ...aboutPlace(installOf(snapshot), place)],
      ...place,
      manual: setHealthHost(snapshot),
    },
  ];
}

const words = {
  hosts: 'Put localhost back into /etc/hosts on these nodes',
  restart:
    'The pod gets the new file when it is made anew: delete the calico-node pod of the node afterwards.',
  onNode: (node: string): string => `on ${node}`,
  host: 'Have Felix and its probes use 127.0.0.1 instead of the name',
  rollout: 'calico-node restarts node by node; running pods keep their network.',
  operatorProbe:
    "helps the exec probes; the operator's own HTTP liveness probe goes on asking for localhost, so repair the nodes as well",
};
