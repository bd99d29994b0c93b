import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseObject } from '../test/support/json.ts';
import { runQuietly } from './package-run.ts';

const usage = `Writes internal/cluster/protobuf-fields.ts anew from the Go types of Kubernetes, for a newer release of them:

  node scripts/kubernetes-fields.ts

It needs Go, to fetch their source through the Go module proxy.
`;

const release = 'v0.37.2';
const sources = [
  ['k8s.io/api', 'core/v1/types.go'],
  ['k8s.io/apimachinery', 'pkg/apis/meta/v1/types.go'],
] as const;
const target = path.join(import.meta.dirname, '../internal/cluster/protobuf-fields.ts');

const widest = 132;

const roots = ['Node', 'Pod', 'ListMeta', 'Status'];

// Nobody keeps them of nodes and pods, see slim.ts; they need not be taken apart.
const passedOver: ReadonlySet<string> = new Set([
  'ObjectMeta.managedFields',
  'NodeStatus.images',
  'NodeStatus.volumesInUse',
  'NodeStatus.volumesAttached',
]);

interface Field {
  readonly number: number;
  /** Empty for an embedded struct, whose fields stand in the object itself. */
  readonly name: string;
  readonly type: string;
}

type Messages = ReadonlyMap<string, readonly Field[]>;

interface Types {
  /** Go's names of other types: `PodPhase` is a `string`. */
  readonly others: ReadonlyMap<string, string>;
  /** The lines between the brackets of a struct. */
  readonly structs: ReadonlyMap<string, string>;
}

function typesOf(source: string): Types {
  const structs = [...source.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)];
  const others = [...source.matchAll(/^type (\w+) (?:= )?((?!struct\b|interface\b)\S+)$/gm)];
  const pairs = (found: readonly RegExpExecArray[]) =>
    new Map(found.map(([, name = '', body = '']) => [name, body]));
  return { structs: pairs(structs), others: pairs(others) };
}

const known: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int',
  int64: 'int',
  byte: 'byte',
  Time: 'Time',
  MicroTime: 'MicroTime',
  Quantity: 'Quantity',
  IntOrString: 'IntOrString',
  UID: 'string',
};

const bare = (type: string): string => type.replace(/^\w+\./, '');

function typeOf(type: string, types: Types): string {
  const [, list, rest = ''] = /^(\[\])?(.*)$/.exec(type) ?? [];
  if (list !== undefined) return rest === 'byte' ? 'bytes' : `[]${typeOf(rest, types)}`;
  const map = /^map\[\S+?\](.*)$/.exec(type)?.[1];
  if (map !== undefined) return `{}${typeOf(map, types)}`;
  const name = bare(type);
  const own = known[name] ?? (types.structs.has(name) ? name : undefined);
  if (own !== undefined) return own;
  const other = types.others.get(name);
  if (other === undefined) throw new Error(`${type} is not known`);
  return typeOf(other, types);
}

const line = /^\t(?:\w+\s+)?([*[\]\w.]+)\s+`.*?json:"([^"]*)".*?protobuf:"\w+,(\d+),[^"]*".*?`/;

// What is no pointer is always sent; JSON leaves it out where it is empty, unless it has to be there.
function markOf(type: string, json: string): '' | '!' {
  if (type.startsWith('*')) return '!';
  const isLeftOut = json.includes(bare(type) === 'Time' ? 'omitzero' : 'omitempty');
  return isLeftOut ? '' : '!';
}

function fieldsOf(message: string, types: Types): readonly Field[] {
  const lines = (types.structs.get(message) ?? '').split('\n');
  const fields = lines.flatMap((text): readonly Field[] => {
    const [, goType = '', json = '', number = ''] = line.exec(text) ?? [];
    if (number === '') {
      if (/^\t\w.*protobuf:"/.test(text)) throw new Error(`${message}: cannot read ${text.trim()}`);
      return [];
    }
    const name = json.split(',')[0] ?? '';
    const isPassedOver = passedOver.has(`${message}.${name}`);
    const type = isPassedOver ? '-' : typeOf(goType.replace('*', ''), types);
    const isScalar = /^(?:string|bool|int|Time|MicroTime)$/.test(type);
    return [{ number: Number(number), name, type: type + (isScalar ? markOf(goType, json) : '') }];
  });
  return fields.toSorted((a, b) => a.number - b.number);
}

function messagesOf(types: Types): Messages {
  const found = new Map<string, readonly Field[]>();
  const waiting = [...roots];
  for (const name of waiting) {
    if (found.has(name)) continue;
    const fields = fieldsOf(name, types);
    found.set(name, fields);
    const used = fields.map(({ type }) => type.replace(/^(?:\[\]|\{\})/, ''));
    waiting.push(...used.filter((type) => types.structs.has(type) && !(type in known)));
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function textOf(messages: Messages): string {
  const lines: string[] = [];
  for (const [message, fields] of messages) {
    let text = `${message}:`;
    for (const { number, name, type } of fields) {
      const word = ` ${number} ${name === '' ? '...' : name} ${type},`;
      if (text.length + word.length > widest) {
        lines.push(text);
        text = ' ';
      }
      text += word;
    }
    lines.push(text.replace(/,$/, ''));
  }
  return lines.join('\n');
}

const head = `/**
 * The fields of nodes and pods in the API server's binary form (Kubernetes, k8s.io/api ${release} core/v1/types.go and
 * k8s.io/apimachinery pkg/apis/meta/v1/types.go), written by scripts/kubernetes-fields.ts.
 *
 * \`Message: number name type, …\`. A name of \`...\`: its fields stand in the object itself. \`[]\` is a list, \`{}\` a map from
 * strings. \`!\`: JSON has it also where it is zero. A type of \`-\`: not wanted.
 */
`;

async function sourceOf([module, file]: (typeof sources)[number]): Promise<string> {
  const args = ['mod', 'download', '-json', `${module}@${release}`];
  const folder = parseObject(await runQuietly('go', args, import.meta.dirname))['Dir'];
  return await readFile(path.join(String(folder), file), 'utf8');
}

if (import.meta.main) {
  if (process.argv.length > 2) process.stderr.write(usage);
  else {
    const texts = await Promise.all(sources.map(sourceOf));
    const fields = textOf(messagesOf(typesOf(texts.join('\n'))));
    await writeFile(target, `${head}export const protobufFields = \`\n${fields}\n\`;\n`);
  }
}
