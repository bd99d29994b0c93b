import type { DaemonSet } from '../model/kubernetes.ts';
import { isRendered, type Rendering } from '../plan/operator-rendering.ts';
import type { Worse } from '../plan/rollout-worse.ts';
import { aftermathOf, type Aftermath, type SentChange } from './aftermath.ts';
import type { BeforeSending, Carried } from './carry-out.ts';
import { watchDeployment } from './deployment-watch.ts';
import { isDaemonSet, lastWriter, nameOf } from './objects.ts';
import { waitForChange, waitForOperator } from './operator-wait.ts';
import { waitForSuccessor } from './restart.ts';
import type { WorkloadBefore } from './rollout-look.ts';
import { watchRollout, type RolloutEnd } from './rollout-watch.ts';
import { isUndo, secondsLeft, type Run, type StepEnd } from './run.ts';
import { touchedFields } from './touched.ts';
import { driftedObjects } from './verify.ts';

const done: StepEnd = { kind: 'done' };
const stopped = (reason: string): StepEnd => ({ kind: 'stopped', reason });
// What is taken back on purpose is not put in place again for what it brings.
const worse = (run: Run, reason: string): StepEnd =>
  isUndo(run) ? stopped(reason) : { kind: 'worse', reason };

const list = (nodes: readonly string[]): string =>
  nodes.length > 5
    ? `${nodes.slice(0, 5).join(', ')} and ${nodes.length - 5} more`
    : nodes.join(', ');

function worseText(found: readonly Worse[]): string {
  const [first] = found;
  if (!first) return '';
  const nodes = [
    ...new Set(found.filter(({ kind }) => kind === first.kind).map(({ node }) => node)),
  ];
  return words.worse[first.kind](list(nodes), first.detail);
}

function endOf(run: Run, name: string, end: RolloutEnd): StepEnd {
  switch (end.kind) {
    case 'complete':
      if (end.sick.length > 0) run.notes.push(words.stillSick(list(end.sick)));
      return done;
    case 'worse':
      return worse(run, worseText(end.worse));
    case 'reverted':
      return stopped(words.reverted(name, lastWriter(end.daemonSet)));
    case 'blocked': {
      const text = words.blocked(name, list(end.sick), list(end.away), end.waiting);
      if (!isUndo(run)) return stopped(text);
      // The fault of before is back, as was asked for.
      run.notes.push(text);
      return done;
    }
    case 'time-out':
      return stopped(end.isBlind ? words.blind(name) : words.rolling(name, end.waiting));
  }
}

async function followRollout(
  run: Run,
  before: WorkloadBefore,
  holds: (daemonSet: DaemonSet) => boolean,
): Promise<StepEnd> {
  const last = run.sent.at(-1)?.index ?? -1;
  run.rendered.add(last);
  const end = await watchRollout(
    {
      before,
      holds,
      cured: run.cured,
      forecasts: isUndo(run) ? [] : run.plan.addresses,
      isGuarded: !isUndo(run),
      // What the fix had cured is sick again when it is taken back.
      expectedSick: isUndo(run) ? run.cured : new Set(),
      limitSeconds: secondsLeft(run),
    },
    run.context,
  );
  if (end.kind === 'reverted') {
    run.reverted.add(last);
    // The operator only follows: who changed its input back is to be named.
    const isDirect = run.sent.at(-1)?.change.ref.kind === 'DaemonSet';
    if (!isDirect) run.notes.push(...(await driftedObjects(run)));
  }
  return endOf(run, nameOf(before.ref), end);
}

/** Whether what a change wrote into a DaemonSet is still there. */
function stillThere({ before, after }: SentChange): (daemonSet: DaemonSet) => boolean {
  return (now) =>
    before === null ||
    after === null ||
    touchedFields(before, after, now).every(({ stands }) => stands === 'as-ours');
}

const hasRendering =
  (rendering: Rendering | null) =>
  (daemonSet: DaemonSet): boolean =>
    rendering === null || isRendered(daemonSet, rendering);

async function followOperator(
  run: Run,
  aftermath: Extract<Aftermath, { kind: 'operator' }>,
  { sent, before }: Carried,
): Promise<StepEnd> {
  const { workload, said } = before;
  if (!workload || !said || sent.after === null) return done;
  const wait = { aftermath, before: workload, said, installation: sent.after };
  const end = await waitForOperator({ ...wait, limitSeconds: secondsLeft(run) }, run.context);
  switch (end.kind) {
    case 'rendered':
      return followRollout(run, rolled(workload, end.daemonSet), hasRendering(aftermath.rendering));
    case 'no-change':
      return done;
    case 'refused':
      return worse(run, words.operatorRefused(end.reason, end.message));
    case 'not-taken-up':
      return worse(run, words.notTakenUp(Math.round(end.seconds), end.reason));
  }
}

// A DaemonSet that was not there before is measured against nothing.
const rolled = (workload: WorkloadBefore, daemonSet: DaemonSet): WorkloadBefore =>
  workload.daemonSet === null ? { ...workload, daemonSet } : workload;

async function followPerhaps(
  run: Run,
  grace: number,
  { workload }: BeforeSending,
): Promise<StepEnd> {
  if (!workload) return done;
  const limit = Math.min(grace, secondsLeft(run) ?? grace);
  const changed = await waitForChange(workload, limit, run.context);
  if (changed !== null) return followRollout(run, rolled(workload, changed), () => true);
  run.notes.push(words.noEffect(nameOf(workload.ref), Math.round(limit)));
  return done;
}

async function followPod(run: Run, pod: NonNullable<BeforeSending['pod']>): Promise<StepEnd> {
  const end = await waitForSuccessor(pod.old, pod.known, run.context, secondsLeft(run));
  if (end.kind === 'ready') return done;
  const node = pod.old.spec?.nodeName ?? '';
  return stopped(words.noSuccessor(pod.old.metadata.name, node, end.pod, end.reason));
}

/** Waits for what follows a change by itself: the operator, a rollout, the pod that comes in place of a deleted one. */
export async function follow(run: Run, carried: Carried): Promise<StepEnd> {
  const { sent, before } = carried;
  if (before.pod) return followPod(run, before.pod);
  const aftermath = aftermathOf(sent, run.plan);
  switch (aftermath.kind) {
    case 'none':
      return done;
    case 'by-hand':
      run.notes.push(words.byHand(nameOf(aftermath.ref)));
      return done;
    case 'rollout':
      if (!before.workload || sent.after === null || !isDaemonSet(sent.after)) return done;
      return followRollout(run, before.workload, stillThere(sent));
    case 'deployment': {
      const isDone = await watchDeployment(aftermath.ref, run.context, secondsLeft(run));
      return isDone ? done : stopped(words.rolling(nameOf(aftermath.ref), 0));
    }
    case 'operator':
      return followOperator(run, aftermath, carried);
    case 'perhaps':
      return followPerhaps(run, aftermath.graceSeconds, before);
  }
}

const words = {
  worse: {
    'not-ready-in-time': (nodes: string): string =>
      `calico-node of ${nodes} was ready before and is not with the new template.`,
    'no-cure': (nodes: string, detail: string): string =>
      `calico-node of ${nodes} is not ready with the new template either${detail ? ` (${detail})` : ''}.`,
    'cannot-start': (nodes: string, detail: string): string =>
      `calico-node of ${nodes} does not start with the new template: ${detail}.`,
    restarts: (nodes: string): string => `calico-node of ${nodes} restarts with the new template.`,
    log: (nodes: string, detail: string): string => `calico-node of ${nodes} says: ${detail}`,
    regression: (nodes: string): string =>
      `calico-node of ${nodes} was ready before and is not any more.`,
    'other-address': (nodes: string, detail: string): string =>
      `${nodes} got the address ${detail}, which was not foreseen.`,
    'node-lost': (nodes: string): string => `The kubelet of ${nodes} does not answer any more.`,
  } satisfies Record<Worse['kind'], (nodes: string, detail: string) => string>,
  stillSick: (nodes: string): string =>
    `calico-node of ${nodes} has the new template and is not ready, as before.`,
  reverted: (name: string, by: string | null): string =>
    `${name} was changed back by ${by ?? 'somebody else'}: what is written there does not last.`,
  blocked: (name: string, sick: string, away: string, waiting: number): string => {
    const reasons = [
      ...(sick ? [`calico-node of ${sick} is not ready`] : []),
      ...(away ? [`the kubelet of ${away} does not answer`] : []),
    ];
    const others = waiting === 1 ? 'one more node waits' : `${waiting} more nodes wait`;
    return `The rollout of ${name} does not go on: ${reasons.join(', ')}, and ${others} for it.`;
  },
  rolling: (name: string, waiting: number): string =>
    `${name} is still rolling out${waiting > 0 ? `, nodes to come: ${waiting}` : ''}; it goes on by itself.`,
  blind: (name: string): string =>
    `The API server did not answer any more while ${name} was rolling out; the rollout goes on by itself.`,
  operatorRefused: (reason: string, message: string): string =>
    `The operator does not take the change (${reason}): ${message}`,
  notTakenUp: (seconds: number, reason: string): string =>
    `The operator has not put the change into the DaemonSet within ${seconds} seconds. ${reason}`,
  noEffect: (name: string, seconds: number): string =>
    `${name} did not change within ${seconds} seconds.`,
  byHand: (name: string): string =>
    `${name} has the strategy OnDelete: a node gets the new template when its pod is deleted.`,
  noSuccessor: (old: string, node: string, pod: string | null, reason: string): string =>
    pod === null
      ? `Pod ${old} was deleted on ${node}: ${reason}.`
      : `Pod ${pod}, which came in place of ${old} on ${node}, did not get ready: ${reason}.`,
};
