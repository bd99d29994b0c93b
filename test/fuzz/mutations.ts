import type { Random } from '../faults/random.ts';
import { isObject } from '../support/json.ts';

/** Text in place of text. */
export type Mutation = (text: string, random: Random) => string;

const junk: readonly string[] = [
  '',
  '\u0000',
  '\u001b[2J\u001b]0;x\u0007',
  '\u202e',
  '\ud800',
  '"',
  '{',
  '}]',
  '&a [*a, *a]',
  '!!js/function "x"',
  '<<: *x',
  '---\n',
  '%YAML 9.9\n',
  '==== START logs for container x of pod y/z ====\n',
  '==== END logs for container',
  '2026-13-45T99:99:99.999999999Z stderr F ',
  '-1e999',
  '99999999999999999999999',
  '::ffff:10.0.0.1/0',
  '10.0.0.0/-1',
  '((((((((((a+)+)+)+)+',
  '__proto__',
  'constructor',
  '\\u0000',
  'true',
  'null',
];

const lineOf = (text: string, random: Random): number =>
  text.indexOf('\n', random.below(text.length + 1));

const splice: Mutation = (text, random) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(junk) + text.slice(at + random.below(30));
};

const cut: Mutation = (text, random) => text.slice(0, random.below(text.length + 1));

const repeat: Mutation = (text, random) => {
  const from = random.below(text.length + 1);
  const part = text.slice(from, from + 1 + random.below(400));
  return text.slice(0, from) + part.repeat(1 + random.below(200)) + text.slice(from);
};

const longLine: Mutation = (text, random) => {
  const at = lineOf(text, random);
  const filler = random.pick(['a', ' ', '(', '10.0.0.1 ', '\t']);
  return `${text.slice(0, at)}${filler.repeat(20_000 + random.below(200_000))}${text.slice(at)}`;
};

const digits: Mutation = (text, random) => {
  const share = random.pick([0.01, 0.1]);
  return text.replaceAll(/\d+/g, (number) =>
    random.chance(share) ? random.pick(['0', '-1', '99999999999', '1e400', '00', '']) : number,
  );
};

const lines: Mutation = (text, random) => {
  const all = text.split('\n');
  const at = random.below(all.length);
  const other = random.below(all.length);
  [all[at], all[other]] = [all[other] ?? '', all[at] ?? ''];
  return all.join('\n');
};

const deep: Mutation = (text, random) => {
  const depth = random.pick([100, 5000, 100_000]);
  const at = random.below(text.length + 1);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['- ', ''],
    ['(', ')'],
  ] as const);
  return `${text.slice(0, at)}${open.repeat(depth)}1${close.repeat(depth)}${text.slice(at)}`;
};

// Each alias stands for ten of the one before.
const aliases: Mutation = (text) => {
  const rows = Array.from({ length: 9 }, (_, index) => {
    const before = index === 0 ? '"x"' : `*a${index - 1}`;
    return `a${index}: &a${index} [${Array.from({ length: 10 }, () => before).join(', ')}]`;
  });
  return `${rows.join('\n')}\n---\n${text}`;
};

const values: readonly unknown[] = [
  null,
  '',
  {},
  [],
  [null],
  -1,
  0,
  1e21,
  true,
  '0001-01-01T00:00:00Z',
  '2026-13-45T99:99:99Z',
  '999.1.1.1',
  '10.0.0.1/999',
  'fe80::1%eth0',
  '[a-z(',
  'all() && (',
  '$(NODENAME)',
  '__proto__',
  'v3.x.y',
];

// A value at random somewhere in an object, an item doubled or a key taken away.
function damageAt(root: unknown, random: Random): void {
  let at = root;
  for (let depth = 1 + random.below(12); ; depth -= 1) {
    if (!isObject(at) && !Array.isArray(at)) return;
    const own: Record<string, unknown> = Object.assign(at);
    const keys = Object.keys(own);
    if (keys.length === 0) return;
    const key = random.pick(keys);
    const next = own[key];
    if (depth > 1 && typeof next === 'object' && next !== null) {
      at = next;
      continue;
    }
    if (Array.isArray(at) && random.chance(0.3)) at.push(structuredClone(at[0]));
    else if (random.chance(0.3)) Reflect.deleteProperty(own, key);
    else own[key] = structuredClone(random.pick(values));
    return;
  }
}

const fields: Mutation = (text, random) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return splice(text, random); // YAML, or damaged before
  }
  for (let count = 1 + random.below(8); count > 0; count -= 1) damageAt(value, random);
  return JSON.stringify(value);
};

const mutations: readonly Mutation[] = [
  splice,
  splice,
  cut,
  repeat,
  longLine,
  digits,
  lines,
  deep,
  aliases,
  fields,
  fields,
  fields,
  fields,
];

/** Changes a text in one way or another. */
export const mutated: Mutation = (text, random) => random.pick(mutations)(text, random);

/** Changes, removes or puts in some bytes. */
export function mutatedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let count = 1 + random.below(5); count > 0; count -= 1) {
    const at = random.below(result.length + 1);
    const some = Buffer.from(Array.from({ length: random.below(6) }, () => random.below(256)));
    const rest = at + random.pick([0, some.length, some.length, 1 + random.below(600)]);
    result = Buffer.concat([result.subarray(0, at), some, result.subarray(rest)]);
  }
  return result;
}
