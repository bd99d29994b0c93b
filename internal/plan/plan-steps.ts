import type { Install } from '../model/install.ts';
import type { DaemonSet, KubeObject, Pod } from '../model/kubernetes.ts';
import type { ChangeStep, Conflict, Step } from '../model/plan.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { kubectlOf } from './commands.ts';
import { differingFields } from './diff-fields.ts';
import { fieldAt, isEqual } from './fields.ts';
import { isKubeObject } from './json-value.ts';
import { PatchError } from './patch-error.ts';
import { applyChange } from './patch.ts';
import { objectIn } from './plan-objects.ts';

export interface Reckoned {
  readonly step: ChangeStep;
  /** Where the patch does not fit the object. */
  readonly conflict: Conflict | null;
}

/** A change as a step: with the object before, and after as far as it can be reckoned. */
export function reckon(
  change: Change,
  before: KubeObject | null,
  remedies: readonly string[],
): Reckoned {
  const step = { kind: 'change', change, before, kubectl: kubectlOf(change) } as const;
  if (change.verb === 'create') {
    const after = isKubeObject(change.body) ? change.body : null;
    return { step: { ...step, after }, conflict: null };
  }
  if (change.verb !== 'patch' || before === null)
    return { step: { ...step, after: null }, conflict: null };
  try {
    return { step: { ...step, after: applyChange(before, change) }, conflict: null };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const conflict = { ref: change.ref, field: error.path, remedies };
    return { step: { ...step, after: null }, conflict };
  }
}

/** Whether a step changes anything. Where its object was not read that is for the API server to say. */
export const isNeeded = ({ change, before, after }: ChangeStep): boolean =>
  change.verb === 'patch'
    ? after === null || !isEqual(before, after)
    : change.verb !== 'create' || before === null || !isMade(before, change.body);

// Everything that was to be made is there already; what the server added does not count.
const isMade = (before: KubeObject, body: unknown): boolean =>
  differingFields(body, before).every(
    ({ path, before: wanted }) => path[0] === 'metadata' || wanted === undefined,
  );

const rankOf = (step: Step): number => {
  if (step.kind === 'drain') return 1;
  const { ref, verb } = step.change;
  if (verb === 'create') return 0;
  if (verb === 'patch') return ref.kind === 'Installation' ? 3 : ref.kind === 'DaemonSet' ? 4 : 2;
  return ref.kind === 'Pod' ? 6 : 5;
};

/**
 * Steps in the order of the work: objects are made, nodes are emptied (while calico-node is not yet rolling), objects are patched, the
 * Installation and DaemonSets last, objects are deleted, and at the end pods, so that they start with all of it.
 */
export const inOrder = (steps: readonly Step[]): readonly Step[] =>
  steps.toSorted((a, b) => rankOf(a) - rankOf(b));

const rollingFields = [
  ['spec', 'calicoNetwork', 'nodeAddressAutodetectionV4'],
  ['spec', 'calicoNetwork', 'nodeAddressAutodetectionV6'],
  ['spec', 'calicoNodeDaemonSet'],
];

/** The DaemonSet whose pods a step replaces all; null if it does not. */
function rolled(
  { change: { ref, verb }, before, after }: ChangeStep,
  install: Install,
): ApiRef | null {
  if (verb !== 'patch') return null;
  const changes = (path: readonly string[]): boolean =>
    !isEqual(fieldAt(before, path), fieldAt(after, path));
  if (ref.kind === 'DaemonSet') return changes(['spec', 'template']) ? ref : null;
  const { daemonSet, namespace } = install;
  const isRolling = ref.kind === 'Installation' && rollingFields.some(changes);
  return isRolling && daemonSet !== null && namespace !== null
    ? { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name: daemonSet }
    : null;
}

/**
 * Leaves out the deletion of pods that a change of their DaemonSet replaces anyway, so that they start only once. With `OnDelete`
 * the deletion is what makes the change take effect.
 */
export function withoutDoubleRestarts(
  steps: readonly ChangeStep[],
  snapshot: Snapshot,
  install: Install,
): readonly ChangeStep[] {
  const daemonSets = steps.flatMap((step) => {
    const ref = rolled(step, install);
    const object: DaemonSet | null = ref && objectIn(snapshot, ref);
    return ref && object?.spec?.updateStrategy?.type !== 'OnDelete' ? [ref] : [];
  });
  const isReplaced = ({ change: { ref, verb }, before }: ChangeStep): boolean =>
    verb === 'delete' &&
    ref.kind === 'Pod' &&
    daemonSets.some(
      ({ namespace, name }) =>
        ref.namespace === namespace &&
        before?.metadata.ownerReferences?.some(
          (owner) => owner.kind === 'DaemonSet' && owner.name === name,
        ) === true,
    );
  return steps.filter((step) => !isReplaced(step));
}

/** Whether a change is about these nodes: it names one, or a pod on one, or nothing that belongs to a node. No nodes: all. */
export function isAbout(ref: ApiRef, nodes: readonly string[], snapshot: Snapshot): boolean {
  if (nodes.length === 0) return true;
  if (ref.kind === 'Node') return nodes.includes(ref.name);
  if (ref.kind !== 'Pod') return true;
  const pod: Pod | null = objectIn(snapshot, ref);
  return pod?.spec?.nodeName === undefined || nodes.includes(pod.spec.nodeName);
}
