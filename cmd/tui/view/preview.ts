import type { Plan } from '../../../internal/model/plan.ts';
import { indent, wrap } from '../../../internal/report/layout.ts';
import { renderPlan } from '../../../internal/report/plan-text.ts';
import { isRefused } from '../../../internal/report/plan-verdict.ts';
import { sanitize, sanitizeLines } from '../../../internal/report/sanitize.ts';
import { keyWords, type Keys } from '../key-words.ts';
import { acceptedLosses, offeredLosses } from '../losses.ts';
import type { PreviewScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { scrolled, titled, type Body, type ViewOptions } from './frame.ts';

type Block = readonly [title: string, lines: readonly string[]];

function commandLines(
  { steps, durable, manual }: Plan,
  screen: PreviewScreen,
  { style }: ViewOptions,
): readonly string[] {
  const blocks: readonly Block[] = [
    [words.inKubectl, steps.flatMap(({ kubectl }) => kubectl)],
    [words.atItsSource, durable],
    [words.byHand, manual],
    [words.afterwards, screen.task.afterwards],
  ];
  return blocks.flatMap(([title, lines]) =>
    lines.length === 0
      ? []
      : [
          style.strong(title),
          ...lines.flatMap((line) => sanitizeLines(line).split('\n')).map(style.command),
          '',
        ],
  );
}

function planLines(plan: Plan, screen: PreviewScreen, options: ViewOptions): readonly string[] {
  if (screen.part === 'commands') return commandLines(plan, screen, options);
  const isWide = screen.part === 'diff';
  const how = { isWide, undoes: screen.task.undoes, unfold: 'd' };
  return renderPlan(plan, screen.trial, { ...options, ...how })
    .trimEnd()
    .split('\n');
}

const isByHand = ({ steps, manual, durable }: Plan): boolean =>
  steps.length === 0 && manual.length + durable.length > 0;

// What speaks against it stands first: a plan is long, and its end out of sight.
function problemLines(
  { problems, hints, dryRun, trial, plan }: PreviewScreen,
  { width, style, glyphs }: ViewOptions,
): readonly string[] {
  const isOwn = plan !== null && !isByHand(plan);
  const refusals = [
    ...(isOwn && plan.refusal !== null ? [plan.refusal] : []),
    ...(trial.kind !== 'client' && trial.refusal !== null ? [trial.refusal] : []),
  ];
  const told = [...problems, ...refusals].flatMap((text) =>
    indent(wrap(sanitize(text), width - 2), 2, `${style.error(glyphs.error)} `),
  );
  const role = dryRun === 'refused' && hints.length > 0 ? [words.missingRights] : [];
  const lines = [...told, ...role, ...hints.map((line) => `  ${sanitize(line)}`)];
  return lines.length > 0 ? [...lines, ''] : [];
}

// How it stands with the plan, always in sight.
function status(
  { isDump }: State,
  { plan, dryRun, trial, problems }: PreviewScreen,
  { style, glyphs }: ViewOptions,
): string {
  const { status: says } = words;
  if (plan === null) return problems.length > 0 ? style.error(says.refused) : words.planning;
  if (isByHand(plan)) return says.byHand;
  if (dryRun === 'refused' || isRefused(plan, trial))
    return `${style.error(glyphs.error)} ${says.refused}`;
  if (plan.steps.length === 0) return says.nothing;
  if (isDump) return says.dump;
  return dryRun === 'running' ? says.asking : `${style.ok(glyphs.ok)} ${says.accepted}`;
}

// What a drain could lose is offered where a pod holds it up for that, and can be taken back.
function lossKeys({ plan, request }: PreviewScreen): Keys {
  const { loss } = keyWords;
  return [
    ...acceptedLosses(request).map((name) => [loss[name].key, loss[name].keep] as const),
    ...offeredLosses(plan).map((name) => [loss[name].key, loss[name].accept] as const),
  ];
}

function enterOf({ isDump }: State, { plan, dryRun }: PreviewScreen): string {
  if (plan !== null && isByHand(plan)) return keyWords.opens.runbook;
  return !isDump && dryRun === 'accepted' ? keyWords.opens.confirm : '';
}

const keysOf = (state: State, screen: PreviewScreen): Keys =>
  screen.part === 'commands'
    ? keyWords.previewPart
    : keyWords.preview(enterOf(state, screen), lossKeys(screen));

/** A plan before anything is sent: what it does, its diff, its commands, and what the API server says of it. */
export function previewView(state: State, screen: PreviewScreen, options: ViewOptions): Body {
  const { plan, scroll, task } = screen;
  const text = [
    ...problemLines(screen, options),
    ...(plan === null ? titled(task.title, [], options) : planLines(plan, screen, options)),
  ];
  const stands = ['', ...wrap(status(state, screen, options), options.width)];
  const height = options.height - stands.length;
  const shown = scrolled(text, scroll, { ...options, height });
  const gap = options.isNumbered ? 0 : height - shown.lines.length;
  const blank = Array.from({ length: gap }, () => '');
  return { ...shown, lines: [...shown.lines, ...blank, ...stands], keys: keysOf(state, screen) };
}
