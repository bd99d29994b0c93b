import { countedOf, exitCodeOf } from '../diagnose.ts';
import { progressAfter } from './apply-progress.ts';
import { still, type Event, type Step } from './events.ts';
import type { KeyName } from './keys.ts';
import { reduceFilter } from './reduce-filter.ts';
import { openPreview, screenKey, typed } from './reduce-screen.ts';
import { answered } from './reduce-answers.ts';
import { withTop } from './stack.ts';
import type { State } from './state.ts';
import { words } from './words.ts';

const codeOf = ({ diagnosis }: State): 0 | 1 | 2 => {
  if (diagnosis === null) return 2;
  const code = exitCodeOf(diagnosis, countedOf('error'));
  return code === 130 ? 2 : code;
};

const isApplying = ({ screens }: State): boolean => screens.at(-1)?.name === 'applying';

// The first Ctrl-C ends an application in good order, the second at once.
function interrupted(state: State): Step {
  const top = state.screens.at(-1);
  if (top?.name !== 'applying' || top.isStopping) return still({ ...state, exitCode: 130 });
  return { state: withTop(state, { ...top, isStopping: true }), effects: [{ do: 'stop' }] };
}

const gatherAgain = (state: State): Step => ({
  state: {
    ...state,
    gathering: {
      state: 'running',
      phase: '',
      done: 0,
      total: 0,
      startedMs: state.nowMs,
      problem: '',
      hint: '',
    },
  },
  effects: [{ do: 'gather' }],
});

function undo(state: State): Step {
  if (state.recordId === null) return still({ ...state, notice: words.nothingToUndo });
  const request = { kind: 'undo', record: state.recordId } as const;
  return openPreview(state, words.undoTitle(state.recordId), request);
}

// Keys that mean the same everywhere; null for all others.
function global(state: State, key: KeyName): Step | null {
  if (isApplying(state))
    return key === 'quit' ? still({ ...state, notice: words.stopFirst }) : null;
  switch (key) {
    case 'quit':
      return still({ ...state, exitCode: codeOf(state) });
    case 'again':
      return gatherAgain(state);
    case 'save':
      return state.diagnosis === null
        ? still(state)
        : { state, effects: [{ do: 'save', diagnosis: state.diagnosis }] };
    case 'undo':
      return undo(state);
    default:
      return null;
  }
}

function pressed(before: State, key: KeyName): Step {
  if (key === 'interrupt') return interrupted(before);
  const state = { ...before, notice: '' };
  if (state.isHelpOpen) return still({ ...state, isHelpOpen: false });
  if (key === 'help') return still({ ...state, isHelpOpen: true });
  if (state.isFiltering) return reduceFilter(state, key);
  // While something is read again what is on the screen may change under one's hands.
  if (state.gathering?.state === 'running' && key !== 'quit') return still(state);
  return global(state, key) ?? screenKey(state, key);
}

/**
 * The wizard's only logic: what a state becomes by an event, and what has to be done for it. Pure; unknown, late and
 * impossible events leave the state as it is.
 */
export function reduce(state: State, event: Event): Step {
  switch (event.type) {
    case 'key':
      return pressed(state, event.key);
    case 'text':
      return state.isFiltering
        ? reduceFilter(state, { text: event.text })
        : typed({ ...state, notice: '' }, event.text);
    case 'resize':
      return still({ ...state, columns: event.columns, rows: event.rows });
    case 'tick':
      return still({ ...state, nowMs: event.nowMs });
    case 'apply-event': {
      const top = state.screens.at(-1);
      if (top?.name !== 'applying') return still(state);
      return still(withTop(state, { ...top, progress: progressAfter(top.progress, event.event) }));
    }
    default:
      return answered(state, event);
  }
}
