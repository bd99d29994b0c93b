const several = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** Times as people say them: `45 s`, `3 min`. */
const roughly = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;

/** Every sentence of the wizard that no other command has. */
export const words = {
  name: 'calico-fix',
  readOnly: 'read only',
  readAgo: (minutes: number): string => `read ${minutes} min ago`,
  helpTitle: 'Keys',
  connecting: 'connecting',
  reading: 'reading the dump',
  judging: 'looking for the cause',
  seconds: (count: number): string => `${count} s`,
  stillReading: 'The cluster answers slowly. Nothing is lost by waiting; q leaves.',
  moreBelow: (count: number, ellipsis: string): string =>
    `${ellipsis} ${several(count, 'more line', 'more lines')}`,
  theEnd: '(end)',

  checks: (passed: number, unknown: number, isOpen: boolean): string =>
    `${several(passed, 'check', 'checks')} passed${unknown > 0 ? `, ${unknown} could not tell` : ''}${isOpen ? '' : ' (o lists them)'}`,
  filter: (text: string, isTyping: boolean): string => `/${text}${isTyping ? '_' : ''}`,
  noMatch: 'No finding has these words.',
  explains: (symptoms: string): string => `explains ${symptoms}`,
  readAgain: 'Read again.',
  isStillThere: (id: string): string => `Read again: ${id} is still there.`,
  isGone: (id: string): string => `Read again: ${id} is gone.`,
  cannotTell: (id: string): string => `Read again: whether ${id} is gone cannot be told.`,

  remediesOf: (id: string): string => `What can be done about ${id}`,
  noRemedy: 'No remedy is known.',
  price: (word: string): string => `has a price: it is asked for by typing ${word}`,
  alsoAtSource: 'To last it has to be made at its source too: the preview shows where.',
  leavesWork: 'It leaves some steps for you, which are gone through at the end.',
  stepsByHand: (count: number): string => `${several(count, 'step', 'steps')} by hand`,

  methodsTitle: 'Which address each method gives each node',
  node: 'NODE',
  now: 'NOW',
  marks: { stays: 'keeps', changes: 'changes', none: 'none', unknown: 'unknown' },
  tally: (text: string): string => `nodes: ${text}`,
  isSafe: (method: string): string => `${method}: safe on every node`,
  objections: (method: string, text: string): string => `${method}: ${text}`,
  own: (text: string): string => `method: ${text}_`,
  ownHint:
    'such as interface=^ens3$, cidr=10.0.0.0/24, skip-interface=docker.*, can-reach=10.0.0.1',
  reckoning: 'Reckoning what each method would give each node',
  reckoningOwn: 'reckoning',
  typedOn: 'it was typed on',
  position: (row: number, rows: number, column: number, all: number): string =>
    `node ${row} of ${rows}, method ${column} of ${all}`,
  setMethod: (method: string): string => `Set the address method ${method}`,
  noMethods: 'There is no address method to choose for this finding.',
  notAMethod: 'That is not a method yet.',

  noSteps: 'There is nothing to do by hand.',
  stepOf: (step: number, all: number): string => `Step ${step} of ${all}`,
  then: (text: string): string => `then: ${text}`,
  lastStep: 'That is the last step: r reads again and tells whether it is gone.',
  lastOnDump: 'That is the last step. This is a dump: take a new one, and look at that.',

  planning: 'Making the plan',
  status: {
    asking: 'Asking the API server whether it accepts it. Nothing was changed.',
    accepted: 'The API server accepts it. Nothing was changed yet.',
    refused: 'This is not done from here. Nothing was changed.',
    dump: 'This is a dump: nothing can be applied.',
    byHand: 'This is for a person to do: enter goes through it step by step.',
    nothing: 'There is nothing to change.',
  },
  inKubectl: 'The same in kubectl',
  atItsSource: 'To last, at its source',
  byHand: 'By hand',
  afterwards: 'What is left for you to do afterwards',
  stepByStep: 'Something is left for you to do: enter goes through it step by step.',
  missingRights: 'This role has what is missing:',
  noPlan: 'There is no plan to carry out: see why at its top.',
  stillPlanning: 'The plan is still being made.',
  onDump: 'This is a dump: nothing can be applied. Run the wizard on the cluster itself.',
  refused: 'This is not done from here: see why at its end.',
  nothingToSend: 'There is nothing to send.',
  stillAsking: 'The API server has not yet answered the dry run.',
  serverRefuses: 'The API server refuses this plan: see why at its end.',
  changedSince: (object: string, field: string): string =>
    `Somebody changed ${field} of ${object} since: it is not taken back over their head. The command below shows all three.`,

  confirmTitle: 'This is going to be changed',
  inContext: (context: string, server: string): string =>
    `in context ${context}${server === '' ? '' : ` (${server})`}:`,
  moreObjects: (count: number): string => `and ${count} more`,
  yes: 'yes',
  typeToConfirm: (word: string): string => `Type ${word} and press enter, or esc to go back.`,
  typeOneOf: (word: string, at: number, all: number): string =>
    `Type ${word} and press enter (${at} of ${all}), or esc to go back.`,
  notTheWord: (word: string): string => `That is not "${word}": nothing was sent.`,

  limit: (seconds: number): string => `at most ${roughly(seconds)}`,
  about: (seconds: number): string => `about ${roughly(seconds)}`,
  stepsDone: (count: number, last: string): string => `${last} (${count} done)`,
  podsOf: (node: string, gone: number, all: number): string =>
    `Node ${node}: ${gone} of ${several(all, 'pod', 'pods')} gone`,
  rollout: (object: string, updated: number, ready: number, desired: number): string =>
    `${object}: ${updated} of ${desired} updated, ${ready} ready`,
  moreRows: (count: number): string => `and ${several(count, 'more', 'more')}`,
  stopping: 'Stopping: what is under way is brought to an end. Ctrl-C again leaves at once.',
  stopFirst: 'A change is under way: Ctrl-C stops it in good order.',
  thereAreMore: (count: number): string =>
    `${several(count, 'fault is', 'faults are')} left: enter leads to the next.`,
  leftUnderWay: 'left while it was under way: look with kubectl calico-fix history',
  nothingChanged: 'Nothing was changed.',

  plainChoose: (most: number): string => `Number (1 to ${most}), or a key, then enter: `,
  plainGoOn: 'Enter to go on, or a key, then enter: ',
  plainText: 'Type it, then enter; nothing goes back: ',
  notUnderstood: 'That is no number of the list and no key; ? lists the keys.',

  nothingToUndo: 'There is no recorded change of this cluster to take back.',
  undoCommand: (id: string): string => `kubectl calico-fix undo ${id}`,
  undoTitle: (id: string): string => `Take back the change ${id}`,
  saved: (path: string): string => `Saved as ${path}`,
  notSaved: (reason: string): string => `The report could not be saved: ${reason}`,
  tooManyReports: 'there are a hundred reports in this folder already',
  copied: (text: string): string =>
    text.includes('\n')
      ? 'The terminal was given the commands for its clipboard.'
      : `For the clipboard: ${text}`,
  nothingToCopy: 'There is no command to copy here.',
};
