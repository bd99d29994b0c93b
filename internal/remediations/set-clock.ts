import type { Remedy } from '../model/remedy.ts';
import { nodeRunbook } from './node-runbook.ts';

export interface ClockNode {
  readonly name: string;
  readonly isControlPlane: boolean;
  readonly pod: string | null;
  readonly namespace: string;
}

/** Sets the clock of each of these machines by its time service, then has calico-node made anew. */
export function setClock(nodes: readonly ClockNode[]): Remedy {
  const of = (name: string): ClockNode | undefined => nodes.find((node) => node.name === name);
  return nodeRunbook({
    id: 'set-clock',
    title: words.title,
    risk: 'restarts-pods',
    consequences: [
      words.consequence,
      ...(nodes.some(({ isControlPlane }) => isControlPlane) ? [words.etcd] : []),
    ],
    after: (name) => {
      const { pod, namespace } = of(name) ?? { pod: null, namespace: 'kube-system' };
      return pod === null ? [] : [`kubectl -n ${namespace} delete pod ${pod}`];
    },
    work: nodes.map(({ name }) => ({
      node: name,
      commands: [
        'timedatectl',
        words.which,
        'sudo chronyc makestep',
        'sudo systemctl restart systemd-timesyncd',
        words.guest,
        'timedatectl | grep -E "Universal time|synchronized"',
      ],
    })),
  });
}

/** Renews certificates that are really past their time. */
export const renewCertificates = (bound: string | null): Remedy => ({
  id: 'renew-certificates',
  title: words.renew,
  action: 'manual',
  risk: 'restarts-pods',
  changes: [],
  consequences: [words.renewConsequence],
  manual: [
    words.ended(bound),
    'sudo kubeadm certs check-expiration',
    words.backup,
    'sudo cp -a /etc/kubernetes/pki "/etc/kubernetes/pki.before"',
    'sudo kubeadm certs renew all',
    words.static,
    'sudo crictl ps --name "kube-apiserver|kube-controller-manager|kube-scheduler|etcd" -q | xargs -r sudo crictl stop',
  ],
});

const words = {
  title: 'Set the clock of the node',
  consequence: 'Tokens and certificates are valid again as soon as the clock is right.',
  etcd: 'Stepping the clock of a control-plane node can cost etcd its leader: do one at a time.',
  which: '# whichever of the two runs here:',
  guest:
    '# a virtual machine: switch on the time synchronisation of its host as well, or it drifts away again',
  renew: 'Renew the expired certificates',
  renewConsequence:
    'The API server is away for some seconds on each control-plane node while it starts anew.',
  ended: (bound: string | null): string =>
    bound === null
      ? '# on each control-plane node, one after the other:'
      : `# a certificate ended on ${bound}; on each control-plane node, one after the other:`,
  backup: '# keep the old ones until all is well:',
  static: '# static pods read the new files only when they start: the kubelet brings them back',
};
