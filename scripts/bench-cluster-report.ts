import type { Figures } from './bench-cluster-measure.ts';
import { bareKeys, type KeyTimes } from './bench-cluster-wizard.ts';

/** One contender at one size. */
export interface Row {
  readonly name: string;
  readonly figures: Figures;
}

export interface Size {
  readonly nodes: number;
  readonly rows: readonly Row[];
  /** Load averages of the machine before and after, over a minute. */
  readonly load: readonly [number, number];
}

/** What of the tool is judged, and against what. */
export interface Sides {
  readonly ours: string;
  readonly theirs: string;
  /** What the tool reads beside that, of every node. */
  readonly besides: string;
}

const mebi = 2 ** 20;
const unknown = '–';

export const secondsText = (seconds: number): string =>
  seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1);

export const mebibytes = (bytes: number | null): string =>
  bytes === null ? unknown : (bytes / mebi).toFixed(bytes < 10 * mebi ? 2 : 1);

/** Lines of a Markdown table; all columns but the first are aligned to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.map(line)];
}

const count = (number: number): string => number.toLocaleString('en-US');

/** A size: what each contender took. */
export const sizeTable = ({ rows }: Size): readonly string[] =>
  table(
    ['', 'time (s)', 'CPU (s)', 'received (MiB)', 'requests', 'peak memory (MiB)'],
    rows.map(({ name, figures: { seconds, cpuSeconds, bytes, requests, peakBytes } }) => [
      name,
      secondsText(seconds),
      cpuSeconds === null ? unknown : secondsText(cpuSeconds),
      mebibytes(bytes),
      String(requests),
      mebibytes(peakBytes),
    ]),
  );

const ratio = (after: number | null, before: number | null): string =>
  after === null || before === null || before === 0 ? unknown : `×${(after / before).toFixed(1)}`;

/** How much more each contender takes at the larger of two sizes. */
export function growthTable(before: Size, after: Size): readonly string[] {
  const rows = after.rows.flatMap(({ name, figures: now }) => {
    const then = before.rows.find((row) => row.name === name)?.figures;
    return then
      ? [
          [
            name,
            ratio(now.seconds, then.seconds),
            ratio(now.cpuSeconds, then.cpuSeconds),
            ratio(now.bytes, then.bytes),
            ratio(now.requests, then.requests),
            ratio(now.peakBytes, then.peakBytes),
          ],
        ]
      : [];
  });
  const title = `${count(before.nodes)} → ${count(after.nodes)} nodes (${ratio(after.nodes, before.nodes)})`;
  return table([title, 'time', 'CPU', 'received', 'requests', 'peak memory'], rows);
}

/** Milliseconds that the wizard took for keys. */
export const keyTable = (times: readonly KeyTimes[]): readonly string[] =>
  table(
    ['keys', 'pressed', 'without effect', 'middle (ms)', 'worst (ms)'],
    times.map(({ what, keys, silent, middleMs, worstMs }) => [
      what,
      String(keys),
      String(silent),
      middleMs.toFixed(0),
      worstMs.toFixed(0),
    ]),
  );

/** What is wanted at the largest size. */
export const goals = { timeFactor: 1.5, peakBytes: 300e6, keyMs: 50 } as const;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;

function memoryGoal(peakBytes: number | null): readonly string[] {
  const wanted = `below ${megabytes(goals.peakBytes)}`;
  if (peakBytes === null) return ['peak memory', wanted, unknown, 'not measured here'];
  const isMet = peakBytes < goals.peakBytes;
  const told = isMet ? 'met' : `missed by ${megabytes(peakBytes - goals.peakBytes)}`;
  return ['peak memory', wanted, megabytes(peakBytes), told];
}

// Keys that open something or have it reckoned are no moves in a list; they stand in their own table.
function keyGoal(times: readonly KeyTimes[] | null): readonly string[] {
  const wanted = `within ${goals.keyMs} ms`;
  const moves = times?.filter(({ what }) => /\bmoving\b/.test(what)) ?? [];
  if (moves.length === 0) return ['a key in a list', wanted, unknown, 'not measured here'];
  const middles = Math.max(...moves.map(({ middleMs }) => middleMs));
  const worst = Math.max(...moves.map(({ worstMs }) => worstMs));
  const bare = times?.find(({ what }) => what === bareKeys);
  const told = `${middles.toFixed(0)} ms, worst ${worst.toFixed(0)} ms${bare ? ` (bare terminal: worst ${bare.worstMs.toFixed(0)} ms)` : ''}`;
  const isMet = worst < goals.keyMs;
  return [
    'a key in a list',
    wanted,
    told,
    isMet ? 'met' : `missed by ${(worst - goals.keyMs).toFixed(0)} ms at the worst`,
  ];
}

function figuresOf({ rows }: Size, name: string): Figures {
  const row = rows.find((one) => one.name === name);
  if (!row) throw new Error(`${name} was not measured`);
  return row.figures;
}

/** Why more bytes came than were wanted, in sentences; null where they did not. */
export function whyMoreBytes(size: Size, { ours, theirs, besides }: Sides): string | null {
  const [own, other, more] = [ours, theirs, besides].map((name) => figuresOf(size, name));
  if (!own || !other || !more || own.bytes < other.bytes) return null;
  return [
    'Why more is received: nodes and pods come in the binary form of the API server, which is half as long as the JSON that kubectl was',
    `asked for; but on top of them come the nodes' leases (${mebibytes(more.bytes)} MiB), and settings of Calico, and pods and logs of what`,
    `is sick: about ${own.requests - other.requests - more.requests} more requests, in answers too short for the server to compress.`,
  ].join('\n');
}

/** What was wanted, what was seen, and by how much it was missed. Throws if a side was not measured. */
export function goalTable(
  size: Size,
  { ours, theirs }: Sides,
  times: readonly KeyTimes[] | null,
): readonly string[] {
  const [own, other] = [figuresOf(size, ours), figuresOf(size, theirs)];
  const most = goals.timeFactor * other.seconds;
  const isQuick = own.seconds <= most;
  const isSmall = own.bytes < other.bytes;
  return table(
    ['', 'goal', 'seen', ''],
    [
      [
        'time',
        `≤ ${goals.timeFactor} × ${secondsText(other.seconds)} s`,
        `${secondsText(own.seconds)} s (× ${(own.seconds / other.seconds).toFixed(2)})`,
        isQuick ? 'met' : `missed by ${secondsText(own.seconds - most)} s`,
      ],
      [
        'received',
        `< ${mebibytes(other.bytes)} MiB`,
        `${mebibytes(own.bytes)} MiB`,
        isSmall
          ? 'met'
          : `missed by ${mebibytes(own.bytes - other.bytes)} MiB (${percent(own.bytes / other.bytes - 1)})`,
      ],
      memoryGoal(own.peakBytes),
      keyGoal(times),
    ],
  );
}
