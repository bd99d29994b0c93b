import type { AddressForecast } from '../../../internal/model/remedy.ts';
import { columns, indent, pad, shortenMiddle, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { MethodColumn } from '../core.ts';
import { windowOf } from '../list.ts';
import { columnsOf, nodeRows } from '../reduce-methods.ts';
import type { MethodsScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

const cellWidth = 22;
const nodeWidth = 16;
const nowWidth = 16;

function cellText(cell: AddressForecast, { style, glyphs }: ViewOptions): string {
  const address = shortenMiddle(sanitize(cell.then ?? ''), cellWidth - 9, glyphs.ellipsis);
  switch (cell.outcome) {
    case 'stays':
      return `${address} ${style.dim(words.marks.stays)}`;
    case 'changes':
      return `${address} ${style.warning(words.marks.changes)}`;
    case 'none':
      return style.error(words.marks.none);
    case 'unknown':
      return style.warning(words.marks.unknown);
  }
}

function headRow(shown: readonly MethodColumn[], chosen: number, options: ViewOptions): string {
  const { style, glyphs } = options;
  const heads = shown.map(({ method }, index) => {
    const name = shortenMiddle(sanitize(method), cellWidth - 3, glyphs.ellipsis);
    return pad(index === chosen ? style.strong(`>${name}`) : ` ${name}`, cellWidth);
  });
  return `  ${pad(words.node, nodeWidth)}${pad(words.now, nowWidth)}${heads.join('')}`;
}

function nodeRow(
  index: number,
  isChosen: boolean,
  shown: readonly MethodColumn[],
  options: ViewOptions,
): string {
  const { glyphs } = options;
  const [first] = shown;
  const cell = first?.cells[index];
  const name = shortenMiddle(sanitize(cell?.node ?? ''), nodeWidth - 2, glyphs.ellipsis);
  const now = shortenMiddle(sanitize(cell?.now ?? words.marks.none), nowWidth - 1, glyphs.ellipsis);
  const cells = shown.map(({ cells: all }) => {
    const one = all[index];
    return pad(` ${one ? cellText(one, options) : ''}`, cellWidth);
  });
  const text = `${pad(name, nodeWidth)}${pad(now, nowWidth)}${cells.join('')}`;
  return isChosen && !options.isNumbered
    ? options.style.strong(`> ${text.trimEnd()}`)
    : `  ${text.trimEnd()}`;
}

function objectionsTo(
  column: MethodColumn | undefined,
  { width, style }: ViewOptions,
): readonly string[] {
  if (!column) return [];
  if (column.objections.length === 0)
    return [`  ${style.ok(words.isSafe(sanitize(column.method)))}`];
  const told = sanitize(words.objections(column.method, column.objections.join('; ')));
  return indent(wrap(told, width - 2), 2)
    .map(style.warning)
    .slice(0, 3);
}

function ownLine({ own, problem }: MethodsScreen): readonly string[] {
  if (own === null) return [];
  return [words.own(own.text), ...(problem === '' ? [] : [`  ${sanitize(problem)}`]), ''];
}

/** The table of nodes and methods: which address each node would get, with keep, change and none marked. */
export function methodsView(state: State, screen: MethodsScreen, options: ViewOptions): Body {
  const all = columnsOf(screen);
  if (screen.columns === null) return { lines: [words.reckoning], keys: [] };
  const fit = Math.max(1, Math.floor((options.width - 2 - nodeWidth - nowWidth) / cellWidth));
  const { from, to } = windowOf(screen.column, all.length, fit);
  const shown = all.slice(from, to);
  const rows = nodeRows(screen);
  const isFilterShown = state.isFiltering || screen.filter !== '';
  const top = [
    ...ownLine(screen),
    ...(isFilterShown ? [words.filter(screen.filter, state.isFiltering), ''] : []),
    options.style.dim(headRow(shown, screen.column - from, options)),
  ];
  const bottom = ['', ...objectionsTo(all[screen.column], options)];
  const room = options.height - 2 - top.length - bottom.length;
  const seen = windowOf(screen.row, rows.length, room);
  const body = rows
    .slice(seen.from, seen.to)
    .map((index, place) => nodeRow(index, seen.from + place === screen.row, shown, options));
  const none =
    all.length === 0 ? [screen.problem === '' ? words.noMethods : sanitize(screen.problem)] : [];
  const position = words.position(screen.row + 1, rows.length, screen.column + 1, all.length);
  return {
    lines: titled(
      columns(position) < options.width ? position : words.node,
      none.length > 0 ? [...ownLine(screen), ...none] : [...top, ...body, ...bottom],
      options,
    ),
    keys: screen.own === null ? words.keys.methods : words.keys.ownMethod,
  };
}
