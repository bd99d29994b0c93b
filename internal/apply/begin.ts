import type { ChangeRecord, RecordedStep } from '../model/record.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Plan, Step } from '../model/plan.ts';
import { drainRefusals } from '../plan/drain-step.ts';
import { roleYaml } from '../plan/rights.ts';
import type { ApplyContext, ApplyOptions } from './context.ts';
import { isPod } from './objects.ts';
import { operatorFault } from './operator-blame.ts';
import { identify, missingRights, type Hindrance } from './preconditions.ts';
import { prepareStep, type Prepared } from './prepare.ts';
import type { PodNodes } from './verify-items.ts';
import { podNodesOf } from './verify-items.ts';
import type { Origin } from './verify.ts';

/** All that has to be known before the record is begun. */
export interface Ready {
  readonly clusterUid: string;
  readonly prepared: readonly (Prepared | null)[];
}

export const isHindrance = (value: object): value is Hindrance => 'missingRole' in value;

function otherCluster(
  uid: string,
  { journal }: ApplyContext,
  { undoes }: ApplyOptions,
): Hindrance | null {
  if (undoes === undefined) return null;
  const original = journal.list().records.find(({ id }) => id === undoes);
  if (!original) return { reason: words.noRecord(undoes), missingRole: null };
  return original.cluster.uid === uid
    ? null
    : { reason: words.otherCluster(original), missingRole: null };
}

const inPlace = (prepared: readonly (Prepared | null)[]): Hindrance | null => {
  for (const one of prepared) {
    if (one?.state !== 'refused') continue;
    const right = one.refused?.right;
    return { reason: one.reason, missingRole: right ? roleYaml([right]) : null };
  }
  return null;
};

/** Reads every object of the plan anew and lets the server try the changes, in their order. A drain judges for itself. */
export async function prepareSteps(
  steps: readonly Step[],
  { cluster, signal }: Pick<ApplyContext, 'cluster' | 'signal'>,
): Promise<readonly (Prepared | null)[]> {
  const prepared: (Prepared | null)[] = [];
  for (const step of steps) {
    signal.throwIfAborted();
    const change = step.kind === 'change' ? step : step.cordon;
    prepared.push(change ? await prepareStep(change, cluster) : null);
  }
  return prepared;
}

// A change that waits for an operator that is off would come upon everybody when it is switched on again.
async function pausedOperator(plan: Plan, context: ApplyContext): Promise<Hindrance | null> {
  const kinds = plan.steps.flatMap((step) => (step.kind === 'change' ? step.change.ref.kind : []));
  const isMeant = kinds.includes('Installation') && !kinds.includes('Deployment');
  if (!isMeant || plan.install.state !== 'operator-paused') return null;
  const fault = await operatorFault(context);
  return fault === null ? null : { reason: words.paused(fault), missingRole: null };
}

/** Looks whether the plan may be carried out, and whether all is as it was planned for. Changes nothing. */
export async function makeReady(
  plan: Plan,
  context: ApplyContext,
  options: ApplyOptions,
): Promise<Ready | Hindrance> {
  const { cluster, onEvent } = context;
  const phase = (name: 'rights' | 'preconditions' | 'dry-run'): void =>
    onEvent({ kind: 'phase', phase: name, expectedSeconds: null, limitSeconds: null });
  phase('rights');
  const identity = await identify(cluster);
  if (isHindrance(identity)) return identity;
  const missing =
    otherCluster(identity.uid, context, options) ?? (await missingRights(plan, cluster));
  if (missing) return missing;
  const drains = plan.steps.flatMap((step) => (step.kind === 'drain' ? drainRefusals(step) : []));
  if (drains.length > 0) return { reason: drains.join(' '), missingRole: null };
  phase('preconditions');
  const paused = await pausedOperator(plan, context);
  if (paused) return paused;
  phase('dry-run');
  const prepared = await prepareSteps(plan.steps, context);
  return inPlace(prepared) ?? { clusterUid: identity.uid, prepared };
}

/** True where nothing of the plan is left to be sent. */
export const isAlreadySo = (plan: Plan, { prepared }: Ready): boolean =>
  plan.steps.every(
    (step, index) =>
      step.kind === 'change' &&
      (prepared[index]?.state === 'unchanged' || prepared[index]?.state === 'gone'),
  );

/** The steps as the record begins with them; those of a drain are added when they are sent. */
export function recordedSteps(plan: Plan, { prepared }: Ready): readonly RecordedStep[] {
  return plan.steps.flatMap((step, index) => {
    const ready = prepared[index];
    if (step.kind === 'drain') return [];
    const { change } = step;
    const sendable = ready && 'sendable' in ready ? ready.sendable : null;
    const before = sendable?.before ?? null;
    const isGone =
      change.verb === 'evict' || (change.ref.kind === 'Pod' && change.verb === 'delete');
    return [
      {
        change,
        state: 'planned' as const,
        before: isGone ? null : before,
        after: isGone ? null : (sendable?.after ?? null),
        isUndoable: !isGone,
      },
    ];
  });
}

async function podNodes(plan: Plan, { cluster }: ApplyContext): Promise<PodNodes> {
  const affected = plan.items.flatMap(({ finding }) => finding?.affected ?? []);
  const namespaces = new Set(
    affected.flatMap(({ kind, namespace }) => (kind === 'Pod' ? [namespace ?? ''] : [])),
  );
  const found = new Map<string, string>();
  for (const namespace of namespaces) {
    const reply = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace });
    for (const pod of reply.state === 'done' ? reply.value.filter(isPod) : [])
      if (pod.spec?.nodeName !== undefined)
        found.set(`${namespace}/${pod.metadata.name}`, pod.spec.nodeName);
  }
  return found;
}

/** How the cluster is before anything is sent. An undo is not measured against it. */
export async function originOf(
  plan: Plan,
  context: ApplyContext,
  options: ApplyOptions,
): Promise<Origin> {
  if (options.undoes !== undefined) return { diagnosis: null, podNodes: new Map() };
  if (options.before) return { diagnosis: options.before, podNodes: await podNodes(plan, context) };
  const snapshot = await context.cluster.gather();
  const diagnosis: Diagnosis = await context.diagnose(snapshot);
  return { diagnosis, podNodes: podNodesOf(snapshot) };
}

const words = {
  paused: (fault: string): string => `${fault} A change of the Installation would not take effect.`,
  noRecord: (id: string): string => `There is no record ${id}.`,
  otherCluster: ({ id, cluster }: ChangeRecord): string =>
    `${id} was made on another cluster (context ${cluster.context}, ${cluster.server}).`,
};
