import type { Onward } from './reduce-outcome.ts';

/** Keys as they are shown, each with what it does. */
export type Keys = readonly (readonly [key: string, does: string])[];

const move: Keys = [['j k', 'move']];
const scroll: Keys = [['j k', 'scroll']];

const onwards: Readonly<Record<Onward, string>> = {
  afterwards: 'what is left to do',
  read: 'read again',
  next: 'next fault',
  findings: 'findings',
};

/** The keys of each screen, the most needed first: a narrow terminal shows fewer. */
export const keyWords = {
  everywhere: [
    ['esc', 'back'],
    ['?', 'help'],
    ['q', 'quit'],
  ] as Keys,
  atTop: [
    ['?', 'help'],
    ['q', 'quit'],
  ] as Keys,
  verdict: [...move, ['enter', 'look at it'], ['/', 'filter']] as Keys,
  verdictAlways: [
    ['o', 'checks'],
    ['r', 'read again'],
    ['s', 'save report'],
  ] as Keys,
  undo: [['u', 'take back']] as Keys,
  filtering: [
    ['enter', 'keep the filter'],
    ['esc', 'clear it'],
  ] as Keys,
  finding: [['enter', 'what can be done'], ...scroll, ['h l', 'other findings']] as Keys,
  remedies: (opens: string, hasMethods: boolean, canCopy: boolean): Keys => [
    ...move,
    ['enter', opens],
    ...(hasMethods ? ([['m', 'address methods']] as const) : []),
    ...(canCopy ? ([['y', 'copy']] as const) : []),
  ],
  opens: {
    preview: 'preview',
    methods: 'compare',
    runbook: 'step by step',
    confirm: 'go on',
    nothing: 'nothing',
  },
  methods: [
    ['h l', 'method'],
    ...move,
    ['enter', 'preview'],
    ['m', 'type one'],
    ['/', 'find a node'],
  ] as Keys,
  ownMethod: [
    ['enter', 'preview'],
    ['esc', 'give up typing'],
  ] as Keys,
  preview: (enter: string, losses: Keys): Keys => [
    ...(enter === '' ? [] : ([['enter', enter]] as const)),
    ...losses,
    ['d', 'all of it'],
    ['c', 'commands'],
    ['y', 'copy'],
    ...scroll,
  ],
  loss: {
    'empty-dir': { key: 'e', accept: 'lose emptyDir data', keep: 'keep emptyDir data' },
    force: { key: 'f', accept: 'lose unmanaged pods', keep: 'keep unmanaged pods' },
  },
  previewPart: [['d c', 'back to the plan'], ['y', 'copy'], ...scroll] as Keys,
  confirm: [
    ['enter', 'do it'],
    ['esc', 'back'],
  ] as Keys,
  confirmNext: [
    ['enter', 'go on'],
    ['esc', 'back'],
  ] as Keys,
  applying: [
    ['Ctrl-C', 'stop in good order'],
    ['?', 'help'],
  ] as Keys,
  outcome: (onward: Onward, canUndo: boolean): Keys => [
    ['enter', onwards[onward]],
    ...(canUndo ? ([['u', 'take it back']] as const) : []),
    ['s', 'save report'],
  ],
  runbook: (isLast: boolean): Keys => [
    ...(isLast ? [] : ([['enter', 'next']] as const)),
    ['k', 'the one before'],
    ['y', 'copy'],
    ['r', 'done, check again'],
  ],
  failed: [['r', 'try again']] as Keys,
  help: [['any key', 'back']] as Keys,
  all: [
    ['up down, j k', 'move or scroll'],
    ['left right, h l', 'the one beside it'],
    ['page up/down, b space', 'move by a screen'],
    ['home end, g G', 'first, last'],
    ['enter', 'go on'],
    ['esc', 'back; nothing is lost'],
    ['r', 'read again'],
    ['d', 'all of a preview'],
    ['c', 'its kubectl commands'],
    ['y', 'copy the command'],
    ['m', 'address methods, type one'],
    ['/', 'filter'],
    ['o', 'show or hide checks'],
    ['s', 'save as Markdown'],
    ['u', 'undo the last change'],
    ['e f', 'let a drain lose data, pods'],
    ['q', 'quit'],
    ['Ctrl-C', 'leave, or stop in good order'],
  ] as Keys,
};
