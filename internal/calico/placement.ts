import type { Node, PodSpec, Taint } from '../model/kubernetes.ts';

/** Why the DaemonSet controller makes no pod for a node. */
export type Hindrance =
  | {
      readonly kind: 'node-selector';
      readonly key: string;
      readonly wanted: string;
      readonly found: string | null;
    }
  | { readonly kind: 'taint'; readonly taint: Taint }
  | { readonly kind: 'affinity' };

type Labels = Readonly<Record<string, string>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const itemsIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

// The controller adds tolerations for these to the pods of every DaemonSet, each for one effect (Kubernetes, pkg/controller/daemon/util).
const always = new Set([
  'node.kubernetes.io/not-ready:NoExecute',
  'node.kubernetes.io/unreachable:NoExecute',
  'node.kubernetes.io/disk-pressure:NoSchedule',
  'node.kubernetes.io/memory-pressure:NoSchedule',
  'node.kubernetes.io/pid-pressure:NoSchedule',
  'node.kubernetes.io/unschedulable:NoSchedule',
]);
const ofHostNetwork = 'node.kubernetes.io/network-unavailable:NoSchedule';

function isTolerated(taint: Taint, spec: PodSpec): boolean {
  const name = `${taint.key ?? ''}:${taint.effect ?? ''}`;
  if (taint.effect === 'PreferNoSchedule' || always.has(name)) return true;
  if (name === ofHostNetwork && spec.hostNetwork === true) return true;
  return (spec.tolerations ?? []).some(({ key, operator, value, effect }) => {
    if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
    if (operator === 'Exists') return key === undefined || key === '' || key === taint.key;
    return key === taint.key && (value ?? '') === (taint.value ?? '');
  });
}

function requirementHolds(requirement: unknown, labels: Labels): boolean {
  if (!isObject(requirement)) return false;
  const key = requirement['key'];
  if (typeof key !== 'string') return false;
  const label = labels[key];
  const values = itemsIn(requirement['values']);
  const isListed = label !== undefined && values.includes(label);
  switch (requirement['operator']) {
    case 'In':
      return isListed;
    case 'NotIn':
      return !isListed;
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
      return label !== undefined && Number(label) > Number(values[0]);
    case 'Lt':
      return label !== undefined && Number(label) < Number(values[0]);
    default:
      return false;
  }
}

// Terms are alternatives, what stands in one term must all hold, and an empty term matches no node (core/v1 NodeSelectorTerm).
function termHolds(term: unknown, node: Node): boolean {
  if (!isObject(term)) return false;
  const expressions = itemsIn(term['matchExpressions']);
  const fields = itemsIn(term['matchFields']);
  if (expressions.length + fields.length === 0) return false;
  const own = { 'metadata.name': node.metadata.name };
  return (
    expressions.every((item) => requirementHolds(item, node.metadata.labels ?? {})) &&
    fields.every((item) => requirementHolds(item, own))
  );
}

function affinityHolds(spec: PodSpec, node: Node): boolean {
  const affinity = spec.affinity?.['nodeAffinity'];
  const required = isObject(affinity)
    ? affinity['requiredDuringSchedulingIgnoredDuringExecution']
    : undefined;
  const terms = isObject(required) ? itemsIn(required['nodeSelectorTerms']) : [];
  return terms.length === 0 || terms.some((term) => termHolds(term, node));
}

/**
 * What keeps the pods of a DaemonSet away from a node: its template's node selector and required node affinity, untolerated taints.
 * Empty if nothing does. The scheduler's own reasons (room, ports) are none of these.
 */
export function hindrances(template: PodSpec, node: Node): readonly Hindrance[] {
  const labels = node.metadata.labels ?? {};
  const selector = Object.entries(template.nodeSelector ?? {}).flatMap(
    ([key, wanted]): Hindrance[] =>
      labels[key] === wanted
        ? []
        : [{ kind: 'node-selector', key, wanted, found: labels[key] ?? null }],
  );
  const taints = (node.spec?.taints ?? [])
    .filter((taint) => !isTolerated(taint, template))
    .map((taint): Hindrance => ({ kind: 'taint', taint }));
  return [
    ...selector,
    ...(affinityHolds(template, node) ? [] : [{ kind: 'affinity' } as const]),
    ...taints,
  ];
}

/** A taint as kubectl writes it: `dedicated=db:NoSchedule`. */
export const taintText = ({ key, value, effect }: Taint): string =>
  `${key ?? ''}${value ? `=${value}` : ''}:${effect ?? ''}`;
