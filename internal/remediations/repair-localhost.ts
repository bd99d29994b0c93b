import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';

function setHealthHost(snapshot: Snapshot): readonly string[] {
  const { renderer, namespace, daemonSet } = installOf(snapshot);
  if (renderer === 'operator') {
    const patch = JSON.stringify({ spec: { healthHost: '127.0.0.1' } });
    return [
      `# ${words.operatorProbe}`,
      `kubectl patch felixconfiguration default --type merge -p '${patch}'`,
    ];
  }
  return [
    `kubectl -n ${namespace ?? 'kube-system'} set env daemonset/${daemonSet ?? 'calico-node'} -c calico-node FELIX_HEALTHHOST=127.0.0.1`,
  ];
}

/** Gives `localhost` its meaning back on the nodes; or, without touching them, tells Felix and its probes the address itself. */
export function repairLocalhost(snapshot: Snapshot, nodes: readonly string[]): readonly Remedy[] {
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
      action: installOf(snapshot).action,
      risk: 'restarts-pods',
      changes: [],
      consequences: [words.rollout],
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
