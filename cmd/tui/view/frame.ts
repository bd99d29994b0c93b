import { closingParts } from '../../../internal/report/closing.ts';
import { columns, shortenMiddle, shortenWords, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { TextOptions } from '../../../internal/report/style.ts';
import type { State } from '../state.ts';
import { words } from '../words.ts';

/** The part of a screen between its head and its foot. */
export interface Body {
  readonly lines: readonly string[];
  /** The keys that do something here, each with what it does. */
  readonly keys: readonly (readonly [key: string, does: string])[];
}

/** What a view may use of the terminal: the columns in `width`, the lines of a body in `height`. */
export interface ViewOptions extends TextOptions {
  readonly height: number;
  /** Rows of lists bear their numbers, for answers in place of a cursor. */
  readonly isNumbered: boolean;
}

/** Lines that are always there: head, blank line, and at the bottom a blank line, a notice, the keys. */
export const frameLines = 5;

function head({ diagnosis, isDump }: State, { width, style, glyphs }: ViewOptions): string {
  const parts = diagnosis === null ? [] : closingParts(diagnosis, true).slice(0, -1);
  const text = [words.name, ...parts, ...(isDump ? [words.dump] : [])].join(` ${glyphs.dot} `);
  return style.dim(shortenWords(text, width, glyphs.ellipsis));
}

function foot(keys: Body['keys'], { width, style }: ViewOptions): string {
  let used = 0;
  const parts: string[] = [];
  for (const [key, does] of [...keys, ...words.everywhere]) {
    const size = columns(`${key} ${does}`) + (parts.length > 0 ? 3 : 0);
    if (used + size > width) break;
    used += size;
    parts.push(`${style.strong(key)} ${style.dim(does)}`);
  }
  return parts.join('   ');
}

/** A whole screen: as many lines as the terminal has, whatever the body's length. */
export function framed(state: State, body: Body, options: ViewOptions): readonly string[] {
  const { height, width, style, glyphs } = options;
  const shown = body.lines.slice(0, height);
  const notice =
    state.notice === '' ? '' : shortenMiddle(sanitize(state.notice), width, glyphs.ellipsis);
  return [
    head(state, options),
    '',
    ...shown,
    ...Array.from({ length: Math.max(0, height - shown.length) }, () => ''),
    '',
    style.warning(notice),
    foot(body.keys, options),
  ];
}

/** As many lines of a text as fit, from a line on; the end stays in sight, and what is not shown is told. */
export function scrolled(
  lines: readonly string[],
  scroll: number,
  { height, style, glyphs }: ViewOptions,
): readonly string[] {
  if (lines.length <= height) return lines;
  const room = height - 1;
  const from = Math.min(scroll, lines.length - room);
  const rest = lines.length - room - from;
  const told = rest > 0 ? words.moreBelow(rest, glyphs.ellipsis) : words.theEnd;
  return [...lines.slice(from, from + room), style.dim(told)];
}

/** A row of a list, by its place: a sign for the cursor, which is never told by colour alone, or a number. */
export function listRow(
  text: string,
  row: number,
  chosen: number,
  { style, isNumbered }: ViewOptions,
): string {
  if (isNumbered) return `${String(row + 1).padStart(3)}  ${text}`;
  return row === chosen ? style.strong(`> ${text}`) : `  ${text}`;
}

/** Prose with a heading above it. */
export const titled = (
  title: string,
  lines: readonly string[],
  options: ViewOptions,
): Body['lines'] => [
  ...wrap(sanitize(title), options.width).map(options.style.strong),
  '',
  ...lines,
];
