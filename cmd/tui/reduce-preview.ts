import type { Plan } from '../../internal/model/plan.ts';
import { isRefused } from '../../internal/report/plan-verdict.ts';
import { noProgress } from './apply-progress.ts';
import type { Loss, PlanRequest } from './core.ts';
import { still, type Step } from './events.ts';
import { remedyOf } from './findings.ts';
import type { KeyName } from './keys.ts';
import { acceptedLosses, offeredLosses } from './losses.ts';
import { shorter } from './typing.ts';
import { runbookOf } from './runbook.ts';
import { pushed, scrolledBy, withTop } from './stack.ts';
import type { ConfirmScreen, PreviewScreen, State } from './state.ts';
import { words } from './words.ts';

type Copied = (state: State, lines: readonly string[]) => Step;

/** Opens the preview of a plan that is still to be made. */
export function openPreview(state: State, title: string, request: PlanRequest): Step {
  const remedy = remedyOf(state, request);
  const undoes = request.kind === 'undo' ? request.record : null;
  const screen = {
    name: 'preview',
    task: { title, undoes, afterwards: remedy?.afterwards ?? [] },
    request,
    consent: remedy?.consent ?? null,
    plan: null,
    problems: [],
    hints: [],
    dryRun: 'none',
    trial: { kind: 'client' },
    part: 'summary',
    scroll: 0,
  } as const;
  return { state: pushed(state, screen), effects: [{ do: 'plan', request }] };
}

/** The words that confirm a plan: its price where it has one, the name of each node that is emptied, else "yes". */
export function wordsFor({ steps }: Plan, consent: string | null): readonly string[] {
  const nodes = steps.flatMap((step) => (step.kind === 'drain' ? [step.node] : []));
  const all = [...(consent === null ? [] : [consent]), ...nodes];
  return all.length > 0 ? all : [words.yes];
}

/** Why a plan cannot be carried out from here; empty if it can. */
export function obstacle({ isDump }: State, screen: PreviewScreen): string {
  const { plan, dryRun, problems, trial } = screen;
  if (plan === null) return problems.length > 0 ? words.noPlan : words.stillPlanning;
  if (plan.conflicts.length > 0 || isRefused(plan, { kind: 'client' })) return words.refused;
  if (plan.steps.length === 0) return words.nothingToSend;
  if (isDump) return words.onDump;
  if (dryRun === 'running') return words.stillAsking;
  return dryRun === 'refused' || isRefused(plan, trial) ? words.serverRefuses : '';
}

function part(state: State, screen: PreviewScreen, wanted: PreviewScreen['part']): Step {
  const next = screen.part === wanted ? 'summary' : wanted;
  return still(withTop(state, { ...screen, part: next, scroll: 0 }));
}

// What may be lost by a drain is accepted, or no longer; the plan is made anew.
function withLoss(state: State, screen: PreviewScreen, loss: Loss): Step {
  const { request, plan } = screen;
  const before = acceptedLosses(request);
  const isAccepted = before.includes(loss);
  if (request.kind !== 'remedy' || !(isAccepted || offeredLosses(plan).includes(loss)))
    return still(state);
  const losses = isAccepted ? before.filter((one) => one !== loss) : [...before, loss];
  const next: PlanRequest = { ...request, losses };
  const anew = { ...screen, request: next, plan: null, problems: [], hints: [], scroll: 0 };
  const asked = { ...anew, dryRun: 'none', trial: { kind: 'client' } } as const;
  return { state: withTop(state, asked), effects: [{ do: 'plan', request: next }] };
}

// What nothing can be sent for is left for a person: its commands are gone through one by one.
function toRunbook(state: State, { task, request, plan }: PreviewScreen): Step | null {
  const steps = runbookOf([...(plan?.durable ?? []), ...(plan?.manual ?? [])]);
  if (plan === null || plan.steps.length > 0 || steps.length === 0) return null;
  const finding = request.kind === 'undo' ? null : request.finding;
  const { title } = task;
  return still(pushed(state, { name: 'runbook', title, finding, steps, row: 0, scroll: 0 }));
}

function toConfirm(state: State, screen: PreviewScreen): Step {
  const byHand = toRunbook(state, screen);
  if (byHand) return byHand;
  const notice = obstacle(state, screen);
  const { plan, task, consent } = screen;
  if (notice !== '' || plan === null) return still({ ...state, notice });
  const asked = wordsFor(plan, consent);
  return still(pushed(state, { name: 'confirm', task, plan, words: asked, typed: 0, text: '' }));
}

/** What a key does on a preview. */
export function previewKey(
  state: State,
  screen: PreviewScreen,
  key: KeyName,
  copied: Copied,
): Step {
  switch (key) {
    case 'enter':
      return toConfirm(state, screen);
    case 'diff':
      return part(state, screen, 'diff');
    case 'commands':
      return part(state, screen, 'commands');
    case 'empty-dir':
    case 'force':
      return withLoss(state, screen, key);
    case 'copy': {
      const { steps = [], durable = [], manual = [] } = screen.plan ?? {};
      const commands = steps.flatMap(({ kubectl }) => kubectl);
      const byHand = manual.filter((line) => !line.startsWith('#'));
      return copied(state, [commands, durable, byHand].find((lines) => lines.length > 0) ?? []);
    }
    default:
      return still(withTop(state, { ...screen, scroll: scrolledBy(state, screen.scroll, key) }));
  }
}

/** What a key does on the last question. */
export function confirmKey(state: State, screen: ConfirmScreen, key: KeyName): Step {
  const { plan, task, words: asked, typed, text } = screen;
  const word = asked[typed] ?? '';
  if (key === 'erase') return still(withTop(state, { ...screen, text: shorter(text) }));
  if (key !== 'enter') return still(state);
  if (word === '' || text.trim() !== word)
    return still({ ...state, notice: words.notTheWord(word) });
  if (typed + 1 < asked.length)
    return still(withTop(state, { ...screen, typed: typed + 1, text: '' }));
  const progress = noProgress(state.nowMs);
  const applying = { name: 'applying', task, progress, isStopping: false } as const;
  return {
    state: withTop(state, applying),
    effects: [{ do: 'apply', plan, undoes: task.undoes }],
  };
}
