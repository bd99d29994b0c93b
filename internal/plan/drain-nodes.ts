import type { Node, Taint } from '../model/kubernetes.ts';

const conditionOf = ({ status }: Node, type: string): string | undefined =>
  status?.conditions?.find((condition) => condition.type === type)?.status;

/** The kubelet answers and says that it can take work. */
export const isReady = (node: Node): boolean => conditionOf(node, 'Ready') === 'True';

export const isCordoned = ({ spec }: Node): boolean => spec?.unschedulable === true;

const roleOf = (label: string): string =>
  /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? '';

const hasRole = ({ metadata }: Node, roles: readonly string[]): boolean =>
  Object.keys(metadata.labels ?? {}).some((label) => roles.includes(roleOf(label)));

/** Carries the API server or etcd, by the labels that kubeadm and the distributions give. */
export const isControlPlane = (node: Node): boolean =>
  hasRole(node, ['control-plane', 'controlplane', 'master', 'etcd']);

/** Carries a member of etcd that has no pod of its own (K3s), or says so. */
export const isEtcdNode = (node: Node): boolean => hasRole(node, ['etcd']);

const platformOf = ({ metadata, status }: Node): readonly [string, string] => [
  status?.nodeInfo?.operatingSystem ?? metadata.labels?.['kubernetes.io/os'] ?? '',
  status?.nodeInfo?.architecture ?? metadata.labels?.['kubernetes.io/arch'] ?? '',
];

/** Programs made for the one run on the other; what is not known is taken to be the same. */
export function isSamePlatform(one: Node, other: Node): boolean {
  const [system, architecture] = platformOf(one);
  const [otherSystem, otherArchitecture] = platformOf(other);
  const isSame = (a: string, b: string): boolean => a === b || a === '' || b === '';
  return isSame(system, otherSystem) && isSame(architecture, otherArchitecture);
}

/** Taints that keep pods away; the one of a cordon is not among them, as that is asked by itself. */
export const barriersOf = ({ spec }: Node): readonly Taint[] =>
  (spec?.taints ?? []).filter(
    ({ key, effect }) =>
      (effect === 'NoSchedule' || effect === 'NoExecute') &&
      key !== 'node.kubernetes.io/unschedulable',
  );

const isSameTaint = (a: Taint, b: Taint): boolean =>
  a.key === b.key && (a.value ?? '') === (b.value ?? '') && a.effect === b.effect;

/** Ready and not cordoned. */
export const isOpen = (node: Node): boolean => isReady(node) && !isCordoned(node);

/**
 * Whether another node can take what runs on this one as a rule: it is open, of the same system and architecture, and keeps nobody
 * away that this one lets in.
 */
export function canReplace(node: Node, other: Node): boolean {
  const own = barriersOf(node);
  return (
    other.metadata.name !== node.metadata.name &&
    isOpen(other) &&
    isSamePlatform(node, other) &&
    barriersOf(other).every((taint) => own.some((one) => isSameTaint(one, taint)))
  );
}

/** Names as in a sentence: `a, b and c`, or `a, b, c and 9 more`. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}
