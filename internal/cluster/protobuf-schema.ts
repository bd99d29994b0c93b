import { protobufFields } from './protobuf-fields.ts';

export type Scalar =
  | 'string'
  | 'int'
  | 'bool'
  | 'Time'
  | 'Quantity'
  | 'IntOrString'
  /** Known, and passed over. */
  | '-';

/** A field of a message, as JSON has it. */
export interface Field {
  /** Empty: the fields of its message stand in the object itself. */
  readonly name: string;
  readonly type: Scalar | Message;
  readonly form: 'one' | 'list' | 'map';
  /** JSON has it also where it is empty, zero or false. */
  readonly isKept: boolean;
}

/** A message by the numbers of its fields. */
export interface Message {
  readonly fields: readonly (Field | undefined)[];
}

const scalars: readonly Scalar[] = [
  'string',
  'int',
  'bool',
  'Time',
  'Quantity',
  'IntOrString',
  '-',
];
const isScalar = (type: string): type is Scalar => scalars.some((scalar) => scalar === type);

const fieldPattern = /(\d+) (\S+) (\[\]|\{\})?([\w-]+)(!)?/g;

function parse(text: string): ReadonlyMap<string, Message> {
  const messages = new Map<string, { readonly fields: (Field | undefined)[] }>();
  const messageOf = (name: string) => {
    const message = messages.get(name) ?? { fields: [] };
    messages.set(name, message);
    return message;
  };
  for (const [, message = '', body = ''] of text.matchAll(/^(\w+):((?:.*\n)(?: .*\n)*)/gm)) {
    const { fields } = messageOf(message);
    for (const [, number, name = '', form, type = '', mark] of body.matchAll(fieldPattern)) {
      fields[Number(number)] = {
        name: name === '...' ? '' : name,
        type: isScalar(type) ? type : messageOf(type),
        form: form === undefined ? 'one' : form === '[]' ? 'list' : 'map',
        isKept: mark !== undefined,
      };
    }
  }
  return messages;
}

let messages: ReadonlyMap<string, Message> | null = null;

/** The message of that name. Throws where there is none. */
export function messageNamed(name: 'Node' | 'Pod' | 'ListMeta' | 'Status'): Message {
  messages ??= parse(protobufFields);
  const message = messages.get(name);
  if (!message) throw new Error(`there are no fields of ${name}`);
  return message;
}
