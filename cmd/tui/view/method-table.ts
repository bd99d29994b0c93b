import type { AddressForecast } from '../../../internal/model/remedy.ts';
import { columns, pad, shortenMiddle } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { MethodColumn } from '../core.ts';
import { words } from '../words.ts';
import type { ViewOptions } from './frame.ts';

/** Columns of the table, in columns of the terminal. */
export interface Widths {
  readonly node: number;
  readonly now: number;
  readonly cell: number;
}

export type Outcome = AddressForecast['outcome'];

/** What can become of an address, as it is counted. */
export const outcomes: readonly Outcome[] = ['stays', 'changes', 'none', 'unknown'];
const markWidth = Math.max(...outcomes.map((outcome) => columns(words.marks[outcome])));

const longest = (texts: readonly (string | null)[]): number =>
  texts.reduce((width, text) => Math.max(width, text?.length ?? 0), 0);

/** The widest texts of a column, in characters. */
interface Extent {
  readonly node: number;
  readonly now: number;
  readonly then: number;
}

const extents = new WeakMap<MethodColumn, Extent>();

// Measured once for a column: with thousands of nodes it would hold up every key.
function extentOf(column: MethodColumn): Extent {
  const known = extents.get(column);
  if (known) return known;
  const extent = {
    node: longest(column.cells.map(({ node }) => node)),
    now: longest(column.cells.map(({ now }) => now)),
    then: longest(column.cells.map(({ then }) => then)),
  };
  extents.set(column, extent);
  return extent;
}

const within = (size: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, size));

/** How wide the columns are drawn. What is cut is the middle of names; an address is whole where there is room for it. */
export function widthsFor(all: readonly MethodColumn[], { width }: ViewOptions): Widths {
  const measured = all.map(extentOf);
  const most = (part: keyof Extent): number => Math.max(0, ...measured.map((one) => one[part]));
  const address = within(most('then'), 8, Math.max(15, Math.floor(width / 4)));
  return {
    node: within(most('node'), 6, Math.max(12, Math.floor(width / 5))) + 2,
    now: within(most('now'), 5, Math.max(15, Math.floor(width / 6))) + 2,
    cell: address + markWidth + 4,
  };
}

function cellText(
  cell: AddressForecast,
  { cell: width }: Widths,
  { style, glyphs }: ViewOptions,
): string {
  const room = width - markWidth - 4;
  const address = pad(shortenMiddle(sanitize(cell.then ?? ''), room, glyphs.ellipsis), room);
  const mark = words.marks[cell.outcome];
  switch (cell.outcome) {
    case 'stays':
      return `${address} ${style.dim(mark)}`;
    case 'none':
      return `${pad('-', room)} ${style.error(mark)}`;
    default:
      return `${address.trim() === '' ? pad('?', room) : address} ${style.warning(mark)}`;
  }
}

/** The heads of the table: the nodes, what they have, and the methods that are in sight. */
export function headRow(
  shown: readonly MethodColumn[],
  chosen: number,
  widths: Widths,
  { style, glyphs }: ViewOptions,
): string {
  const heads = shown.map(({ method }, index) => {
    const name = shortenMiddle(sanitize(method), widths.cell - 3, glyphs.ellipsis);
    return pad(index === chosen ? style.strong(`>${name}`) : ` ${name}`, widths.cell);
  });
  const start = `  ${pad(words.node, widths.node)}${pad(words.now, widths.now)}`;
  return `${style.dim(start)}${heads.join('')}`.trimEnd();
}

/** A row of the table: what a node has, and what each method in sight would give it. */
export function nodeRow(
  index: number,
  isChosen: boolean,
  shown: readonly MethodColumn[],
  { widths, options }: { readonly widths: Widths; readonly options: ViewOptions },
): string {
  const { glyphs, style, isNumbered } = options;
  const cell = shown[0]?.cells[index];
  const name = shortenMiddle(sanitize(cell?.node ?? ''), widths.node - 2, glyphs.ellipsis);
  const now = sanitize(cell?.now ?? words.marks.none);
  const cells = shown.map(({ cells: all }) => {
    const one = all[index];
    return pad(` ${one ? cellText(one, widths, options) : ''}`, widths.cell);
  });
  const address = pad(shortenMiddle(now, widths.now - 2, glyphs.ellipsis), widths.now);
  const text = `${pad(name, widths.node)}${address}${cells.join('')}`.trimEnd();
  return isChosen && !isNumbered ? style.strong(`> ${text}`) : `  ${text}`;
}
