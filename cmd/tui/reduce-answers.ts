import type { ApplyOutcome } from '../../internal/model/apply.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import { sanitizeDiagnosis } from '../../internal/report/sanitize.ts';
import { still, type Event, type Step } from './events.ts';
import { screensAfter, verdict } from './reduce-again.ts';
import { withTop } from './stack.ts';
import type { Screen, State, Task } from './state.ts';
import { words } from './words.ts';

type Answer = Exclude<Event, { readonly type: 'key' | 'text' | 'resize' | 'tick' | 'apply-event' }>;

const judged = (state: State, diagnosis: Diagnosis): State => ({
  ...state,
  gathering: null,
  readMs: state.nowMs,
  source: diagnosis.source,
  // Nothing of the cluster reaches the screen as it is.
  diagnosis: sanitizeDiagnosis(diagnosis),
});

function gatherFailed(state: State, problem: string, hint: string): State {
  const running = state.gathering;
  if (running === null) return state;
  return { ...state, gathering: { ...running, state: 'failed', problem, hint } };
}

// A record without an end is one that this session left behind when it was told to.
const ended = (sent: State['sent'], { recordId, result }: ApplyOutcome): State['sent'] =>
  sent.map((one) => (one.recordId === recordId ? { ...one, result } : one));

// What was taken back, by itself or by an undo, is nothing to take back.
function recordAfter({ recordId }: State, { undoes }: Task, outcome: ApplyOutcome): string | null {
  const { result } = outcome;
  if (undoes !== null) return result === 'verified' || result === 'nothing-to-do' ? null : recordId;
  return result === 'rolled-back' ? recordId : (outcome.recordId ?? recordId);
}

// A list that was judged anew may have other findings at other places, so the screens about them are closed.
function applied(state: State, outcome: ApplyOutcome): State {
  const top = state.screens.at(-1);
  if (top?.name !== 'applying') return state;
  const next: Screen = { name: 'outcome', task: top.task, outcome, scroll: 0 };
  const after = outcome.diagnosis === null ? state : judged(state, outcome.diagnosis);
  return {
    ...after,
    screens: [verdict, next],
    sent: ended(state.sent, outcome),
    recordId: recordAfter(state, top.task, outcome),
  };
}

function onPreview(
  state: State,
  event: Extract<Answer, { readonly type: 'planned' | 'dry-run' }>,
): Step {
  const top = state.screens.at(-1);
  if (top?.name !== 'preview') return still(state);
  if (event.type === 'planned') {
    if (event.request !== top.request) return still(state);
    const { plan, problems, hints } = event.reply;
    const mayAsk =
      plan !== null &&
      plan.refusal === null &&
      plan.conflicts.length === 0 &&
      plan.steps.length > 0;
    const isAsked = mayAsk && !state.isDump;
    const dryRun = isAsked ? 'running' : 'none';
    return {
      state: withTop(state, { ...top, plan, problems, hints, dryRun }),
      effects: isAsked ? [{ do: 'dry-run', plan }] : [],
    };
  }
  if (event.asked !== top.plan) return still(state);
  const { plan, trial, isRefused, missingRole } = event.reply;
  const dryRun = isRefused ? 'refused' : 'accepted';
  const hints = missingRole === '' ? top.hints : missingRole.trimEnd().split('\n');
  return still(withTop(state, { ...top, plan, trial, hints, dryRun }));
}

function onMethods(
  state: State,
  event: Extract<Answer, { readonly type: 'methods' | 'simulated' }>,
): State {
  const top = state.screens.at(-1);
  if (top?.name !== 'methods') return state;
  if (event.type === 'methods') {
    if (event.finding !== top.finding) return state;
    const column = Math.min(top.column, Math.max(0, event.columns.length - 1));
    return withTop(state, { ...top, columns: event.columns, column });
  }
  if (top.own?.text !== event.method) return state;
  if (typeof event.column === 'string') return withTop(state, { ...top, problem: event.column });
  const own = { ...top.own, column: event.column };
  return withTop(state, { ...top, own, problem: '', column: top.columns?.length ?? 0 });
}

function failed(state: State, problem: string, hint: string): State {
  const top = state.screens.at(-1);
  if (top?.name === 'preview' && (top.plan === null || top.dryRun === 'running')) {
    const dryRun = top.plan === null ? 'none' : 'refused';
    const hints = hint === '' ? top.hints : [...top.hints, hint];
    return withTop(state, { ...top, dryRun, problems: [...top.problems, problem], hints });
  }
  if (top?.name === 'methods' && top.columns === null)
    return withTop(state, { ...top, columns: [], problem });
  // A fault of the tool itself: what was sent stands in the record.
  if (top?.name === 'applying') {
    const { recordId } = top.progress;
    const hints = recordId === null ? [] : [words.undoCommand(recordId)];
    const rest = { missingRole: null, diagnosis: null, recordId };
    const result = recordId === null ? 'refused' : 'not-verified';
    return applied(state, { ...rest, result, messages: [problem], hints: [...hints, hint] });
  }
  return { ...state, notice: problem };
}

/** What the answer to an effect does. One to a question that is no longer asked does nothing. */
export function answered(state: State, event: Answer): Step {
  switch (event.type) {
    case 'gather-progress':
      return still(
        state.gathering === null
          ? state
          : { ...state, gathering: { ...state.gathering, ...event.progress } },
      );
    case 'gathered': {
      const { recordId, undoProblem = '' } = event;
      const after = judged(state, event.diagnosis);
      const shown = screensAfter(state, after.diagnosis ?? event.diagnosis);
      return still({ ...after, ...shown, recordId, undoProblem });
    }
    case 'gather-failed':
      return still(gatherFailed(state, event.problem, event.hint));
    case 'planned':
    case 'dry-run':
      return onPreview(state, event);
    case 'methods':
    case 'simulated':
      return still(onMethods(state, event));
    case 'applied':
      return still(applied(state, event.outcome));
    case 'done':
      return still({ ...state, notice: event.notice });
    case 'failed':
      return still(failed(state, event.problem, event.hint));
  }
}
