import type { KeyName } from './keys.ts';
import { moved } from './list.ts';
import type { Screen, State } from './state.ts';

/** The state with another screen in place of the one that is shown. */
export const withTop = (state: State, screen: Screen): State => ({
  ...state,
  screens: [...state.screens.slice(0, -1), screen],
});

/** The state with a screen laid on top. */
export const pushed = (state: State, screen: Screen): State => ({
  ...state,
  screens: [...state.screens, screen],
});

/** The state with the screen that is shown taken away; the first one stays. */
export const popped = (state: State): State =>
  state.screens.length > 1 ? { ...state, screens: state.screens.slice(0, -1) } : state;

// Head, foot and a line or two that stay in sight.
const fixedLines = 7;

/** How many lines a page key moves by. */
export const pageOf = ({ rows }: State): number => Math.max(1, rows - fixedLines);

/** Where a text that was scrolled so far stands after a key. How long it is, only the window knows that it was drawn in. */
export function scrolledBy(state: State, scroll: number, key: KeyName): number {
  const { mostScroll } = state;
  // Drawn without a window it has no end to go to.
  if (key === 'last' && mostScroll === Number.MAX_SAFE_INTEGER) return scroll;
  return moved(Math.min(scroll, mostScroll), key, mostScroll + 1, pageOf(state));
}
