import type { Condition, KubeObject } from '../model/kubernetes.ts';
import { fieldAt, isFields } from './fields.ts';

/** What the operator says about an Installation, by TigeraStatus `calico` and the Installation's own conditions. */
export interface OperatorSays {
  /** The generation of the Installation that it speaks of; null where it does not say (before operator v1.28). */
  readonly observedGeneration: number | null;
  /** Null where it is not Degraded. */
  readonly degraded: { readonly reason: string; readonly message: string } | null;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function conditionOf(value: unknown): readonly Condition[] {
  if (!isFields(value)) return [];
  const generation = value['observedGeneration'];
  return [
    {
      type: textOf(value['type']),
      status: textOf(value['status']),
      reason: textOf(value['reason']),
      message: textOf(value['message']),
      ...(typeof generation === 'number' && generation > 0
        ? { observedGeneration: generation }
        : {}),
    },
  ];
}

function conditionsOf(object: KubeObject | null): readonly Condition[] {
  const conditions = fieldAt(object, ['status', 'conditions']);
  return Array.isArray(conditions) ? conditions.flatMap(conditionOf) : [];
}

// Behind its own words it lists the pods that are not well, a line each.
const podLine = /^Pod \S+\/\S+ (?:is|has|failed) /;

function ownWords(message: string): string {
  const own = message.split('\n').filter((line) => !podLine.test(line));
  return own.length > 0 ? own.join('\n') : message;
}

/** Reads both objects; one that is null was not there or not readable. */
export function operatorSays(
  tigeraStatus: KubeObject | null,
  installation: KubeObject | null,
): OperatorSays {
  const own = conditionsOf(tigeraStatus);
  const all = [...own, ...conditionsOf(installation)];
  const generations = (own.length > 0 ? own : all).flatMap(
    ({ observedGeneration }) => observedGeneration ?? [],
  );
  const degraded = all.filter(({ type, status }) => type === 'Degraded' && status === 'True');
  // Both say the same as a rule; a complaint about the input counts more than one about the pods.
  const worst = degraded.find(isAboutInput) ?? degraded[0];
  return {
    observedGeneration: generations.length > 0 ? Math.max(...generations) : null,
    degraded: worst ? { reason: worst.reason ?? '', message: ownWords(worst.message ?? '') } : null,
  };
}

// tigera/operator pkg/controller/status: what it says of its input; all other reasons are about pods, rights, the API or a moment.
const inputReasons = /^(?:Invalid\w*|\w*Validation\w*|MigrationError|ResourceMigrationError)$/;
const passing =
  /Operation cannot be fulfilled|object has been modified|context deadline exceeded|connection refused|i\/o timeout/;

const isAboutInput = ({ reason, message }: Pick<Condition, 'reason' | 'message'>): boolean =>
  inputReasons.test(reason ?? '') && !passing.test(message ?? '');

/** The complaint about what stands in the Installation; null if there is none, or only one about pods or of the moment. */
export const inputComplaint = (says: OperatorSays): OperatorSays['degraded'] =>
  says.degraded !== null && isAboutInput(says.degraded) ? says.degraded : null;

/**
 * Whether the operator refuses what was written: it complains about its input, did not before, and speaks of the generation written
 * (or of none at all). `generation` is null where it cannot be compared, as with the Installation `overlay`.
 */
export function refusesInput(
  before: OperatorSays,
  now: OperatorSays,
  generation: number | null,
): boolean {
  const complaint = inputComplaint(now);
  if (!complaint || inputComplaint(before)) return false;
  return hasSeen(now, generation) !== false;
}

/** Whether the operator speaks of this generation; null where that cannot be told. */
export function hasSeen(says: OperatorSays, generation: number | null): boolean | null {
  if (generation === null || says.observedGeneration === null) return null;
  return says.observedGeneration >= generation;
}
