import { columns, pad } from '../../../internal/report/layout.ts';
import { keyWords } from '../key-words.ts';
import { words } from '../words.ts';
import type { Body, ViewOptions } from './frame.ts';

const gap = 3;

// One after the other, as many in a line as there is room for.
function flowing(cells: readonly string[], width: number): readonly string[] {
  return cells.reduce<readonly string[]>((lines, cell) => {
    const last = lines.at(-1);
    const isRoom = last !== undefined && columns(last) + gap + columns(cell) <= width;
    return isRoom ? [...lines.slice(0, -1), last + ' '.repeat(gap) + cell] : [...lines, cell];
  }, []);
}

/** All keys, each with what it does: below one another, or on few lines as they fit. */
export function helpView({ style, height, width }: ViewOptions): Body {
  const keyWidth = Math.max(...keyWords.all.map(([key]) => columns(key)));
  const rows = keyWords.all.map(([key, does]) => `  ${style.strong(pad(key, keyWidth))}  ${does}`);
  const title = [style.strong(words.helpTitle), ''];
  const isRoom = rows.length + title.length <= height;
  const cells = keyWords.all.map(([key, does]) => `${style.strong(key)} ${does}`);
  const lines = isRoom ? [...title, ...rows] : flowing(cells, width);
  return { lines, keys: keyWords.help, isModal: true };
}
