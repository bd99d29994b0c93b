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
