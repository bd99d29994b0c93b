import type { DaemonSet, Node, PodSpec, Taint } from '../model/kubernetes.ts';

/** Why the DaemonSet controller makes no pod for a node. */
export type Hindrance =
  | {
      readonly kind: 'node-selector';
      readonly key: string;
      readonly wanted: string;
      readonly found: string | null;
    }
  | { readonly kind: 'taint'; readonly taint: string }
  | { readonly kind: 'affinity' };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

// The controller adds tolerations for these to every pod of a DaemonSet (pkg/controller/daemon/util).
const always = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/unschedulable',
  'node.kubernetes.io/network-unavailable',
]);

function isTolerated(taint: Taint, spec: PodSpec): boolean {
  if (taint.effect === 'PreferNoSchedule' || always.has(taint.key ?? '')) return true;
  return (spec.tolerations ?? []).some(({ key, operator, value, effect }) => {
    if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
    if (operator === 'Exists') return key === undefined || key === '' || key === taint.key;
    return key === taint.key && (value ?? '') === (taint.value ?? '');
  });
}

function requirementHolds(requirement: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isObject(requirement)) return true;
  const { key, operator, values } = {
    key: requirement['key'],
    operator: requirement['operator'],
    values: requirement['values'],
  };
  if (typeof key !== 'string') return true;
  const label = labels[key];
  const listed = Array.isArray(values) && values.includes(label);
  switch (operator) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    default:
      return true;
  }
}

function affinityHolds(spec: PodSpec, node: Node): boolean {
  const affinity = spec.affinity?.['nodeAffinity'];
  const required = isObject(affinity)
    ? affinity['requiredDuringSchedulingIgnoredDuringExecution']
    : undefined;
  const terms = isObject(required) ? required['nodeSelectorTerms'] : undefined;
  if (!Array.isArray(terms) || terms.length === 0) return true;
  const labels = node.metadata.labels ?? {};
  return terms.some((term: unknown) => {
    const expressions = isObject(term) ? term['matchExpressions'] : undefined;
    return (
      !Array.isArray(expressions) || expressions.every((item) => requirementHolds(item, labels))
    );
  });
}

/** What keeps a DaemonSet's pods away from a node: selector, required node affinity, untolerated taints; empty if nothing does. */
export function hindrances(daemonSet: DaemonSet, node: Node): readonly Hindrance[] {
  const spec = daemonSet.spec?.template?.spec ?? {};
  const labels = node.metadata.labels ?? {};
  const selector = Object.entries(spec.nodeSelector ?? {}).flatMap(([key, wanted]): Hindrance[] =>
    labels[key] === wanted
      ? []
      : [{ kind: 'node-selector', key, wanted, found: labels[key] ?? null }],
  );
  const taints = (node.spec?.taints ?? [])
    .filter((taint) => !isTolerated(taint, spec))
    .map((taint): Hindrance => ({
      kind: 'taint',
      taint: `${taint.key ?? ''}${taint.value ? `=${taint.value}` : ''}:${taint.effect ?? ''}`,
    }));
  return [
    ...selector,
    ...(affinityHolds(spec, node) ? [] : [{ kind: 'affinity' } as const]),
    ...taints,
  ];
}
