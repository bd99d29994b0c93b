import type { ApplyEvent, ApplyResult, Phase } from '../../internal/model/apply.ts';

type Keys = readonly (readonly [key: string, does: string])[];
type PodState = Extract<ApplyEvent, { readonly kind: 'pod' }>['state'];
type NodeState = Extract<ApplyEvent, { readonly kind: 'rollout' }>['nodes'][number]['state'];

const several = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

const minutes = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;

const phases: Readonly<Record<Phase, string>> = {
  rights: 'Asking for the rights that this needs',
  preconditions: 'Looking whether anything has changed since',
  'dry-run': 'Having the API server try it',
  record: 'Writing down how to take it back',
  send: 'Sending the change',
  operator: 'Waiting for the operator',
  rollout: 'Rolling out',
  drain: 'Emptying the node',
  verify: 'Looking whether the fault is gone',
  'roll-back': 'Taking the change back',
};

const podStates: Readonly<Record<PodState, string>> = {
  deleting: 'is being deleted',
  evicting: 'is being evicted',
  blocked: 'is held by a disruption budget',
  terminating: 'ends',
  gone: 'is gone',
  ready: 'is ready',
  skipped: 'stays',
  failed: 'failed',
};

const nodeStates: Readonly<Record<NodeState, string>> = {
  replacing: 'its pod is being replaced',
  starting: 'its new pod starts',
  ready: 'ready',
  failing: 'its new pod fails',
};

const results: Readonly<Record<ApplyResult, string>> = {
  verified: 'Done, and seen to work',
  'nothing-to-do': 'There was nothing to change',
  'not-verified': 'Changed, but not seen to work',
  'rolled-back': 'Taken back: it made things worse',
  'roll-back-failed': 'It made things worse, and could not be taken back',
  refused: 'Nothing was changed',
  interrupted: 'Stopped on your word',
};

const move: Keys = [['j k', 'move']];

const keys = {
  verdict: [...move, ['enter', 'look at it'], ['/', 'filter']] as Keys,
  verdictAlways: [
    ['o', 'checks'],
    ['s', 'save report'],
  ] as Keys,
  filtering: [
    ['enter', 'keep the filter'],
    ['esc', 'clear it'],
  ] as Keys,
  finding: [
    ['enter', 'what can be done'],
    ['h l', 'other findings'],
    ['j k', 'scroll'],
  ] as Keys,
  remedies: [...move, ['enter', 'go on'], ['m', 'address methods'], ['y', 'copy']] as Keys,
  methods: [
    ['h l', 'method'],
    ['enter', 'preview'],
    ['m', 'type one'],
    ['/', 'find a node'],
  ] as Keys,
  ownMethod: [
    ['enter', 'preview'],
    ['esc', 'give up typing'],
  ] as Keys,
  preview: [
    ['enter', 'go on'],
    ['d', 'diff'],
    ['c', 'commands'],
    ['y', 'copy'],
  ] as Keys,
  confirm: [
    ['enter', 'do it'],
    ['esc', 'back'],
  ] as Keys,
  applying: [['Ctrl-C', 'stop in good order']] as Keys,
  outcome: (canUndo: boolean): Keys => [
    ['enter', 'findings'],
    ...(canUndo ? ([['u', 'take it back']] as const) : []),
    ['s', 'save report'],
  ],
  runbook: [
    ['enter', 'next'],
    ['y', 'copy'],
    ['r', 'done, check again'],
  ] as Keys,
  failed: [['r', 'try again']] as Keys,
  help: [['any key', 'back']] as Keys,
};

/** Every sentence of the wizard. */
export const words = {
  name: 'calico-fix',
  dump: 'a dump: nothing can be applied',
  everywhere: [
    ['esc', 'back'],
    ['?', 'help'],
    ['q', 'quit'],
  ] as Keys,
  keys,
  phases,
  podStates,
  nodeStates,
  results,
  helpTitle: 'Keys',
  help: [
    ['up down, j k', 'move or scroll'],
    ['left right, h l', 'the finding or method beside it'],
    ['page up, page down', 'move by ten'],
    ['home end, g G', 'first, last'],
    ['enter', 'go on'],
    ['esc', 'back; nothing is lost'],
    ['r', 'read again'],
    ['d', 'the diff of a preview'],
    ['c', 'the kubectl commands of a preview'],
    ['y', 'copy the command (OSC 52)'],
    ['m', 'address methods; there: type one'],
    ['/', 'filter'],
    ['o', 'fold the checks open or shut'],
    ['s', 'save the report as Markdown'],
    ['u', 'take the last change back'],
    ['q', 'quit'],
    ['Ctrl-C', 'stop; a change under way ends in good order'],
  ] as Keys,
  connecting: 'connecting',
  reading: 'reading the dump',
  seconds: (count: number): string => `${count} s`,
  elapsed: (seconds: number, expected: number | null): string =>
    `${minutes(seconds)}${expected === null ? '' : ` of about ${minutes(Math.round(expected))}`}`,
  moreBelow: (count: number, ellipsis: string): string =>
    `${ellipsis} ${several(count, 'more line', 'more lines')}`,
  theEnd: '(end)',
  checks: (passed: number, unknown: number, isOpen: boolean): string =>
    `${several(passed, 'check', 'checks')} passed${unknown > 0 ? `, ${unknown} could not tell` : ''}${isOpen ? '' : ' (o lists them)'}`,
  filter: (text: string, isTyping: boolean): string => `/${text}${isTyping ? '_' : ''}`,
  noMatch: 'No finding has these words.',
  remediesOf: (id: string): string => `What can be done about ${id}`,
  noRemedy: 'No remedy is known.',
  node: 'NODE',
  now: 'NOW',
  marks: { stays: 'keeps', changes: 'changes', none: 'none', unknown: 'unknown' },
  isSafe: (method: string): string => `${method}: safe on every node`,
  objections: (method: string, text: string): string => `${method}: ${text}`,
  own: (text: string): string => `method: ${text}_`,
  reckoning: 'Reckoning what each method would give each node',
  position: (row: number, rows: number, column: number, all: number): string =>
    `Node ${row} of ${rows}, method ${column} of ${all}`,
  noSteps: 'There is nothing to do by hand.',
  stepOf: (step: number, all: number): string => `Step ${step} of ${all}`,
  then: (text: string): string => `then: ${text}`,
  lastStep: 'That is the last step: r reads again and tells whether it is gone.',
  confirmTitle: 'This is going to be changed',
  inContext: (context: string, server: string): string =>
    `in context ${context}${server === '' ? '' : ` (${server})`}:`,
  empties: (node: string): string => `Node ${node}: cordoned, its pods evicted`,
  rollout: (updated: number, ready: number, desired: number): string =>
    `${updated} of ${desired} updated, ${ready} ready`,
  stopping: 'Stopping: what is under way is brought to an end. Ctrl-C again leaves at once.',
  inKubectl: 'The same in kubectl',
  atItsSource: 'To last, at its source',
  byHand: 'By hand',
  missingRights: 'This role has what is missing:',
  planning: 'Making the plan',
  asking: 'Asking the API server whether it accepts it',
  plainChoose: (most: number): string => `Number (1 to ${most}), or a key, then enter: `,
  plainGoOn: 'Enter to go on, or a key, then enter: ',
  plainText: 'Type it, then enter; nothing goes back: ',
  notUnderstood: 'That is no number of the list and no key; ? lists the keys.',
  yes: 'yes',
  nothingToUndo: 'There is no recorded change of this cluster to take back.',
  undoCommand: (id: string): string => `kubectl calico-fix undo ${id}`,
  undoTitle: (id: string): string => `Take back the change ${id}`,
  setMethod: (method: string): string => `Set the address method ${method}`,
  stopFirst: 'A change is under way: Ctrl-C stops it in good order.',
  noMethods: 'There is no address method to choose for this finding.',
  notAMethod: 'That is not a method yet.',
  saved: (path: string): string => `Saved as ${path}`,
  notSaved: (reason: string): string => `The report could not be saved: ${reason}`,
  tooManyReports: 'there are a hundred reports in this folder already',
  changedSince: (object: string, field: string): string =>
    `Somebody changed ${field} of ${object} since: it is not taken back over their head. The command below shows all three.`,
  copied: (text: string): string =>
    text.includes('\n') ? 'Sent the commands to the clipboard.' : `Sent to the clipboard: ${text}`,
  nothingToCopy: 'There is no command to copy here.',
  noPlan: 'There is no plan to carry out: see why at its top.',
  stillPlanning: 'The plan is still being made.',
  onDump: 'This is a dump: nothing can be applied. Run the wizard on the cluster itself.',
  refused: 'This is not done from here: see why at its top.',
  nothingToSend: 'There is nothing to send.',
  stillAsking: 'The API server has not yet answered the dry run.',
  serverRefuses: 'The API server refuses this plan: see why at its top.',
  typeToConfirm: (word: string): string => `Type ${word} and press enter, or esc to go back.`,
};
