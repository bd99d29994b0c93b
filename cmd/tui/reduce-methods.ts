import type { MethodColumn, PlanRequest } from './core.ts';
import { still, type Step } from './events.ts';
import type { KeyName } from './keys.ts';
import { moved } from './list.ts';
import { pageOf, popped, withTop } from './stack.ts';
import type { MethodsScreen, State } from './state.ts';
import { shorter } from './typing.ts';
import { words } from './words.ts';

type OpenPreview = (state: State, title: string, request: PlanRequest) => Step;

/** The columns of the table: those worth a look, and the one that is typed, last. */
export function columnsOf({ columns, own }: MethodsScreen): readonly MethodColumn[] {
  return [...(columns ?? []), ...(own?.column ? [own.column] : [])];
}

const orders = new WeakMap<readonly MethodColumn[], readonly number[]>();

// Reckoned once for a table: with thousands of nodes it would hold up every key.
function orderOf(columns: readonly MethodColumn[]): readonly number[] {
  const known = orders.get(columns);
  if (known) return known;
  const rows = (columns[0]?.cells ?? []).map((_, row) => row);
  const touched = new Set(
    rows.filter((row) => columns.some(({ cells }) => cells[row]?.outcome !== 'stays')),
  );
  const order = [...touched, ...rows.filter((row) => !touched.has(row))];
  orders.set(columns, order);
  return order;
}

/**
 * The rows of the table that the filter leaves: places in `cells`. Nodes for which something would change, under one method or
 * another, stand first: among thousands that stay as they are they would not be seen.
 */
export function nodeRows(screen: MethodsScreen): readonly number[] {
  const { columns, own } = screen;
  const order = orderOf(columns !== null && columns.length > 0 ? columns : columnsOf(screen));
  const wanted = screen.filter.trim().toLowerCase();
  if (wanted === '') return order;
  const cells = (columns?.[0] ?? own?.column)?.cells ?? [];
  return order.filter((row) => cells[row]?.node.toLowerCase().includes(wanted));
}

/** The state with another text typed as a method; it is simulated anew. */
export function typedMethod(state: State, screen: MethodsScreen, text: string): Step {
  return {
    state: withTop(state, { ...screen, own: { text, column: null }, problem: '' }),
    effects: text === '' ? [] : [{ do: 'simulate', finding: screen.finding, method: text }],
  };
}

function chosen(state: State, screen: MethodsScreen, openPreview: OpenPreview): Step {
  const own = screen.own;
  const column = own === null ? columnsOf(screen)[screen.column] : own.column;
  if (!column) return still({ ...state, notice: own ? words.notAMethod : words.noMethods });
  const { method } = column;
  const request = { kind: 'method', finding: screen.finding, method } as const;
  return openPreview(state, words.setMethod(method), request);
}

function whileTyping(state: State, screen: MethodsScreen, key: KeyName, open: OpenPreview): Step {
  switch (key) {
    case 'enter':
      return chosen(state, screen, open);
    case 'back':
      return still(withTop(state, { ...screen, own: null, problem: '' }));
    case 'erase':
      return typedMethod(state, screen, shorter(screen.own?.text ?? ''));
    default:
      return moveIn(state, screen, key);
  }
}

function moveIn(state: State, screen: MethodsScreen, key: KeyName): Step {
  if (key === 'left' || key === 'right') {
    const column = moved(screen.column, key === 'left' ? 'up' : 'down', columnsOf(screen).length);
    return still(withTop(state, { ...screen, column }));
  }
  return still(
    withTop(state, {
      ...screen,
      row: moved(screen.row, key, nodeRows(screen).length, pageOf(state)),
    }),
  );
}

/** What a key does on the table of nodes and methods. */
export function methodsKey(
  state: State,
  screen: MethodsScreen,
  key: KeyName,
  openPreview: OpenPreview,
): Step {
  if (screen.own !== null) return whileTyping(state, screen, key, openPreview);
  switch (key) {
    case 'back':
      return screen.filter === ''
        ? still(popped(state))
        : still(withTop(state, { ...screen, filter: '', row: 0 }));
    case 'enter':
      return chosen(state, screen, openPreview);
    case 'method':
      return still(withTop(state, { ...screen, own: { text: '', column: null } }));
    case 'filter':
      return still({ ...state, isFiltering: true });
    default:
      return moveIn(state, screen, key);
  }
}
