import type { Node } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { kubeletUnit, nodeRunbook } from './node-runbook.ts';

/** Brings silent machines back: is the machine there, does its kubelet run, does it reach the API server. */
export const bringKubeletBack = (
  nodes: readonly {
    readonly name: string;
    readonly node: Node | null;
    readonly address: string | null;
  }[],
): Remedy =>
  nodeRunbook({
    id: 'bring-kubelet-back',
    title: words.title(nodes.length),
    risk: 'none',
    consequences: [words.consequence],
    before: (name) => {
      const address = nodes.find((node) => node.name === name)?.address;
      return [words.reach, `ping -c 3 ${address ?? name}`];
    },
    after: (name) => [`kubectl wait node/${name} --for=condition=Ready --timeout=5m`],
    work: nodes.map(({ name, node }) => ({
      node: name,
      commands: [
        `sudo systemctl status ${kubeletUnit(node)} --no-pager | head -15`,
        `sudo journalctl -u ${kubeletUnit(node)} --since -30min --no-pager | tail -40`,
        `sudo systemctl restart ${kubeletUnit(node)}`,
      ],
    })),
  });

/** Takes a machine that will not come back out of the cluster. */
export const removeNode = (names: readonly string[]): Remedy => ({
  id: 'remove-node',
  title: words.remove,
  action: 'manual',
  risk: 'interrupts-traffic',
  changes: [],
  consequences: [words.removeConsequence],
  manual: [words.onlyIfOff, ...names.map((name) => `kubectl delete node ${name}`)],
});

const words = {
  title: (count: number): string =>
    count === 1 ? 'Bring the node and its kubelet back' : 'Bring the nodes and their kubelets back',
  consequence:
    'Calico needs nothing: calico-node goes on, or is started, as soon as the kubelet is back.',
  reach: '# does the machine answer at all? If not: its console, its power, its cloud',
  remove: 'Take a machine that is gone for good out of the cluster',
  removeConsequence:
    'Its pods are made anew elsewhere, and Calico forgets the peer. A machine that still runs would lose its pods.',
  onlyIfOff: '# only if the machine is switched off and will not come back:',
};
