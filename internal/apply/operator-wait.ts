import type { DaemonSet, KubeObject } from '../model/kubernetes.ts';
import { isRendered } from '../plan/operator-rendering.ts';
import { hasSeen, refusesInput, type OperatorSays } from '../plan/operator-status.ts';
import type { Aftermath } from './aftermath.ts';
import type { ApplyContext } from './context.ts';
import { operatorBlame, readOperator } from './operator-blame.ts';
import { readDaemonSet, type WorkloadBefore } from './rollout-look.ts';
import { waitFor } from './wait.ts';

export type OperatorEnd =
  /** The DaemonSet has the change. */
  | { readonly kind: 'rendered'; readonly daemonSet: DaemonSet }
  /** It was taken up, and the DaemonSet stays as it is. */
  | { readonly kind: 'no-change' }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'not-taken-up'; readonly reason: string; readonly seconds: number };

export interface OperatorWait {
  readonly aftermath: Extract<Aftermath, { kind: 'operator' }>;
  readonly before: WorkloadBefore;
  /** What the operator said before the change. */
  readonly said: OperatorSays;
  /** The Installation as it was sent. */
  readonly installation: KubeObject;
  readonly limitSeconds: number | null;
}

// After each rendering the operator waits up to a minute for calico-node to be ready, and does nothing else meanwhile: with sick
// nodes it comes to a change late (seen with operator v1.40.15), and retries get rarer.
const patienceSeconds = 180;
const sickPatienceSeconds = 300;
const unseenSeconds = 60;
const quietSeconds = 25;
const verdictSeconds = 30;
// It writes its status every five seconds.
const statusSeconds = 6;

const isNewer = (daemonSet: DaemonSet | null, { daemonSet: before }: WorkloadBefore): boolean =>
  daemonSet !== null &&
  (before === null ||
    before.metadata.uid !== daemonSet.metadata.uid ||
    (daemonSet.metadata.generation ?? 0) > (before.metadata.generation ?? 0));

const hasSickNode = ({ nodes }: WorkloadBefore): boolean =>
  [...nodes.values()].some(({ isPodReady }) => !isPodReady);

interface Seen {
  readonly daemonSet: DaemonSet | null;
  readonly says: OperatorSays;
  readonly elapsed: number;
}

type Judge = (seen: Seen) => OperatorEnd | null;

// What must come out of the change is known. Where it stands in the DaemonSet before the operator has done anything, its verdict on
// the change is still to come: it may refuse it (two methods at once) and leave the DaemonSet as it is.
function byRendering({ aftermath: { rendering, generation }, before }: OperatorWait): Judge {
  let seenAt: number | null = null;
  return ({ daemonSet, says, elapsed }) => {
    if (rendering === null || daemonSet === null || !isRendered(daemonSet, rendering)) return null;
    const isSeen = hasSeen(says, generation) ?? elapsed >= verdictSeconds;
    if (isSeen) seenAt ??= elapsed;
    const hasJudged = seenAt !== null && elapsed - seenAt >= statusSeconds;
    return isNewer(daemonSet, before) || hasJudged ? { kind: 'rendered', daemonSet } : null;
  };
}

// It is not known whether the DaemonSet is to change at all: it has a while to, after the operator has seen the change.
function byGeneration({ aftermath: { generation }, before }: OperatorWait): Judge {
  let seenAt: number | null = null;
  return ({ daemonSet, says, elapsed }) => {
    if (daemonSet !== null && isNewer(daemonSet, before)) return { kind: 'rendered', daemonSet };
    const isSeen = hasSeen(says, generation) ?? elapsed >= unseenSeconds;
    if (isSeen) seenAt ??= elapsed;
    return seenAt !== null && elapsed - seenAt >= quietSeconds ? { kind: 'no-change' } : null;
  };
}

/** Waits until the operator has put a change of an Installation into the DaemonSet, or has said that it will not. Sends nothing. */
export async function waitForOperator(
  wait: OperatorWait,
  context: ApplyContext,
): Promise<OperatorEnd> {
  const { aftermath, before, said, installation } = wait;
  const patience = hasSickNode(before) ? sickPatienceSeconds : patienceSeconds;
  const limitSeconds = Math.min(wait.limitSeconds ?? patience, patience);
  context.onEvent({ kind: 'phase', phase: 'operator', expectedSeconds: 10, limitSeconds });
  const judge = aftermath.rendering === null ? byGeneration(wait) : byRendering(wait);
  let last: DaemonSet | null = null;
  const end = await waitFor(context, limitSeconds, async (elapsed): Promise<OperatorEnd | null> => {
    const seen = await readDaemonSet(context, before.ref);
    if (seen === 'unread') {
      context.onEvent({
        kind: 'waiting',
        text: words.unread,
        elapsedSeconds: elapsed,
        limitSeconds,
      });
      return null;
    }
    last = seen;
    const says = await readOperator(context);
    if (refusesInput(said, says, aftermath.generation))
      return {
        kind: 'refused',
        reason: says.degraded?.reason ?? '',
        message: says.degraded?.message ?? '',
      };
    const text = hasSickNode(before) ? words.sick : words.waiting;
    const found = judge({ daemonSet: seen, says, elapsed });
    if (found === null)
      context.onEvent({ kind: 'waiting', text, elapsedSeconds: elapsed, limitSeconds });
    return found;
  });
  if (end !== null) return end;
  const reason = await operatorBlame(context, installation, last, aftermath.generation);
  return { kind: 'not-taken-up', reason, seconds: limitSeconds };
}

/** Waits whether a DaemonSet changes within a time; null if it does not. Sends nothing. */
export async function waitForChange(
  before: WorkloadBefore,
  graceSeconds: number,
  context: ApplyContext,
): Promise<DaemonSet | null> {
  return waitFor(context, graceSeconds, async (elapsedSeconds) => {
    const seen = await readDaemonSet(context, before.ref);
    const text = seen === 'unread' ? words.unread : words.perhaps;
    if (seen !== 'unread' && isNewer(seen, before)) return seen;
    context.onEvent({ kind: 'waiting', text, elapsedSeconds, limitSeconds: graceSeconds });
    return null;
  });
}

const words = {
  unread: 'the API server does not answer; trying again',
  waiting: 'the operator has not yet taken up the change',
  sick: 'the operator has not yet taken up the change; while calico-node is not ready it looks up only once a minute',
  perhaps: 'to see whether the DaemonSet is changed by it',
};
