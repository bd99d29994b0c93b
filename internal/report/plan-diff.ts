import type { ChangeStep } from '../model/plan.ts';
import { diffObjects, objectYaml, type DiffHunk } from '../plan/diff.ts';

/** A line of a difference; `@` begins a part and says where it stands. The text is not made safe. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+' | '@';
  readonly text: string;
}

interface YamlLine {
  readonly indent: number;
  readonly isItem: boolean;
  readonly key: string;
  readonly value: string;
}

function parsed(line: string): YamlLine | null {
  const match = /^( *)(- )?(?:"?([^\s":]+)"?:(?: (.*))?)?/.exec(line);
  if (line.trim() === '' || !match) return null;
  const [, blanks = '', item, key = '', value = ''] = match;
  return { indent: blanks.length, isItem: item !== undefined, key, value };
}

const isBlockText = (value: string): boolean => /^[|>][-+\d]*$/.test(value);

// The fields of an element stand in alphabetical order, so its name may come after what is looked at.
function elementName(lines: readonly string[], index: number): string {
  const first = parsed(lines[index] ?? '');
  if (!first) return '[]';
  for (let at = index; at < lines.length; at += 1) {
    const line = parsed(lines[at] ?? '');
    if (!line) continue;
    const isOver = line.isItem ? line.indent <= first.indent : line.indent < first.indent + 2;
    if (at > index && isOver) break;
    const isOwn = at === index || (!line.isItem && line.indent === first.indent + 2);
    if (isOwn && line.key === 'name') return `[${line.value}]`;
  }
  return '[]';
}

const joined = (names: readonly string[]): string =>
  names.reduce((path, name) => path + (name.startsWith('[') || path === '' ? '' : '.') + name, '');

/**
 * The field in which a line of YAML stands, by its indentation: `spec.containers[calico-node].env`. Lists are not indented, so
 * the field of a list is at the indentation of its elements.
 */
export function fieldAt(lines: readonly string[], index: number): string {
  const start = parsed(lines[index] ?? '');
  if (!start) return '';
  let names: readonly string[] = [];
  // Half a step: an element is deeper than the field of its list, though both begin in one column.
  let depth = start.indent + (start.isItem ? 0.5 : 0);
  for (let at = index - 1; at >= 0 && depth > 0; at -= 1) {
    const line = parsed(lines[at] ?? '');
    const own = line ? line.indent + (line.isItem ? 0.5 : 0) : Infinity;
    if (!line || own >= depth) continue;
    const { isItem, key, value, indent } = line;
    // What looks like fields inside a text is none.
    const below = isBlockText(value) ? [] : names;
    const isInItsField = !isItem || depth > indent + 2;
    names = [
      ...(isItem ? [elementName(lines, at)] : []),
      ...(isInItsField && key !== '' ? [key] : []),
      ...below,
    ];
    depth = own;
  }
  return joined(names);
}

interface Yaml {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

// The field of the first line that differs, in the version that has it.
function fieldOf({ before, after, lines }: DiffHunk, yaml: Yaml): string {
  const offset = lines.findIndex(({ sign }) => sign !== ' ');
  return lines[offset]?.sign === '-'
    ? fieldAt(yaml.before, before.start - 1 + offset)
    : fieldAt(yaml.after, after.start - 1 + offset);
}

/** What becomes different in an object, as lines of YAML; the field is named before each part. Empty where nothing does. */
export function diffOf({ before, after }: ChangeStep): readonly DiffLine[] {
  const hunks = diffObjects(before, after);
  if (before === null || after === null) return hunks.flatMap(({ lines }) => lines);
  const yaml = {
    before: objectYaml(before).split('\n'),
    after: objectYaml(after).split('\n'),
  };
  return hunks.flatMap((hunk): readonly DiffLine[] => {
    const field = fieldOf(hunk, yaml);
    return field === '' ? hunk.lines : [{ sign: '@', text: field }, ...hunk.lines];
  });
}

/** The same without the blanks that all lines of a part begin with: the field before it says where they stand. */
export function unindented(lines: readonly DiffLine[]): readonly DiffLine[] {
  const parts: DiffLine[][] = [];
  for (const line of lines) {
    if (line.sign === '@' || parts.length === 0) parts.push([line]);
    else parts.at(-1)?.push(line);
  }
  return parts.flatMap((part) => {
    const own = part.filter(({ sign }) => sign !== '@');
    const by = Math.min(...own.map(({ text }) => text.search(/\S|$/)));
    return part.map((line) => (line.sign === '@' ? line : { ...line, text: line.text.slice(by) }));
  });
}
