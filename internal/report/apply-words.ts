import type { ApplyEvent, ApplyResult, Phase } from '../model/apply.ts';

const phases: Readonly<Record<Phase, string>> = {
  rights: 'asking whether you may do all of it',
  preconditions: 'looking whether all is still as it was planned for',
  'dry-run': 'letting the API server try it',
  record: 'recording what stands now, so that it can be taken back',
  send: 'sending',
  operator: 'waiting for the operator',
  rollout: 'waiting for the new pods',
  drain: 'emptying nodes',
  verify: 'checking again',
  'roll-back': 'taking it back, as something got worse',
};

// To take back is what an undo is for, so that this is no alarm there.
const undoPhases: Readonly<Partial<Record<Phase, string>>> = {
  'roll-back': 'waiting for the pods that have it back',
};

type NodeState = Extract<ApplyEvent, { kind: 'node' }>['state'];
type PodState = Extract<ApplyEvent, { kind: 'pod' }>['state'];
type RolloutState = Extract<ApplyEvent, { kind: 'rollout' }>['nodes'][number]['state'];

const nodeStates: Readonly<Record<NodeState, string>> = {
  cordoned: 'cordoned',
  drained: 'is empty',
  uncordoned: 'takes pods again',
  'left-cordoned': 'is left cordoned',
};

const podStates: Readonly<Record<PodState, string>> = {
  deleting: 'is being deleted',
  evicting: 'is being evicted',
  blocked: 'cannot be evicted yet',
  terminating: 'is ending',
  gone: 'is gone',
  ready: 'is ready again',
  skipped: 'stays',
  failed: 'failed',
};

const rolloutStates: Readonly<Record<RolloutState, string>> = {
  replacing: 'being replaced',
  starting: 'starting',
  ready: 'ready',
  failing: 'failing',
};

interface ResultWords {
  readonly fix: string;
  readonly undo: string;
}

const results: Readonly<Record<ApplyResult, ResultWords>> = {
  verified: { fix: 'Done, and verified.', undo: 'Taken back, and verified.' },
  'nothing-to-do': { fix: 'There was nothing to do.', undo: 'All is back already.' },
  'not-verified': {
    fix: 'Sent, but it is not seen to work.',
    undo: 'Sent, but it is not seen to be back.',
  },
  'rolled-back': {
    fix: 'Something got worse, so it was taken back.',
    undo: 'Something got worse, so the undo was taken back.',
  },
  'roll-back-failed': {
    fix: 'Something got worse, and it could not be taken back: that is left for you to do.',
    undo: 'Something got worse, and the undo could not be taken back: that is left for you to do.',
  },
  refused: { fix: 'Refused. Nothing was changed.', undo: 'Refused. Nothing was changed.' },
  interrupted: { fix: 'Stopped before the end.', undo: 'Stopped before the end.' },
};

const seconds = (value: number): string => {
  const whole = Math.max(0, Math.round(value));
  const rest = String(whole % 60).padStart(2, '0');
  return `${Math.floor(whole / 60)}:${rest}`;
};

const en = {
  phases,
  undoPhases,
  nodeStates,
  podStates,
  rolloutStates,
  results,
  recorded: (id: string) => `recorded as ${id}`,
  sent: (object: string) => `${object}: sent`,
  unchanged: (object: string) => `${object}: as it should be already`,
  serverWarning: (text: string) => `warning of the API server: ${text}`,
  node: (name: string, state: string) => `node ${name} ${state}`,
  pod: (name: string, state: string, reason: string) =>
    `pod ${name} ${state}${reason === '' ? '' : `: ${reason}`}`,
  rollout: (object: string, ready: number, updated: number, desired: number) =>
    `${object}: ${updated}/${desired} new, ${ready} ready`,
  rolloutNode: (name: string, state: string, reason: string) =>
    `${name} ${state}${reason === '' ? '' : ` (${reason})`}`,
  moreNodes: (count: number) => `and ${count} more`,
  /** Times as minutes and seconds. */
  elapsedOf: (elapsed: number, expected: number) =>
    `${seconds(elapsed)} of about ${seconds(expected)}`,
  elapsedTo: (elapsed: number, limit: number) => `${seconds(elapsed)}, at most ${seconds(limit)}`,
  phase: (text: string, expected: number | null, limit: number | null) => {
    const times = [
      ...(expected === null ? [] : [`about ${seconds(expected)}`]),
      ...(limit === null ? [] : [`at most ${seconds(limit)}`]),
    ].join(', ');
    return times === '' ? text : `${text} (${times})`;
  },
  undo: 'Undo',
  undoCommand: (id: string) => `kubectl calico-fix undo ${id}`,
};

/** What is said while a plan is carried out, and afterwards. Another language is another object of this type. */
export const words = { en };
