import { indent, wrap } from '../../../internal/report/layout.ts';
import { sanitize, sanitizeLines } from '../../../internal/report/sanitize.ts';
import type { OutcomeScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { scrolled, titled, type Body, type ViewOptions } from './frame.ts';

/** How it ended: verified, or taken back and why; what stands, and what to do next. */
export function outcomeView(state: State, screen: OutcomeScreen, options: ViewOptions): Body {
  const { outcome, title, scroll } = screen;
  const { style, glyphs, width } = options;
  const isGood = outcome.result === 'verified' || outcome.result === 'nothing-to-do';
  const sign = isGood ? style.ok(glyphs.ok) : style.error(glyphs.error);
  const prose = (text: string): readonly string[] => indent(wrap(sanitize(text), width - 2), 2);
  const lines = [
    `${sign} ${style.strong(words.results[outcome.result])}`,
    '',
    ...outcome.messages.flatMap(prose),
    ...(outcome.hints.length > 0 ? [''] : []),
    ...outcome.hints.flatMap(prose),
    ...(outcome.missingRole === null
      ? []
      : ['', ...sanitizeLines(outcome.missingRole).split('\n')]),
  ];
  const body = titled(
    title,
    scrolled(lines, scroll, { ...options, height: options.height - 2 }),
    options,
  );
  return { lines: body, keys: words.keys.outcome(state.recordId !== null) };
}
