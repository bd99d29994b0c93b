import type { Plan } from '../../../internal/model/plan.ts';
import { indent, wrap } from '../../../internal/report/layout.ts';
import { renderPlan } from '../../../internal/report/plan-text.ts';
import { sanitize, sanitizeLines } from '../../../internal/report/sanitize.ts';
import type { PreviewScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { scrolled, titled, type Body, type ViewOptions } from './frame.ts';

function commandLines({ steps, durable, manual }: Plan, { style }: ViewOptions): readonly string[] {
  const block = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : [
          style.strong(title),
          ...lines.flatMap((line) => sanitizeLines(line).split('\n')).map(style.command),
          '',
        ];
  return [
    ...block(
      words.inKubectl,
      steps.flatMap(({ kubectl }) => kubectl),
    ),
    ...block(words.atItsSource, durable),
    ...block(words.byHand, manual),
  ];
}

function planLines(plan: Plan, screen: PreviewScreen, options: ViewOptions): readonly string[] {
  if (screen.part === 'commands') return commandLines(plan, options);
  const undoes = screen.request.kind === 'undo' ? screen.request.record : null;
  const isWide = screen.part === 'diff';
  const text = renderPlan(plan, screen.trial, { ...options, isWide, undoes });
  return text.trimEnd().split('\n');
}

// What speaks against it stands first: a plan is long, and its end out of sight.
function problemLines(
  { problems, trial, hints, dryRun }: PreviewScreen,
  { width, style, glyphs }: ViewOptions,
): readonly string[] {
  const refusal = trial.kind === 'client' ? null : trial.refusal;
  const all = [...problems, ...(refusal === null ? [] : [refusal])];
  const told = all.flatMap((text) =>
    indent(wrap(sanitize(text), width - 2), 2, `${style.error(glyphs.error)} `),
  );
  const role = dryRun === 'refused' && hints.length > 0 ? [words.missingRights] : [];
  const lines = [...told, ...role, ...hints.map((line) => `  ${sanitize(line)}`)];
  return lines.length > 0 ? [...lines, ''] : [];
}

/** A plan before anything is sent: what it does, its diff, its commands, and what the API server says of it. */
export function previewView(_state: State, screen: PreviewScreen, options: ViewOptions): Body {
  const { plan, dryRun, problems, scroll } = screen;
  const isMaking = plan === null && problems.length === 0;
  const lines = [
    ...problemLines(screen, options),
    ...(plan === null ? titled(screen.title, [], options) : planLines(plan, screen, options)),
    ...(isMaking ? [words.planning] : []),
    ...(dryRun === 'running' ? ['', words.asking] : []),
  ];
  return { lines: scrolled(lines, scroll, options), keys: words.keys.preview };
}
