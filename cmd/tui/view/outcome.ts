import { renderOutcome } from '../../../internal/report/apply-text.ts';
import { indent, wrap } from '../../../internal/report/layout.ts';
import { sanitizeLines } from '../../../internal/report/sanitize.ts';
import { keyWords } from '../key-words.ts';
import { onward } from '../reduce-outcome.ts';
import type { OutcomeScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { scrolled, titled, type Body, type ViewOptions } from './frame.ts';

function comingNext(
  state: State,
  screen: OutcomeScreen,
  { width, style }: ViewOptions,
): readonly string[] {
  switch (onward(state, screen)) {
    case 'afterwards': {
      // A drain says itself what is left.
      const { hints } = screen.outcome;
      const untold = screen.task.afterwards.filter((line) => !hints.includes(line));
      const remarks = untold.flatMap((line) =>
        line.startsWith('#')
          ? indent(wrap(line.replace(/^#\s*/, ''), width - 2), 2)
          : [`  ${style.command(line)}`],
      );
      return ['', ...wrap(words.stepByStep, width).map(style.strong), ...remarks];
    }
    case 'next': {
      const faults = state.diagnosis?.findings.filter(({ severity }) => severity === 'error');
      return ['', ...wrap(words.thereAreMore(faults?.length ?? 0), width).map(style.strong)];
    }
    default:
      return [];
  }
}

/** How it ended: verified, or taken back and why; what stands, and what to do next. */
export function outcomeView(state: State, screen: OutcomeScreen, options: ViewOptions): Body {
  const { outcome, task, scroll } = screen;
  const verb = task.undoes === null ? 'fix' : 'undo';
  const role = outcome.missingRole;
  const title = titled(task.title, [], options);
  const lines = [
    ...renderOutcome(outcome, verb, options).trimEnd().split('\n'),
    ...(role === null
      ? []
      : ['', words.missingRights, ...sanitizeLines(role).trimEnd().split('\n')]),
    ...comingNext(state, screen, options),
  ];
  const height = options.height - title.length;
  const shown = scrolled(lines, scroll, { ...options, height });
  const keys = keyWords.outcome(onward(state, screen), state.recordId !== null);
  return { ...shown, lines: [...title, ...shown.lines], keys };
}
