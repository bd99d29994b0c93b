import { still, type Step } from './events.ts';
import type { KeyName } from './keys.ts';
import { withTop } from './stack.ts';
import type { State } from './state.ts';
import { shorter } from './typing.ts';

function filtered(state: State, change: (filter: string) => string): State {
  const top = state.screens.at(-1);
  if (top?.name !== 'verdict' && top?.name !== 'methods') return state;
  return withTop(state, { ...top, filter: change(top.filter), row: 0 });
}

/** What the typing of a filter does: enter keeps it, esc takes it away. */
export function reduceFilter(state: State, input: KeyName | { readonly text: string }): Step {
  if (typeof input === 'object') return still(filtered(state, (filter) => filter + input.text));
  switch (input) {
    case 'enter':
      return still({ ...state, isFiltering: false });
    case 'back':
      return still({ ...filtered(state, () => ''), isFiltering: false });
    case 'erase':
      return still(filtered(state, (filter) => shorter(filter)));
    default:
      return still(state);
  }
}
