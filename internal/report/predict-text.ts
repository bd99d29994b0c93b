import { columns, pad, shortenMiddle } from './layout.ts';
import { sanitize } from './sanitize.ts';
import type { TextOptions } from './style.ts';

/** An address that may come out, with its interface where it is known. */
export interface PredictedAddress {
  readonly ip: string;
  readonly iface: string | null;
}

/** What one method would do on a node. */
export interface PredictedMethod {
  /** As in `IP_AUTODETECTION_METHOD`; empty stands for first-found. */
  readonly method: string;
  readonly outcome: 'same' | 'changes' | 'fails' | 'unknown';
  /** Likeliest first; several where it is ambiguous. */
  readonly addresses: readonly PredictedAddress[];
  readonly sureness: 'certain' | 'likely' | 'ambiguous' | null;
  /** Why it fails, or why nothing can be said: an id of the simulation; null otherwise. */
  readonly reason: string | null;
}

/** One node of the table. */
export interface PredictRow {
  readonly node: string;
  /** Null where the node has no address. */
  readonly now: PredictedAddress | null;
  readonly methods: readonly PredictedMethod[];
}

const en = {
  heads: ['NODE', 'METHOD', 'ADDRESS', 'HOW SURE'] as const,
  now: 'now',
  noAddress: 'none',
  stays: 'stays',
  or: 'or',
  firstFound: 'first-found',
  sureness: { certain: 'certain', likely: 'likely', ambiguous: 'ambiguous' },
  unknown: 'unknown',
  noNodes: 'There is no node to predict an address for.',
  reasons: {
    'invalid-method': 'none: unknown method',
    'invalid-pattern': 'none: bad pattern',
    'invalid-cidr': 'none: bad network',
    'invalid-destination': 'none: bad destination',
    'no-match': 'none: no match',
    'no-internal-ip': 'none: no InternalIP',
    'not-on-host': 'none: not on the host',
    'interfaces-unknown': 'interfaces not known',
    'route-unknown': 'routes not known',
    'name-unknown': 'name not looked up',
    'prefix-unknown': 'prefix not known',
  } as Readonly<Record<string, string>>,
};

interface Line {
  readonly cells: readonly [node: string, method: string, address: string, sure: string];
  readonly mark: (text: string) => string;
}

const addressCell = ({ ip, iface }: PredictedAddress): string =>
  sanitize(iface === null ? ip : `${ip} ${iface}`);

function answers(method: PredictedMethod): readonly string[] {
  const { outcome, addresses, reason } = method;
  if (outcome === 'same') return [en.stays];
  if (addresses.length === 0) return [en.reasons[reason ?? ''] ?? en.unknown];
  return addresses.map((one, index) => (index === 0 ? '' : `${en.or} `) + addressCell(one));
}

function linesOfNode({ node, now, methods }: PredictRow, { style }: TextOptions): Line[] {
  const address = now === null ? en.noAddress : addressCell(now);
  const first: Line = { cells: [sanitize(node), en.now, address, ''], mark: style.strong };
  const rest = methods.flatMap((method): Line[] => {
    const mark = {
      same: style.dim,
      changes: style.warning,
      fails: style.error,
      unknown: style.warning,
    }[method.outcome];
    const name = sanitize(method.method === '' ? en.firstFound : method.method);
    const sure = method.sureness === null ? en.unknown : en.sureness[method.sureness];
    return answers(method).map((answer, index) => ({
      cells: index === 0 ? ['', name, answer, sure] : ['', '', answer, ''],
      mark,
    }));
  });
  return [first, ...rest];
}

const gap = 2;

// The address has what the others leave, but never less than two fifths.
function widthsOf(lines: readonly Line[], width: number): readonly number[] {
  const widest = [0, 1, 2, 3].map((column) =>
    lines.reduce((most, { cells }) => Math.max(most, columns(cells[column] ?? '')), 0),
  );
  const [node = 0, method = 0, address = 0, sure = 0] = widest;
  const free = width - sure - 3 * gap;
  const forAddress = Math.min(address, Math.max(Math.floor(free * 0.4), free - node - method));
  const left = free - forAddress;
  const forNode = Math.min(node, Math.max(Math.floor(left / 3), left - method));
  return [forNode, Math.min(method, left - forNode), forAddress, sure];
}

/**
 * Renders what each method would choose on each node, as a plain table that fits `width` columns: cells that are too long lose
 * their middle. Returns the lines, without line ends.
 */
export function predictLines(rows: readonly PredictRow[], options: TextOptions): readonly string[] {
  if (rows.length === 0) return [en.noNodes];
  const head: Line = { cells: [...en.heads], mark: options.style.dim };
  const lines = [head, ...rows.flatMap((row) => linesOfNode(row, options))];
  const widths = widthsOf(lines, options.width);
  return lines.map(({ cells, mark }) => {
    const texts = cells.map((cell, column) => {
      const width = Math.max(1, widths[column] ?? 1);
      return pad(shortenMiddle(cell, width, options.glyphs.ellipsis), width);
    });
    return mark(texts.join(' '.repeat(gap)).trimEnd());
  });
}
