import wrapAnsi from 'wrap-ansi';
import { closingParts } from '../../../internal/report/closing.ts';
import { columns, indent, shortenMiddle, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { TextOptions } from '../../../internal/report/style.ts';
import { keyWords, type Keys } from '../key-words.ts';
import { isTyping } from '../keys.ts';
import type { State } from '../state.ts';
import { words } from '../words.ts';

/** The part of a screen between its head and its foot. */
export interface Body {
  readonly lines: readonly string[];
  /** The keys that do something here, each with what it does. */
  readonly keys: Keys;
  /** True where no other key does anything: going back and leaving are not offered. */
  readonly isModal?: boolean;
  /** How far its text can be scrolled; absent where it cannot. */
  readonly mostScroll?: number;
}

/** A screen as it is painted. */
export interface Frame {
  readonly lines: readonly string[];
  readonly mostScroll: number;
}

/** What a view may use of the terminal: the columns in `width`, the lines of a body in `height`. */
export interface ViewOptions extends TextOptions {
  readonly height: number;
  /** Rows of lists bear their numbers, for answers in place of a cursor. */
  readonly isNumbered: boolean;
}

/** Lines that are always there: head, blank line, and at the bottom a blank line, a notice, the keys. */
export const frameLines = 5;

function placeOf({ diagnosis, isDump, nowMs, readMs }: State): readonly string[] {
  if (diagnosis === null) return isDump ? [words.readOnly] : [];
  const [place = '', ...others] = closingParts(diagnosis, true).slice(0, -1);
  // In whole minutes: a head that changes each second draws the eye.
  const minutes = Math.floor((nowMs - readMs) / 60_000);
  const age = !isDump && minutes > 0 ? [words.readAgo(minutes)] : [];
  return [isDump ? `${place}, ${words.readOnly}` : place, ...age, ...others];
}

// Where it is stands first; what there is no room for is left out part by part.
function head(state: State, { width, style, glyphs }: ViewOptions): string {
  const parts = [words.name, ...placeOf(state)];
  const joined = (count: number): string => parts.slice(0, count).join(` ${glyphs.dot} `);
  let count = parts.length;
  while (count > 2 && columns(joined(count)) > width) count -= 1;
  return style.dim(shortenMiddle(sanitize(joined(count)), width, glyphs.ellipsis));
}

const gap = 3;

// Help and quit are always shown where they are keys and no text; of the others as many as there is room for.
function foot(
  state: State,
  { keys, isModal = isTyping(state) }: Body,
  { width, style }: ViewOptions,
): string {
  const mayGo = state.screens.length > 1 ? keyWords.everywhere : keyWords.atTop;
  const always = isModal ? [] : mayGo;
  const size = ([key, does]: Keys[number]): number => columns(`${key} ${does}`) + gap;
  let room = width + gap - always.reduce((sum, one) => sum + size(one), 0);
  const shown: Keys[number][] = [];
  for (const one of keys) {
    room -= size(one);
    if (room < 0) break;
    shown.push(one);
  }
  const isOwn = ([key]: Keys[number]): boolean => keys.some(([own]) => own === key);
  return [...shown, ...always.filter((one) => !isOwn(one))]
    .map(([key, does]) => `${style.strong(key)} ${style.dim(does)}`)
    .join(' '.repeat(gap));
}

/** A whole screen: as many lines as the terminal has, whatever the body's length. */
export function framed(state: State, body: Body, options: ViewOptions): Frame {
  const { height, width, style, glyphs } = options;
  const shown = body.lines.slice(0, height);
  const notice =
    state.notice === '' ? '' : shortenMiddle(sanitize(state.notice), width, glyphs.ellipsis);
  const lines = [
    head(state, options),
    '',
    ...shown,
    ...Array.from({ length: Math.max(0, height - shown.length) }, () => ''),
    '',
    style.warning(notice),
    foot(state, body, options),
  ];
  return { lines, mostScroll: body.mostScroll ?? 0 };
}

/** Lines that a screen can hold: those that are wider are broken where it ends, so that nothing of them is lost. */
export const broken = (lines: readonly string[], width: number): readonly string[] =>
  lines.flatMap((line) =>
    columns(line) <= width
      ? [line]
      : wrapAnsi(line, width, { hard: true, trim: false, wordWrap: false }).split('\n'),
  );

/** As many lines of a text as fit, from a line on; the end stays in sight, and what is not shown is told. */
export function scrolled(
  text: readonly string[],
  scroll: number,
  { height, width, style, glyphs, isNumbered }: ViewOptions,
): Pick<Body, 'lines' | 'mostScroll'> {
  // Printed line by line, a terminal breaks them itself, and what is copied is whole.
  const lines = isNumbered ? text : broken(text, width);
  if (lines.length <= height) return { lines, mostScroll: 0 };
  const room = Math.max(1, height - 1);
  const mostScroll = lines.length - room;
  const from = Math.min(scroll, mostScroll);
  const rest = lines.length - room - from;
  const told = rest > 0 ? words.moreBelow(rest, glyphs.ellipsis) : words.theEnd;
  return { lines: [...lines.slice(from, from + room), style.dim(told)], mostScroll };
}

/** A row of a list, by its place: a sign for the cursor, which is never told by colour alone, or a number; the rest below it. */
export function listRow(
  [first = '', ...rest]: readonly string[],
  row: number,
  chosen: number,
  { style, isNumbered }: ViewOptions,
): readonly string[] {
  if (isNumbered) return [`${String(row + 1).padStart(3)}  ${first}`, ...indent(rest, 5)];
  return [row === chosen ? style.strong(`> ${first}`) : `  ${first}`, ...indent(rest, 2)];
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
