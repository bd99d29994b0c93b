import { columns, pad } from '../../../internal/report/layout.ts';
import { words } from '../words.ts';
import type { Body, ViewOptions } from './frame.ts';

/** All keys, each with what it does. */
export function helpView({ style }: ViewOptions): Body {
  const width = Math.max(...words.help.map(([key]) => columns(key)));
  const lines = words.help.map(([key, does]) => `  ${style.strong(pad(key, width))}  ${does}`);
  return { lines: [style.strong(words.helpTitle), '', ...lines], keys: words.keys.help };
}
