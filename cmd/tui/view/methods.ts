import { indent, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { MethodColumn } from '../core.ts';
import { keyWords } from '../key-words.ts';
import { windowOf } from '../list.ts';
import { columnsOf, nodeRows } from '../reduce-methods.ts';
import type { MethodsScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { listRow, titled, type Body, type ViewOptions } from './frame.ts';
import { headRow, nodeRow, outcomes, widthsFor, type Outcome } from './method-table.ts';

function tally({ cells }: MethodColumn): string {
  const count = (wanted: Outcome): number =>
    cells.filter(({ outcome }) => outcome === wanted).length;
  const parts = outcomes.flatMap((outcome) =>
    count(outcome) > 0 ? [`${words.marks[outcome]} ${count(outcome)}`] : [],
  );
  return words.tally(parts.join(', '));
}

function judgement(
  column: MethodColumn | undefined,
  { width, style, glyphs }: ViewOptions,
): readonly string[] {
  if (!column) return [];
  const isSafe = column.objections.length === 0;
  const text = isSafe
    ? `${glyphs.ok} ${words.isSafe(column.method)}`
    : `${glyphs.warning} ${words.objections(column.method, column.objections.join('; '))}`;
  const told = wrap(sanitize(text), width).slice(0, 3);
  return [...told.map(isSafe ? style.ok : style.warning), ...indent([tally(column)], 2)];
}

function ownLines({ own, problem }: MethodsScreen, options: ViewOptions): readonly string[] {
  if (own === null) return [];
  const isOpen = own.text !== '' && own.column === null && problem === '';
  const told = own.text === '' ? words.ownHint : isOpen ? words.reckoningOwn : sanitize(problem);
  return [
    words.own(sanitize(own.text)),
    ...indent(wrap(told, options.width - 2), 2).map(options.style.dim),
    '',
  ];
}

const mostTold = 20;

// Read out line by line a table says nothing: each method with the nodes for which something changes.
function methodList(all: readonly MethodColumn[], options: ViewOptions): readonly string[] {
  const { width, glyphs } = options;
  return all.flatMap((column, index) => {
    const touched = column.cells.filter(({ outcome }) => outcome !== 'stays');
    const hidden = touched.length - mostTold;
    const nodes = touched.slice(0, mostTold).map(({ node, now, then, outcome }) => {
      const to = then === null ? '' : `: ${now ?? words.marks.none} to ${then}`;
      return sanitize(`${node} ${words.marks[outcome]}${to}`);
    });
    return listRow(
      [
        ...wrap(sanitize(column.method), width - 5),
        ...judgement(column, { ...options, width: width - 5 }),
        ...nodes.map((text) => `  ${text}`),
        ...(hidden > 0 ? [`  ${glyphs.ellipsis} ${words.moreObjects(hidden)}`] : []),
      ],
      index,
      -1,
      options,
    );
  });
}

/** The table of nodes and methods: which address each node would get, with keep, change and none marked. */
export function methodsView(state: State, screen: MethodsScreen, options: ViewOptions): Body {
  const { width, height, style } = options;
  const all = columnsOf(screen);
  if (screen.columns === null) {
    return { lines: titled(words.methodsTitle, [words.reckoning], options), keys: [] };
  }
  const keys = screen.own === null ? keyWords.methods : keyWords.ownMethod;
  const own = ownLines(screen, options);
  if (all.length === 0) {
    const none = screen.problem === '' ? words.noMethods : sanitize(screen.problem);
    const told = own.length > 0 ? own : wrap(none, width);
    return { lines: titled(words.methodsTitle, told, options), keys };
  }
  if (options.isNumbered) {
    return {
      lines: titled(words.methodsTitle, [...own, ...methodList(all, options)], options),
      keys,
    };
  }
  const widths = widthsFor(all, options);
  const fit = Math.max(1, Math.floor((width - 2 - widths.node - widths.now) / widths.cell));
  const { from, to } = windowOf(screen.column, all.length, fit);
  const shown = all.slice(from, to);
  const rows = nodeRows(screen);
  const isFilterShown = state.isFiltering || screen.filter !== '';
  const top = [
    ...own,
    ...(isFilterShown ? [words.filter(screen.filter, state.isFiltering), ''] : []),
    headRow(shown, screen.column - from, widths, options),
  ];
  const position = words.position(screen.row + 1, rows.length, screen.column + 1, all.length);
  const bottom = ['', ...judgement(all[screen.column], options), `  ${style.dim(position)}`];
  const seen = windowOf(screen.row, rows.length, height - 2 - top.length - bottom.length);
  const body = rows
    .slice(seen.from, seen.to)
    .map((index, place) =>
      nodeRow(index, seen.from + place === screen.row, shown, { widths, options }),
    );
  return { lines: titled(words.methodsTitle, [...top, ...body, ...bottom], options), keys };
}
