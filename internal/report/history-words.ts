import type { RecordState } from '../model/record.ts';

const states: Readonly<Record<RecordState, string>> = {
  begun: 'broken off',
  verified: 'verified',
  'not-verified': 'not verified',
  'rolled-back': 'rolled back',
  refused: 'refused',
  interrupted: 'interrupted',
  undone: 'undone',
};

const en = {
  states,
  heads: ['CHANGE', 'WHEN (UTC)', 'WHAT', 'STATE'] as const,
  what: (title: string, finding: string | null) =>
    finding === null ? title : `${title}, for ${finding}`,
  moreItems: (count: number) => ` (and ${count} more)`,
  undoes: (id: string) => `undo of ${id}`,
  cluster: (context: string, server: string) => `context ${context}, ${server}`,
  objects: (names: string) => names,
  empty: 'No change of this cluster is recorded.',
  emptyAll: 'No change is recorded.',
  damaged: (file: string, reason: string) => `${file} cannot be read: ${reason}`,
  undoHint: 'Take the newest back, or another by its name: kubectl calico-fix undo [CHANGE]',
};

/** Every sentence of the history. Another language is another object of this type. */
export const words = { en };
