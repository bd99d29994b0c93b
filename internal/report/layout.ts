import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Columns that a text takes on a terminal. */
export const columns = (text: string): number => stringWidth(text);

/** Fills a text with blanks up to `width` columns; a longer one stays as it is. */
export const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - columns(text)));

/** Breaks a text at its blanks into lines of at most `width` columns. A longer word has its own line: it stays copyable. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapAnsi(text.trim(), Math.max(1, width), { hard: false, trim: true }).split('\n');
}

/** Indents lines; the first one may have another beginning of the same width. */
export const indent = (lines: readonly string[], by: number, first = ' '.repeat(by)): string[] =>
  lines.map((line, index) => (index === 0 ? first : ' '.repeat(by)) + line);

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

// What the reader takes for one character is not cut through.
const graphemes = (text: string): readonly string[] =>
  Array.from(segmenter.segment(text), ({ segment }) => segment);

function fill(characters: Iterable<string>, width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += columns(character);
    if (used > width) break;
    taken.push(character);
  }
  return taken;
}

// A text that is longer by far is not measured: it may be a megabyte.
const fits = (text: string, width: number): boolean =>
  text.length <= width * 4 && columns(text) <= width;

// The two ends of a text that together with the ellipsis fill `width` columns.
function endsOf(text: string, width: number, ellipsis: string): readonly [string, string] {
  const room = Math.max(0, width - columns(ellipsis));
  const headRoom = Math.ceil(room * 0.6);
  // Nothing beyond these slices can be shown.
  const head = fill(graphemes(text.slice(0, width * 4)), headRoom);
  const tail = fill(graphemes(text.slice(-width * 4)).toReversed(), room - headRoom).toReversed();
  return [head.join(''), tail.join('')];
}

/** Takes the middle out of a name that is wider than `width` columns: the last characters are what differs. */
export function shortenMiddle(text: string, width: number, ellipsis: string): string {
  return fits(text, width) ? text : endsOf(text, width, ellipsis).join(ellipsis);
}

/**
 * The same for a sentence or a log line, of which the first words tell what failed and the last ones why: no word is cut
 * through, unless it is a long one.
 */
export function shortenWords(text: string, width: number, ellipsis: string): string {
  if (fits(text, width)) return text;
  const [head, tail] = endsOf(text, width - 2, ellipsis);
  const lastWord = /\s(\S{0,15})$/.exec(head);
  const firstWord = /^(\S{0,15})\s/.exec(tail);
  const begin = lastWord ? `${head.slice(0, lastWord.index)} ` : head;
  const end = firstWord ? ` ${tail.slice(firstWord[0].length)}` : tail;
  return begin + ellipsis + end;
}

/** Names as in a sentence, cut by count so that they fit: `worker-3, worker-7 and 5 more`. The first is always named. */
export function listNames(names: readonly string[], width: number, most = 4): string {
  for (let shown = Math.min(names.length, most); shown > 1; shown -= 1) {
    const text = joined(names, shown);
    if (columns(text) <= width) return text;
  }
  return joined(names, 1);
}

function joined(names: readonly string[], shown: number): string {
  const rest = names.length - shown;
  const named = names.slice(0, shown);
  if (rest > 0) return `${named.join(', ')} and ${rest} more`;
  return named.length < 2
    ? named.join('')
    : `${named.slice(0, -1).join(', ')} and ${named.at(-1) ?? ''}`;
}

/** One row of an aligned list: a label, and lines beside it. */
export interface Row {
  readonly label: string;
  readonly lines: readonly string[];
}

/** The width that a column of labels gets: the widest label, but never more than `most`. */
export const labelWidth = (rows: readonly Pick<Row, 'label'>[], most: number): number =>
  Math.min(most, Math.max(0, ...rows.map(({ label }) => columns(label))));

/** Rows as lines: labels in a column of `width`, a gap of two, the values beside them. */
export function alignRows(
  rows: readonly Row[],
  width: number,
  mark: (label: string) => string = (label) => label,
): string[] {
  return rows.flatMap(({ label, lines }) =>
    indent(
      lines,
      width + 2,
      `${mark(label)}${' '.repeat(Math.max(0, width - columns(label)) + 2)}`,
    ),
  );
}
