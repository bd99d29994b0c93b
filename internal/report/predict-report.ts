import { indent, listNames, wrap } from './layout.ts';
import { predictLines, type PredictRow } from './predict-text.ts';
import { sanitize } from './sanitize.ts';
import type { TextOptions } from './style.ts';
import { words } from './words.ts';

/** What speaks against a method: an id of the simulation, and the nodes that it is about. */
export interface PredictedObjection {
  readonly kind: keyof typeof words.en.objections;
  readonly nodes: readonly string[];
}

/** A method, judged over all nodes. */
export interface PredictedJudgement {
  /** Empty stands for first-found. */
  readonly method: string;
  readonly objections: readonly PredictedObjection[];
}

/** The prediction for one address family. */
export interface PredictedFamily {
  readonly family: 4 | 6;
  /** Null where no calico-node detects an address. */
  readonly methodInUse: string | null;
  readonly rows: readonly PredictRow[];
  readonly judgements: readonly PredictedJudgement[];
}

// Up to so many nodes all are shown; of more, first those that say something.
const fewNodes = 12;
const mostNodes = 40;

const { predict: says, objections: objectionWords } = words.en;

const isQuiet = ({ methods }: PredictRow): boolean =>
  methods.every(({ outcome }) => outcome === 'same');

function shownRows(rows: readonly PredictRow[], isWide: boolean): readonly PredictRow[] {
  if (isWide || rows.length <= fewNodes) return rows;
  return rows.filter((row) => !isQuiet(row)).slice(0, mostNodes);
}

const nameOf = (method: string): string => sanitize(method === '' ? says.firstFound : method);

function judgementLines(
  { method, objections }: PredictedJudgement,
  { width, style, glyphs }: TextOptions,
): string[] {
  const sign = objections.length === 0 ? style.ok(glyphs.ok) : style.warning(glyphs.warning);
  const told = objections.map(({ kind, nodes }) =>
    objectionWords[kind](
      listNames(
        nodes.map((node) => sanitize(node)),
        40,
        3,
      ),
    ),
  );
  const text = `${nameOf(method)}: ${told.length === 0 ? says.isSafe : told.join('; ')}`;
  const by = (objections.length === 0 ? glyphs.ok : glyphs.warning).length + 1;
  return indent(wrap(text, width - by), by, `${sign} `);
}

function withMark(row: PredictRow, methodInUse: string | null): PredictRow {
  const methods = row.methods.map((one) =>
    one.method === methodInUse ? { ...one, method: says.inUse(nameOf(one.method)) } : one,
  );
  return { ...row, methods };
}

function familyLines(
  { family, methodInUse, rows, judgements }: PredictedFamily,
  options: TextOptions,
  isWide: boolean,
): string[] {
  const { width, style } = options;
  const shown = shownRows(rows, isWide);
  const hidden = rows.length - shown.length;
  const marked = shown.map((row) => withMark(row, methodInUse));
  return [
    style.strong(says.head(family)),
    ...(methodInUse === null ? wrap(says.noDetection, width) : []),
    '',
    ...(shown.length === 0 && rows.length > 0 ? [] : predictLines(marked, options)),
    ...(hidden > 0 ? [style.dim(says.hidden(hidden, shown.length > 0))] : []),
    ...(judgements.length > 0 ? [''] : []),
    ...judgements.flatMap((judgement) => judgementLines(judgement, options)),
  ];
}

/**
 * What autodetection methods would choose, as a table per family, and under it what speaks for and against each method. In
 * large clusters nodes whose address stays under every method are only counted, unless `isWide`.
 */
export function renderPrediction(
  families: readonly PredictedFamily[],
  options: TextOptions,
  isWide: boolean,
): string {
  const blocks = families.map((family) => familyLines(family, options, isWide).join('\n'));
  return `${blocks.join('\n\n')}\n`;
}
