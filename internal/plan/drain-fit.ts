import type { Node, Pod, Taint } from '../model/kubernetes.ts';
import type { DrainFacts, Volume } from './drain-facts.ts';
import { barriersOf } from './drain-nodes.ts';
import { type Expression, fitsExpression } from './drain-selector.ts';
import { type Fields, fieldAt, isFields } from './fields.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const expressionOf = (value: unknown): Expression => ({
  key: textOf(fieldAt(value, ['key'])),
  operator: textOf(fieldAt(value, ['operator'])),
  values: listOf(fieldAt(value, ['values'])).map(textOf),
});

// A term without expressions selects nothing (component-helpers scheduling/corev1/nodeaffinity).
function fitsTerm(node: Node, term: Fields): boolean {
  const byLabel = listOf(term['matchExpressions']).map(expressionOf);
  const byField = listOf(term['matchFields']).map(expressionOf);
  if (byLabel.length + byField.length === 0) return false;
  return (
    byLabel.every((one) => fitsExpression(node.metadata.labels?.[one.key ?? ''], one)) &&
    byField.every((one) =>
      fitsExpression(one.key === 'metadata.name' ? node.metadata.name : undefined, one),
    )
  );
}

/** Whether a node fits a node selector (`nodeSelectorTerms`), as pods and volumes have it; one that is not there fits all. */
export function fitsNodeSelector(node: Node, selector: unknown): boolean {
  if (!isFields(selector)) return true;
  return listOf(selector['nodeSelectorTerms'])
    .filter(isFields)
    .some((term) => fitsTerm(node, term));
}

function fitsLabels(pod: Pod, node: Node): boolean {
  const wanted = Object.entries(pod.spec?.nodeSelector ?? {});
  const required = fieldAt(pod.spec?.affinity, [
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
  ]);
  return (
    wanted.every(([label, value]) => node.metadata.labels?.[label] === value) &&
    fitsNodeSelector(node, required)
  );
}

function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec?.tolerations ?? []).some(({ key, operator, value, effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === 'Exists';
    return key === taint.key && (operator === 'Exists' || (value ?? '') === (taint.value ?? ''));
  });
}

/** The claims that a pod names, those that are made for its own ephemeral volumes included. */
export const claimNamesOf = ({ metadata, spec }: Pod): readonly string[] =>
  (spec?.volumes ?? []).flatMap((volume) => {
    const claim = fieldAt(volume, ['persistentVolumeClaim', 'claimName']);
    if (typeof claim === 'string') return [claim];
    return isFields(fieldAt(volume, ['ephemeral']))
      ? [`${metadata.name}-${volume.name ?? ''}`]
      : [];
  });

/** The persistent volumes of a pod, by its claims; empty where those were not read. */
export function volumesOf(pod: Pod, { claims, volumes }: DrainFacts): readonly Volume[] {
  const { namespace = 'default' } = pod.metadata;
  return claimNamesOf(pod).flatMap((name) => {
    const claim = (claims ?? []).find(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? 'default') === namespace,
    );
    const bound = claim?.spec?.volumeName;
    return (volumes ?? []).filter(({ metadata }) => metadata.name === bound);
  });
}

/**
 * Whether the scheduler could place a pod like this one on a node by what does not change: labels, taints, the places of its volumes.
 * Room is another question, and so are ports and what pods think of one another.
 */
export const fitsNode = (pod: Pod, node: Node, volumes: readonly Volume[]): boolean =>
  fitsLabels(pod, node) &&
  barriersOf(node).every((taint) => tolerates(pod, taint)) &&
  volumes.every(({ spec }) => fitsNodeSelector(node, spec?.nodeAffinity?.required));
