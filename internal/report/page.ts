import { indent, wrap } from './layout.ts';
import type { TextOptions } from './style.ts';

// The Markdown of the check pages: headings, paragraphs, lists, code blocks, tables; code spans, emphasis, links.
type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | { readonly kind: 'item'; readonly depth: number; readonly mark: string; readonly text: string }
  | { readonly kind: 'table'; readonly lines: readonly string[] }
  | { readonly kind: 'text'; readonly text: string };

const heading = /^(#{1,6})\s+(.*)$/;
const item = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const fence = /^\s*(```+|~~~+)/;

function codeBlock(lines: readonly string[], start: number): readonly [Block, number] {
  const mark = fence.exec(lines[start] ?? '')?.[1] ?? '```';
  let end = start + 1;
  while (end < lines.length && !(lines[end] ?? '').trim().startsWith(mark)) end += 1;
  const by = /^\s*/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const code = lines
    .slice(start + 1, end)
    .map((line) => line.slice(Math.min(by, line.search(/\S|$/))));
  return [{ kind: 'code', lines: code }, end + 1];
}

const isPlain = (line: string): boolean =>
  line.trim() !== '' &&
  !heading.test(line) &&
  !item.test(line) &&
  !fence.test(line) &&
  !line.startsWith('|');

// A paragraph or an item goes on until a blank line or another block begins.
function flowing(
  lines: readonly string[],
  start: number,
  first: string,
): readonly [string, number] {
  let end = start + 1;
  while (end < lines.length && isPlain(lines[end] ?? '')) end += 1;
  const rest = lines.slice(start + 1, end).map((line) => line.trim());
  return [[first.trim(), ...rest].join(' '), end];
}

function nextBlock(lines: readonly string[], start: number): readonly [Block, number] {
  const line = lines[start] ?? '';
  if (fence.test(line)) return codeBlock(lines, start);
  const title = heading.exec(line);
  if (title) {
    return [{ kind: 'heading', level: title[1]?.length ?? 1, text: title[2] ?? '' }, start + 1];
  }
  if (line.startsWith('|')) {
    let end = start;
    while ((lines[end] ?? '').startsWith('|')) end += 1;
    return [{ kind: 'table', lines: lines.slice(start, end) }, end];
  }
  const entry = item.exec(line);
  if (!entry) {
    const [text, end] = flowing(lines, start, line);
    return [{ kind: 'text', text }, end];
  }
  const [text, end] = flowing(lines, start, entry[3] ?? '');
  const depth = Math.floor((entry[1]?.length ?? 0) / 2);
  return [{ kind: 'item', depth, mark: entry[2] ?? '-', text }, end];
}

function blocksOf(page: string): readonly Block[] {
  const lines = page.split(/\r?\n/);
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at += 1;
      continue;
    }
    const [block, next] = nextBlock(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

function inline(text: string, { style }: TextOptions): string {
  return text
    .split(/(`+[^`]+`+)/)
    .map((part) => {
      const code = /^`+([^`]+)`+$/.exec(part);
      if (code) return style.command(code[1] ?? '');
      return part
        .replaceAll(/\*\*([^*]+)\*\*/g, (_, bold: string) => style.strong(bold))
        .replaceAll(/(^|[^*\w])\*([^*\s][^*]*)\*(?!\w)/g, '$1$2')
        .replaceAll(/\[([^\]]+)\]\((https?:[^)]+)\)/g, '$1 ($2)')
        .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
    })
    .join('');
}

function linesOf(block: Block, options: TextOptions): readonly string[] {
  const { width, style } = options;
  switch (block.kind) {
    case 'heading':
      return [style.strong(block.level === 1 ? block.text : inline(block.text, options))];
    case 'code':
      return block.lines.map((line) => (line === '' ? '' : `    ${style.command(line)}`));
    case 'table':
      return block.lines.filter((line) => !/^\|[\s|:-]+\|?$/.test(line));
    case 'item': {
      const by = 2 + block.depth * 2;
      const mark = /^\d/.test(block.mark) ? block.mark : '-';
      const hang = by + mark.length + 1;
      const lines = wrap(inline(block.text, options), width - hang);
      return indent(lines, hang, `${' '.repeat(by)}${mark} `);
    }
    case 'text':
      return indent(wrap(inline(block.text, options), width - 2), 2);
  }
}

/** A check's page (Markdown of our own writing) laid out for a terminal. Code is never wrapped: it is there to be copied. */
export function pageLines(page: string, options: TextOptions): readonly string[] {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, index) => {
    const before = blocks[index - 1];
    const isClose = before === undefined || (before.kind === 'item' && block.kind === 'item');
    return [...(isClose ? [] : ['']), ...linesOf(block, options)];
  });
}
