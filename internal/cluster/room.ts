import v8 from 'node:v8';

/** How many bytes of memory what is read of a dump may still take. Whoever reads takes off its part. */
export interface Room {
  bytes: number;
}

// Half of what Node may use: the other half is for lists, indexes and findings made of it.
const share = 0.5;

/** The room that this process has for a dump. */
export const roomForDump = (): Room => ({ bytes: v8.getHeapStatistics().heap_size_limit * share });

/** Takes so many bytes off; false where there are not as many, and then nothing is taken. */
export function takeRoom(room: Room, bytes: number): boolean {
  if (bytes > room.bytes) return false;
  room.bytes -= bytes;
  return true;
}

// An empty object of two letters takes 64 bytes in V8 14, and so does a field with a name of its own; of the objects of
// Kubernetes, whose fields have the same names, a value takes 46.
const partBytes = 64;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openings: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closings: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** What a text of JSON will come to: `depth` of nesting, and about so many bytes of memory. */
export function measureJson(text: string): { readonly depth: number; readonly bytes: number } {
  let parts = 0;
  let level = 0;
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isString) {
      if (code === backslash) index += 1;
      else if (code === quote) isString = false;
    } else if (code === quote) isString = true;
    else if (code === comma) parts += 1;
    else if (openings.has(code)) {
      parts += 1;
      level += 1;
      if (level > depth) depth = level;
    } else if (closings.has(code)) level -= 1;
  }
  return { depth, bytes: text.length + partBytes * parts };
}

/** About how many bytes of memory a text of YAML will take: each line and each comma may be a value. */
export function measureYaml(text: string): number {
  let parts = 0;
  for (const mark of ['\n', ','])
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) parts += 1;
  return text.length + partBytes * parts;
}
