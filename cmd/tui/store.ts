import { bugOf } from './bug.ts';
import type { Effect, Event } from './events.ts';
import { reduce } from './reduce.ts';
import type { State } from './state.ts';

/** The wizard's state over time. */
export interface Store {
  readonly get: () => State;
  readonly send: (event: Event) => void;
  /** Calls back after each change, until the function returned is called. */
  readonly subscribe: (onChange: () => void) => () => void;
}

/**
 * A store that begins with a state. `run` carries out effects and sends their answers back as events. `onBug` takes what the
 * reducer or a listener throws: nobody who sends an event could do anything about it.
 */
export function createStore(
  initial: State,
  run: (effect: Effect, send: (event: Event) => void) => void,
  onBug: (bug: Error) => void,
): Store {
  let state = initial;
  const listeners = new Set<() => void>();
  const take = (event: Event): void => {
    const step = reduce(state, event);
    const isChanged = step.state !== state;
    state = step.state;
    if (isChanged) for (const listener of listeners) listener();
    for (const effect of step.effects) run(effect, send);
  };
  const send = (event: Event): void => {
    try {
      take(event);
    } catch (error) {
      onBug(bugOf(error));
    }
  };
  return {
    get: () => state,
    send,
    subscribe: (onChange) => {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
  };
}
