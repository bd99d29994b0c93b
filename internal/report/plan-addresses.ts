import type { AddressForecast } from '../model/remedy.ts';
import { columns, pad, shortenMiddle } from './layout.ts';
import { words } from './plan-words.ts';
import type { TextOptions } from './style.ts';

const says = words.en;

// Up to so many nodes all are shown; of more, those that something happens to.
const fewNodes = 6;
const mostNodes = 40;
const gap = 2;

type Cells = readonly [node: string, now: string, then: string, outcome: string];

const placed = (address: string | null, iface: string | null, otherwise: string): string =>
  address === null ? otherwise : [address, iface ?? ''].filter(Boolean).join(' ');

const cellsOf = (forecast: AddressForecast): Cells => [
  forecast.node,
  placed(forecast.now, forecast.nowInterface, says.noAddress),
  placed(
    forecast.then,
    forecast.thenInterface,
    forecast.outcome === 'unknown' ? says.notKnown : says.noAddress,
  ),
  says.outcomes[forecast.outcome],
];

interface Shown {
  readonly rows: readonly AddressForecast[];
  readonly note: string;
}

// One of those that stay is shown, so that the reader sees what that looks like.
function chosen(addresses: readonly AddressForecast[], isWide: boolean, unfold: string): Shown {
  if (isWide || addresses.length <= fewNodes) return { rows: addresses, note: '' };
  const moving = addresses.filter(({ outcome }) => outcome !== 'stays');
  if (moving.length > mostNodes) {
    const hidden = addresses.length - mostNodes;
    return { rows: moving.slice(0, mostNodes), note: says.moreNodes(hidden, unfold) };
  }
  const first = addresses.find(({ outcome }) => outcome === 'stays');
  const rows = addresses.filter((one) => one.outcome !== 'stays' || one === first);
  const hidden = addresses.length - rows.length;
  return { rows, note: hidden > 0 ? says.moreStay(hidden, unfold) : '' };
}

// Addresses are kept whole as long as a node's name keeps a third of the line.
function widthsOf(rows: readonly Cells[], width: number): readonly number[] {
  const widest = [0, 1, 2, 3].map((column) =>
    rows.reduce((most, cells) => Math.max(most, columns(cells[column] ?? '')), 0),
  );
  const [node = 0, now = 0, then = 0, outcome = 0] = widest;
  const free = width - outcome - 3 * gap;
  const forNode = Math.min(node, Math.max(Math.floor(free / 3), free - now - then));
  const half = Math.floor((free - forNode) / 2);
  const forNow = Math.min(now, Math.max(half, free - forNode - then));
  return [forNode, forNow, Math.min(then, free - forNode - forNow), outcome];
}

/** Which address each node has and which it would get, as a table; nothing where the plan is not about addresses. */
export function addressLines(
  addresses: readonly AddressForecast[],
  { width, style, glyphs }: TextOptions,
  isWide: boolean,
  unfold = says.unfold,
): readonly string[] {
  if (addresses.length === 0) return [];
  const marks = {
    stays: style.dim,
    changes: style.warning,
    none: style.error,
    unknown: style.warning,
  };
  const { rows, note } = chosen(addresses, isWide, unfold);
  const cells = rows.map(cellsOf);
  const widths = widthsOf([says.heads, ...cells], width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => {
        const most = Math.max(1, widths[column] ?? 1);
        return pad(shortenMiddle(text, most, glyphs.ellipsis), most);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [
    style.dim(line(says.heads)),
    ...cells.map((texts, index) => marks[rows[index]?.outcome ?? 'unknown'](line(texts))),
    ...(note === '' ? [] : [style.dim(note)]),
  ];
}
