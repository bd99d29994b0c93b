import type { ChangeRecord } from '../model/record.ts';
import { words } from './history-words.ts';
import { alignRows, columns, indent, listNames, pad, wrap } from './layout.ts';
import { cleanItem, cleanRef } from './plan-clean.ts';
import { objectName } from './plan-steps.ts';
import { sanitize } from './sanitize.ts';
import type { TextOptions } from './style.ts';
import { textOf } from './text.ts';

const says = words.en;
const mostObjects = 3;
const gap = 2;

/** A list of records, and how it came about. */
export interface History {
  /** The newest first. */
  readonly records: readonly ChangeRecord[];
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
  /** Records of all clusters, each named. */
  readonly isOfAll: boolean;
  /** Id of the record that `undo` would take without a name; null if there is none. */
  readonly newest: string | null;
}

const timeOf = (at: string): string => at.slice(0, 16).replace('T', ' ');

function whatOf(record: ChangeRecord): string {
  if (record.undoes !== undefined) return says.undoes(record.undoes);
  const [first, ...others] = record.items.map((item) => cleanItem(item, sanitize));
  if (!first) return '';
  const text = says.what(first.remedy.title, first.finding?.id ?? null);
  return others.length === 0 ? text : text + says.moreItems(others.length);
}

function objectsOf({ steps }: ChangeRecord): string {
  const names = steps.map(({ change }) => objectName(cleanRef(change.ref, sanitize)));
  return listNames([...new Set(names)], Infinity, mostObjects);
}

interface Entry {
  readonly id: string;
  readonly time: string;
  readonly state: string;
  /** What was done, then the objects, then the cluster. */
  readonly lines: readonly string[];
}

const entryOf = (record: ChangeRecord, isOfAll: boolean): Entry => ({
  id: sanitize(record.id),
  time: sanitize(timeOf(record.at)),
  state: says.states[record.state],
  lines: [
    sanitize(whatOf(record)),
    objectsOf(record),
    ...(isOfAll ? [sanitize(says.cluster(record.cluster.context, record.cluster.server))] : []),
  ].filter(Boolean),
});

function tableLines(entries: readonly Entry[], { width, style }: TextOptions): string[] {
  const [idHead, timeHead, whatHead, stateHead] = says.heads;
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(columns));
  const forId = widest([idHead, ...entries.map(({ id }) => id)]);
  const forTime = widest([timeHead, ...entries.map(({ time }) => time)]);
  const forState = widest([stateHead, ...entries.map(({ state }) => state)]);
  const left = forId + gap + forTime + gap + forState;
  const room = Math.max(20, width - left - gap);
  const begin = (id: string, time: string, state: string): string =>
    [pad(id, forId), pad(time, forTime), pad(state, forState)].join(' '.repeat(gap));
  const rows = entries.flatMap(({ id, time, state, lines }) =>
    alignRows(
      [{ label: begin(id, time, state), lines: lines.flatMap((text) => wrap(text, room)) }],
      left,
    ),
  );
  return [style.dim(`${begin(idHead, timeHead, stateHead)}  ${whatHead}`), ...rows];
}

/** The changes that are recorded on this machine, the newest first, as a table. */
export function renderHistory(history: History, options: TextOptions): string {
  const { width, style, glyphs } = options;
  const { records, damaged, isOfAll, newest } = history;
  const entries = records.map((record) => entryOf(record, isOfAll));
  const empty = isOfAll ? says.emptyAll : says.empty;
  return textOf([
    entries.length === 0 ? wrap(empty, width) : tableLines(entries, options),
    damaged.flatMap(({ file, reason }) =>
      indent(
        wrap(sanitize(says.damaged(file, reason)), width - 2),
        2,
        `${style.warning(glyphs.warning)} `,
      ),
    ),
    newest === null || isOfAll ? [] : wrap(says.undoHint, width),
  ]);
}
