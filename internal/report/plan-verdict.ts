import type { ObjectRef } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { drainRefusals } from '../plan/drain-step.ts';
import { indent, listNames, wrap } from './layout.ts';
import { cleanRef } from './plan-clean.ts';
import { objectName } from './plan-steps.ts';
import { words } from './plan-words.ts';
import { sanitize } from './sanitize.ts';
import type { TextOptions } from './style.ts';

const says = words.en.verdict;

/** What the API server said to one step that it was to try. */
export interface Answer {
  readonly ref: ObjectRef;
  readonly state: 'changes' | 'unchanged' | 'gone' | 'refused' | 'not-tried';
  readonly warnings: readonly string[];
  readonly reason: string | null;
}

/**
 * How far a plan was tried. `client`: not at all. `server`: by the API server, and no more is wanted. `ask`: the same, and the
 * user is asked next.
 */
export type Trial =
  | { readonly kind: 'client' }
  | {
      readonly kind: 'server' | 'ask';
      readonly answers: readonly Answer[];
      readonly refusal: string | null;
    };

const cleanAnswer = (answer: Answer): Answer => ({
  ...answer,
  ref: cleanRef(answer.ref, sanitize),
  warnings: answer.warnings.map((text) => sanitize(text)),
  reason: answer.reason === null ? null : sanitize(answer.reason),
});

/** True where a plan, as far as it was tried, would change nothing. */
export function changesNothing(plan: Plan, trial: Trial): boolean {
  if (plan.steps.length === 0) return true;
  if (trial.kind === 'client' || trial.answers.length === 0) return false;
  return trial.answers.every(({ state }) => state === 'unchanged' || state === 'gone');
}

function remarks(
  answers: readonly Answer[],
  refused: readonly string[],
  { style, glyphs }: TextOptions,
): string[] {
  const isSaid = ({ ref, state }: Answer): boolean =>
    state === 'refused' && ref.kind === 'Node' && refused.includes(ref.name);
  return answers
    .filter((answer) => !isSaid(answer))
    .flatMap(({ ref, state, warnings, reason }) => {
      const name = objectName(ref);
      const bad = `${style.error(glyphs.error)} `;
      const mild = `${style.warning(glyphs.warning)} `;
      const told =
        state === 'refused'
          ? [bad + says.refusedBy(name, reason ?? '')]
          : state === 'not-tried'
            ? [mild + says.untried(name, reason ?? '')]
            : state === 'gone'
              ? [mild + says.gone(name)]
              : [];
      return [...told, ...warnings.map((text) => mild + says.warning(text))];
    });
}

function sentence(plan: Plan, trial: Trial): readonly string[] {
  if (changesNothing(plan, trial)) return [says.nothing];
  if (trial.kind === 'client') {
    return [says.client, ...(plan.source.kind === 'live' ? [says.clientNext] : [])];
  }
  const { answers } = trial;
  const isFinal = trial.kind === 'server';
  const warnings = answers.reduce((sum, answer) => sum + answer.warnings.length, 0);
  const untried = answers.filter(({ state }) => state === 'not-tried').length;
  const tried = (answers.length || plan.steps.length) - untried;
  if (untried > 0) return [(isFinal ? says.partly : says.partlyNow)(tried, untried)];
  return [(isFinal ? says.accepts : says.acceptsNow)(tried, warnings)];
}

const refusedDrains = ({ steps }: Plan): readonly string[] =>
  steps.flatMap((step) =>
    step.kind === 'drain' && drainRefusals(step).length > 0 ? [step.node] : [],
  );

/** True where a plan, as far as it was tried, cannot be carried out. */
export function isRefused(plan: Plan, trial: Trial): boolean {
  if (plan.refusal !== null || refusedDrains(plan).length > 0) return true;
  if (trial.kind === 'client') return false;
  return trial.refusal !== null || trial.answers.some(({ state }) => state === 'refused');
}

// Why a drain is refused stands beside its step, what a server refuses beside the answer.
function refusalText(plan: Plan, trial: Trial): string {
  const nodes = refusedDrains(plan);
  if (plan.refusal === null && nodes.length > 0) {
    return `${says.drainRefused(listNames(nodes, Infinity, 3))} ${says.nothingChanged}`;
  }
  const reason = plan.refusal ?? (trial.kind === 'client' ? null : trial.refusal);
  const isTold = trial.kind !== 'client' && trial.answers.some(({ state }) => state === 'refused');
  if (isTold || reason === null) return says.nothingChanged;
  const isByHand = plan.steps.length === 0 && plan.manual.length + plan.durable.length > 0;
  const text = isByHand ? sanitize(reason) : says.refused(sanitize(reason));
  return `${text} ${says.nothingChanged}`;
}

/** The end of a preview: what the API server said, whether anything was changed, and why nothing of it may be sent. */
export function verdictLines(plan: Plan, trial: Trial, options: TextOptions): string[] {
  const { width, style } = options;
  const answers = trial.kind === 'client' ? [] : trial.answers.map(cleanAnswer);
  const told = remarks(answers, refusedDrains(plan), options).flatMap((text) =>
    indent(wrap(text, width - 2), 2, ''),
  );
  if (isRefused(plan, trial)) {
    const mark = plan.steps.length === 0 ? style.warning : style.error;
    return [...told, ...wrap(refusalText(plan, trial), width).map(mark)];
  }
  if (plan.items.length === 0) return told;
  return [...told, ...wrap(sentence(plan, trial).join(' '), width)];
}
