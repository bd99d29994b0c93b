import { columns, pad } from '../../../internal/report/layout.ts';
import { keyWords } from '../key-words.ts';
import { words } from '../words.ts';
import type { Body, ViewOptions } from './frame.ts';

/** All keys, each with what it does; side by side where there is room and too few lines. */
export function helpView({ style, height, width }: ViewOptions): Body {
  const keyWidth = Math.max(...keyWords.all.map(([key]) => columns(key)));
  const cells = keyWords.all.map(([key, does]) => `  ${style.strong(pad(key, keyWidth))}  ${does}`);
  const rows = height - 2;
  const cellWidth = Math.max(...cells.map(columns)) + 2;
  const isWide = cells.length > rows && cellWidth * 2 <= width;
  const half = isWide ? Math.ceil(cells.length / 2) : cells.length;
  const lines = cells
    .slice(0, half)
    .map((cell, index) => (isWide ? pad(cell, cellWidth) + (cells[half + index] ?? '') : cell));
  const title = lines.length + 2 > height ? [] : [style.strong(words.helpTitle), ''];
  return { lines: [...title, ...lines], keys: keyWords.help, isModal: true };
}
