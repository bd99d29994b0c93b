import type { State } from './state.ts';

/** What a key means. While text is typed only those with a key of their own count; letters are text. */
export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'enter'
  | 'back'
  | 'erase'
  | 'help'
  | 'quit'
  | 'again'
  | 'diff'
  | 'commands'
  | 'copy'
  | 'filter'
  | 'checks'
  | 'method'
  | 'save'
  | 'undo'
  | 'empty-dir'
  | 'force'
  | 'interrupt';

/** A key as the terminal sends it (the part of Ink's Key that is read). */
export interface PressedKey {
  readonly upArrow?: boolean;
  readonly downArrow?: boolean;
  readonly leftArrow?: boolean;
  readonly rightArrow?: boolean;
  readonly pageUp?: boolean;
  readonly pageDown?: boolean;
  readonly home?: boolean;
  readonly end?: boolean;
  readonly return?: boolean;
  readonly escape?: boolean;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly tab?: boolean;
  readonly backspace?: boolean;
  readonly delete?: boolean;
}

const letters: Readonly<Record<string, KeyName>> = {
  j: 'down',
  k: 'up',
  h: 'left',
  l: 'right',
  g: 'first',
  G: 'last',
  ' ': 'page-down',
  b: 'page-up',
  '?': 'help',
  q: 'quit',
  r: 'again',
  d: 'diff',
  c: 'commands',
  y: 'copy',
  '/': 'filter',
  o: 'checks',
  m: 'method',
  s: 'save',
  u: 'undo',
  e: 'empty-dir',
  f: 'force',
};

function special(key: PressedKey): KeyName | null {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageUp) return 'page-up';
  if (key.pageDown) return 'page-down';
  if (key.home) return 'first';
  if (key.end) return 'last';
  if (key.return) return 'enter';
  if (key.escape) return 'back';
  return key.backspace || key.delete ? 'erase' : null;
}

/** True while letters are text: a filter, a method, or the word of a confirmation is typed. */
export function isTyping({ isFiltering, isHelpOpen, screens }: State): boolean {
  if (isHelpOpen) return false;
  const screen = screens.at(-1);
  return (
    isFiltering || screen?.name === 'confirm' || (screen?.name === 'methods' && screen.own !== null)
  );
}

/** What a key press means: a key's name, or text that was typed. */
export type Meaning = { readonly key: KeyName } | { readonly text: string };

const harmless: readonly KeyName[] = ['up', 'down', 'left', 'right', 'page-up', 'page-down'];

// A slow line brings several presses at once. Those that only move are meant; of all others it might be a paste.
function meantBy(text: string): readonly Meaning[] {
  const names = Array.from(text, (letter) => letters[letter]);
  const keys = names.flatMap((key) => (key === undefined ? [] : [{ key }]));
  const isMeant = text.length === 1 || keys.every(({ key }) => harmless.includes(key));
  return keys.length === names.length && isMeant ? keys : [];
}

/**
 * What was typed in a state: keys by name, or text; empty if it means nothing. `text` is what the terminal sent besides the
 * flags of `key`, as a rule one letter.
 */
export function meaningsOf(state: State, text: string, key: PressedKey): readonly Meaning[] {
  if (key.ctrl) return text === 'c' ? [{ key: 'interrupt' }] : [];
  // Any key means any key.
  if (state.isHelpOpen) return [{ key: 'back' }];
  const name = special(key);
  if (name !== null) return [{ key: name }];
  if (key.meta || key.tab || text === '') return [];
  return isTyping(state) ? [{ text: plainText(text) }] : meantBy(text);
}

/** Pasted text as one line without control characters. */
export const plainText = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- what is pasted may hold anything
  text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '');
