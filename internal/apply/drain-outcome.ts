import type { DrainStep } from '../model/plan.ts';
import type { ApplyContext } from './context.ts';
import type { Emptied } from './drain-evict.ts';
import type { Leaving } from './drain-leaving.ts';
import { drainTexts } from './drain-texts.ts';

export interface DrainResult {
  readonly node: string;
  readonly state:
    | 'drained'
    /** Nothing was sent. */
    | 'refused'
    /** Pods could not be evicted, or their end not be waited for. */
    | 'failed'
    | 'timed-out'
    | 'interrupted';
  /** This drain cordoned the node, so whoever began it may uncordon it. */
  readonly hasCordoned: boolean;
  /** Pods whose eviction or deletion the server took, `namespace/name`. */
  readonly evicted: readonly string[];
  /** What happened and what stands, as sentences; the reasons of `kubectl drain` in its words. */
  readonly messages: readonly string[];
  /** What to do next, as commands or sentences. */
  readonly hints: readonly string[];
}

type Told = Pick<ApplyContext, 'onEvent'>;

/** The result of a drain that ended before pods were evicted. */
export function notDrained(
  state: Exclude<DrainResult['state'], 'drained'>,
  node: string,
  hasCordoned: boolean,
  messages: readonly string[],
  { onEvent }: Told,
): DrainResult {
  if (hasCordoned) onEvent({ kind: 'node', node, state: 'left-cordoned' });
  return {
    node,
    state,
    hasCordoned,
    evicted: [],
    messages: [...messages, ...(hasCordoned ? [words.leftCordoned(node)] : [])],
    hints: hasCordoned ? [`kubectl uncordon ${node}`] : [],
  };
}

const nameOf = ({ pod: { metadata } }: Leaving): string =>
  `${metadata.namespace ?? 'default'}/${metadata.name}`;

const states: Readonly<Record<Emptied, DrainResult['state']>> = {
  empty: 'drained',
  failed: 'failed',
  'timed-out': 'timed-out',
  lost: 'failed',
  blind: 'failed',
  interrupted: 'interrupted',
};

// In kubectl's words what it also says, with what the server said last: the budget stands there.
function problem(leaving: Leaving, ended: Emptied, seconds: number): readonly string[] {
  const { name, namespace = 'default' } = leaving.pod.metadata;
  const { state, reason, isOpen } = leaving;
  if (state === 'failed') return [reason];
  if (isOpen) return [words.open(nameOf(leaving))];
  if (ended !== 'timed-out') return [];
  if (state === 'held') return [reason, drainTexts.timedOut(name, namespace, seconds)];
  return state === 'terminating' ? [drainTexts.stillThere(name, namespace, seconds)] : [];
}

const withState = (leavings: readonly Leaving[], ...wanted: Leaving['state'][]) =>
  leavings.filter(({ state }) => wanted.includes(state)).map(nameOf);

function summary(node: string, ended: Emptied, leavings: readonly Leaving[]): readonly string[] {
  const taken = leavings.filter(({ isTaken }) => isTaken);
  const verb = leavings[0]?.change.verb === 'delete' ? 'deleted' : 'evicted';
  const count = `${taken.length === 1 ? '1 pod was' : `${taken.length} pods were`} ${verb}`;
  const ending = withState(leavings, 'terminating');
  const staying = withState(leavings, 'to-evict', 'held', 'failed');
  const finalizers = leavings.filter(
    ({ state, pod }) => state === 'terminating' && (pod.metadata.finalizers ?? []).length > 0,
  );
  const givenUp = withState(leavings, 'given-up');
  return [
    words[ended](node, count),
    ...(ending.length > 0 ? [words.ending(ending)] : []),
    ...(finalizers.length > 0 ? [words.finalizers(finalizers.map(nameOf))] : []),
    ...(staying.length > 0 ? [words.staying(staying)] : []),
    ...(givenUp.length > 0 ? [words.givenUp(givenUp)] : []),
  ];
}

/** What is said of a drain when the pods are gone, or are not waited for any more. */
export function drainOutcome(
  { node, options }: DrainStep,
  hasCordoned: boolean,
  emptied: { readonly ended: Emptied; readonly leavings: readonly Leaving[] },
  { onEvent }: Told,
): DrainResult {
  const { ended, leavings } = emptied;
  const state = states[ended];
  onEvent({ kind: 'node', node, state: state === 'drained' ? 'drained' : 'left-cordoned' });
  const held = leavings.some((leaving) => leaving.state === 'held');
  return {
    node,
    state,
    hasCordoned,
    evicted: leavings.filter(({ isTaken }) => isTaken).map(nameOf),
    messages: [
      ...leavings.flatMap((leaving) => problem(leaving, ended, options.timeoutSeconds)),
      ...summary(node, ended, leavings),
      ...(state === 'drained' && hasCordoned ? [] : [words.leftCordoned(node)]),
    ],
    hints: [...(held && ended === 'timed-out' ? [words.holding] : []), `kubectl uncordon ${node}`],
  };
}

const list = (names: readonly string[]): string =>
  names.length > 10
    ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`
    : names.join(', ');

const words = {
  empty: (node: string, count: string): string => `${node} is drained: ${count}.`,
  failed: (node: string, count: string): string =>
    `error: unable to drain node "${node}": ${count}, not all could be.`,
  'timed-out': (node: string, count: string): string =>
    `error: unable to drain node "${node}" in the time that was given: ${count}.`,
  lost: (node: string, count: string): string =>
    `The kubelet of ${node} does not answer: ${count}, but stay Terminating until it does. They are not waited for.`,
  blind: (node: string, count: string): string =>
    `The pods of ${node} could not be read for 5 minutes; ${count} before.`,
  interrupted: (node: string, count: string): string =>
    `The drain of ${node} was interrupted: ${count}.`,
  ending: (names: readonly string[]): string => `Still ending: ${list(names)}.`,
  finalizers: (names: readonly string[]): string =>
    `Finalizers hold these, whoever set them has to let go: ${list(names)}.`,
  staying: (names: readonly string[]): string => `Still running there: ${list(names)}.`,
  givenUp: (names: readonly string[]): string => `Not waited for: ${list(names)}.`,
  open: (name: string): string =>
    `Whether ${name} was evicted is not known: the answer of the API server was lost.`,
  leftCordoned: (node: string): string => `${node} is cordoned: no new pods are placed there.`,
  holding:
    'A budget lets go when more of its pods are ready: mend or scale up the workload, then run it again.',
};
