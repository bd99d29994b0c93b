import type { Plan } from '../../../internal/model/plan.ts';
import { indent, wrap } from '../../../internal/report/layout.ts';
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

function verdictLines(
  screen: PreviewScreen,
  { width, style, glyphs }: ViewOptions,
): readonly string[] {
  const { dryRun, problems, warnings, hints, plan } = screen;
  const prose = (sign: string, text: string): readonly string[] =>
    indent(wrap(sanitize(text), width - 2), 2, `${sign} `);
  const refusals = [...problems, ...(plan?.refusal ? [plan.refusal] : [])];
  return [
    ...(dryRun === 'running' ? [words.asking] : []),
    ...(dryRun === 'accepted' ? prose(style.ok(glyphs.ok), words.accepted) : []),
    ...(dryRun === 'refused' ? prose(style.error(glyphs.error), words.refusedByServer) : []),
    ...refusals.flatMap((text) => prose(style.error(glyphs.error), text)),
    ...warnings.flatMap((text) => prose(style.warning(glyphs.warning), text)),
    ...hints.flatMap((text) => prose(' ', text)),
  ];
}

function summaryLines(plan: Plan, options: ViewOptions): readonly string[] {
  const prose = (text: string): readonly string[] => wrap(sanitize(text), options.width);
  return [
    ...plan.items.flatMap(({ remedy }) => prose(remedy.title)),
    '',
    ...plan.consequences.flatMap(prose),
  ];
}

/** A plan before anything is sent: what it does, its diff, its commands, and what the API server says of it. */
export function previewView(_state: State, screen: PreviewScreen, options: ViewOptions): Body {
  const { plan, part, scroll, title } = screen;
  const lines =
    plan === null
      ? screen.problems.length === 0
        ? [words.planning]
        : []
      : part === 'commands'
        ? commandLines(plan, options)
        : summaryLines(plan, options);
  const all = [...lines, '', ...verdictLines(screen, options)];
  const shown = scrolled(all, scroll, { ...options, height: options.height - 2 });
  return { lines: titled(title, shown, options), keys: words.keys.preview };
}
