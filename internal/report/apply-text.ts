import type { ApplyOutcome, ApplyResult } from '../model/apply.ts';
import { words } from './apply-words.ts';
import { indent, wrap } from './layout.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';
import type { Style, TextOptions } from './style.ts';
import { textOf } from './text.ts';

const says = words.en;

function signOf(result: ApplyResult, { glyphs, style }: TextOptions): string {
  switch (result) {
    case 'verified':
    case 'nothing-to-do':
      return style.ok(glyphs.ok);
    case 'not-verified':
    case 'interrupted':
      return style.warning(glyphs.warning);
    case 'rolled-back':
    case 'roll-back-failed':
    case 'refused':
      return style.error(glyphs.error);
  }
}

const isCommand = (hint: string): boolean =>
  /^(?:#|kubectl |sudo )/.test(hint) || hint.includes('\n');

function hintLines(hint: string, width: number, style: Style): string[] {
  if (!isCommand(hint)) return indent(wrap(sanitize(hint), width - 2), 2);
  const lines = sanitizeLines(hint).split('\n');
  return lines.map((line) => `${lines.length > 1 ? '' : '    '}${style.command(line)}`);
}

// Where something stands in the cluster, the way back is always said; an undo has no other.
function undoLines(
  { result, recordId, hints }: ApplyOutcome,
  verb: 'fix' | 'undo',
  style: Style,
): string[] {
  const stands = result !== 'nothing-to-do' && result !== 'refused' && result !== 'rolled-back';
  const isTold = hints.some((hint) => hint.includes('calico-fix undo'));
  if (!stands || recordId === null || isTold || verb === 'undo') return [];
  return [`  ${style.strong(says.undo)}  ${style.command(says.undoCommand(recordId))}`];
}

/** How a plan ended: in a word, what happened, what stands, what to do next. `verb` says whose plan it was. */
export function renderOutcome(
  outcome: ApplyOutcome,
  verb: 'fix' | 'undo',
  options: TextOptions,
): string {
  const { width, style } = options;
  const { result, messages } = outcome;
  const headline = says.results[result][verb];
  const sign = signOf(result, options);
  const by = sign === style.ok(options.glyphs.ok) ? options.glyphs.ok.length + 1 : 2;
  return textOf([
    [
      ...indent(wrap(headline, width - by).map(style.strong), by, `${sign} `),
      ...messages.flatMap((text) => indent(wrap(sanitize(text), width - 2), 2)),
    ],
    outcome.hints.flatMap((hint) => hintLines(hint, width, style)),
    undoLines(outcome, verb, style),
  ]);
}
