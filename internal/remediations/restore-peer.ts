import type { Remedy } from '../model/remedy.ts';

/** Brings a node back that others wait for as a BGP peer, or takes it out of the mesh if its machine is gone for good. */
export function restorePeer(peer: { readonly node: string; readonly isGone: boolean }): Remedy {
  const { node, isGone } = peer;
  return {
    id: 'restore-peer',
    title: words.title(node),
    action: 'manual',
    risk: 'none',
    target: { kind: 'Node', name: node },
    changes: [],
    consequences: [words.consequence],
    manual: [
      `kubectl describe node ${node}`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
      ...(isGone ? [`# ${words.gone}`, `kubectl delete node ${node}`] : []),
    ],
  };
}

const words = {
  title: (node: string): string => `Bring ${node} back, or take it out of the cluster`,
  consequence: 'The nodes that wait for it become ready by themselves.',
  gone: 'only if the machine is gone for good: this removes its pods and its addresses',
};
