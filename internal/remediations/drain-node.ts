import type { Remedy } from '../model/remedy.ts';

export interface DrainArguments {
  readonly nodes: readonly { readonly name: string; readonly isControlPlane: boolean }[];
  /** Nodes of the cluster that can take pods, these left out. */
  readonly others: number;
  readonly title?: string;
}

/**
 * Takes the work off machines, one after the other: cordon, evict as `kubectl drain` does, reboot where need be, uncordon. The
 * flags are those of kubectl 1.20 and later (`--delete-local-data` is gone since 1.31).
 */
export function drainNode({ nodes, others, title = words.title }: DrainArguments): Remedy {
  const hasControlPlane = nodes.some(({ isControlPlane }) => isControlPlane);
  return {
    id: 'drain-node',
    title,
    action: others === 0 ? 'refuse' : 'manual',
    risk: 'interrupts-traffic',
    changes: [],
    consequences: [
      words.moves,
      ...(others === 0 ? [words.last] : []),
      ...(hasControlPlane ? [words.controlPlane] : []),
    ],
    manual: nodes.flatMap(({ name }) => [
      words.first(name),
      `kubectl top pods --all-namespaces --sort-by=cpu | head -20`,
      `kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName=${name}`,
      `kubectl cordon ${name}`,
      words.loses,
      `kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data --timeout=10m`,
      words.onNode(name),
      'sudo systemctl reboot',
      words.back,
      `kubectl wait node/${name} --for=condition=Ready --timeout=15m`,
      `kubectl uncordon ${name}`,
    ]),
  };
}

const words = {
  title: 'Take the load off the node: cordon, drain, and reboot if need be',
  moves:
    'Evicted pods start elsewhere, so make sure that there is room: else the overload moves with them. Disruption budgets are kept.',
  last: 'No other node can take the pods: add one first.',
  controlPlane:
    'A control-plane node is among them: its static pods stay through the drain, and the reboot stops them. Keep the etcd quorum.',
  first: (name: string): string => `# ${name}: what is it that takes so much?`,
  loses: '# --delete-emptydir-data: what the evicted pods keep in emptyDir volumes is lost',
  onNode: (name: string): string =>
    `# on ${name}, only if the load stays (processes that hang in the kernel cannot be killed):`,
  back: '# back here, when the node is well again:',
};
