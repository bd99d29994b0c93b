import { countedOf, exitCodeOf } from '../diagnose.ts';
import { progressAfter } from './apply-progress.ts';
import { still, type Event, type Step } from './events.ts';
import { isTyping, type KeyName } from './keys.ts';
import { reduceFilter } from './reduce-filter.ts';
import { openPreview } from './reduce-preview.ts';
import { answered } from './reduce-answers.ts';
import { screenKey, typed } from './reduce-screen.ts';
import { withTop } from './stack.ts';
import { beginReading, type Gathering, type State } from './state.ts';
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
  state: { ...state, gathering: beginReading(state.nowMs) },
  effects: [{ do: 'gather' }],
});

function undo(state: State): Step {
  if (state.recordId === null)
    return still({ ...state, notice: state.undoProblem || words.nothingToUndo });
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

// While something is read again what is on the screen may change under one's hands. What was read before stays, if reading fails.
function whileReading(state: State, { state: reading }: Gathering, key: KeyName): Step {
  if (key === 'quit') return still({ ...state, exitCode: codeOf(state) });
  if (reading === 'running') return still(state);
  if (key === 'again') return gatherAgain(state);
  const mayGoBack = key === 'back' && state.diagnosis !== null;
  return still(mayGoBack ? { ...state, gathering: null } : state);
}

function pressed(before: State, key: KeyName): Step {
  if (key === 'interrupt') return interrupted(before);
  const state = { ...before, notice: '' };
  if (state.isHelpOpen) return still({ ...state, isHelpOpen: false });
  if (key === 'help') return still({ ...state, isHelpOpen: true });
  if (state.isFiltering) return reduceFilter(state, key);
  if (state.gathering !== null) return whileReading(state, state.gathering, key);
  return global(state, key) ?? screenKey(state, key);
}

/**
 * The wizard's only logic: what a state becomes by an event, and what has to be done for it. Pure; unknown, late and
 * impossible events leave the state as it is.
 */
export function reduce(state: State, event: Event): Step {
  switch (event.type) {
    case 'key': {
      const { key, mostScroll = Number.MAX_SAFE_INTEGER } = event;
      return pressed({ ...state, mostScroll }, key);
    }
    case 'text':
      // What is typed or pasted while nothing asks for text is lost, never taken for keys.
      if (!isTyping(state)) return still(state);
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
      const progress = progressAfter(top.progress, event.event, state.nowMs);
      const told = withTop(state, { ...top, progress });
      if (event.event.kind !== 'recorded') return still(told);
      const { undoes } = top.task;
      const begun = { recordId: event.event.id, undoes, result: null };
      return still({ ...told, sent: [...state.sent, begun] });
    }
    default:
      return answered(state, event);
  }
}
