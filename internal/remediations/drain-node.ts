import type { Remedy } from '../model/remedy.ts';

export interface DrainArguments {
  readonly nodes: readonly { readonly name: string; readonly isControlPlane: boolean }[];
  /** Nodes of the cluster that can take pods, these left out. */
  readonly others: number;
  readonly title?: string;
  /** The kubelet or its runtime cannot end pods, so that evicted ones would hang: a drain is made by hand, when it can. */
  readonly cannotEndPods?: boolean;
}

const drainLines = (name: string): readonly string[] => [
  words.first(name),
  `kubectl top pods --all-namespaces --sort-by=cpu | head -20`,
  `kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName=${name}`,
  `kubectl cordon ${name}`,
  words.loses,
  `kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data --timeout=10m`,
];

const rebootLines = (name: string): readonly string[] => [
  words.onNode(name),
  'sudo systemctl reboot',
  words.back,
  `kubectl wait node/${name} --for=condition=Ready --timeout=15m`,
  `kubectl uncordon ${name}`,
];

/**
 * Takes the work off machines, one after the other: cordon, evict as `kubectl drain` does, reboot where need be, uncordon. Which pods
 * leave and what speaks against it is judged when the plan is made; the reboot is a person's. The flags are those of kubectl 1.20 and
 * later (`--delete-local-data` is gone since 1.31).
 */
export function drainNode(drain: DrainArguments): Remedy {
  const { nodes, others, title = words.title, cannotEndPods = false } = drain;
  const hasControlPlane = nodes.some(({ isControlPlane }) => isControlPlane);
  const names = nodes.map(({ name }) => name);
  const [only] = names;
  const isSent = others > 0 && !cannotEndPods;
  return {
    id: 'drain-node',
    title,
    action: others === 0 ? 'refuse' : isSent ? 'apply' : 'manual',
    risk: 'interrupts-traffic',
    ...(only !== undefined && names.length === 1 ? { target: { kind: 'Node', name: only } } : {}),
    changes: [],
    ...(isSent
      ? {
          drains: names,
          afterwards: names.flatMap(rebootLines),
          afterwardsOf: Object.fromEntries(names.map((name) => [name, rebootLines(name)])),
        }
      : {}),
    consequences: [
      words.moves,
      ...(isSent ? [words.daemons] : []),
      ...(others === 0 ? [words.last] : []),
      ...(hasControlPlane ? [words.controlPlane] : []),
    ],
    manual: names.flatMap((name) => [...drainLines(name), ...rebootLines(name)]),
  };
}

const words = {
  title: 'Take the load off the node: cordon, drain, and reboot if need be',
  moves:
    'Evicted pods start elsewhere, so make sure that there is room: else the overload moves with them. Disruption budgets are kept.',
  daemons:
    'Pods of DaemonSets stay, calico-node among them: a drain gives it room and does not start it anew. The node stays cordoned until it is well.',
  last: 'No other node can take the pods: add one first.',
  controlPlane:
    'A control-plane node is among them: its static pods stay through the drain, and the reboot stops them. Keep the etcd quorum.',
  first: (name: string): string => `# ${name}: what is it that takes so much?`,
  loses: '# --delete-emptydir-data: what the evicted pods keep in emptyDir volumes is lost',
  onNode: (name: string): string =>
    `# on ${name}, only if the load stays (processes that hang in the kernel cannot be killed):`,
  back: '# back here, when the node is well again:',
};
