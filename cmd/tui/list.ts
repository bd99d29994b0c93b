import type { KeyName } from './keys.ts';

/** Where the cursor of a list of so many rows stands after a key; where it was, for keys that do not move it. */
export function moved(row: number, key: KeyName, length: number, page = 10): number {
  const last = Math.max(0, length - 1);
  const within = (target: number): number => Math.min(last, Math.max(0, target));
  switch (key) {
    case 'up':
      return within(row - 1);
    case 'down':
      return within(row + 1);
    case 'page-up':
      return within(row - page);
    case 'page-down':
      return within(row + page);
    case 'first':
      return 0;
    case 'last':
      return last;
    default:
      return within(row);
  }
}

/** The rows of a list that are seen in a window of so many lines: the cursor stays in its middle where it can. */
export function windowOf(
  row: number,
  length: number,
  height: number,
): { readonly from: number; readonly to: number } {
  const size = Math.max(1, height);
  const from = Math.max(0, Math.min(row - Math.floor(size / 2), length - size));
  return { from, to: Math.min(length, from + size) };
}

/** The same for rows of several lines: the lines that are seen, the first ones of the chosen row always among them. */
export function linesInView(
  rows: readonly (readonly string[])[],
  chosen: number,
  height: number,
): readonly string[] {
  const lines = rows.flat();
  if (lines.length <= height) return lines;
  const start = rows.slice(0, chosen).reduce((sum, row) => sum + row.length, 0);
  const above = Math.floor(Math.max(0, height - (rows[chosen]?.length ?? 0)) / 2);
  const from = Math.max(0, Math.min(start - above, lines.length - height));
  return lines.slice(from, from + height);
}
