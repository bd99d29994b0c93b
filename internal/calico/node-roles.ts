import type { Node } from '../model/kubernetes.ts';

/** True for a node that carries the control plane, by the label that kubeadm and the distributions give it. */
export const isControlPlane = (node: Node | null): boolean =>
  Object.keys(node?.metadata.labels ?? {}).some((label) =>
    /^node-role\.kubernetes\.io\/(?:control-plane|controlplane|master)$/.test(label),
  );
