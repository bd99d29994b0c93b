import type { Field, Message, Scalar } from './protobuf-schema.ts';

/** What came is not of the form, or has a field that is not known and not empty: it cannot be read without a loss. */
export class NotReadable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotReadable';
  }
}

/** Bytes and how far they were read. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

// Protobuf's wire types that Kubernetes uses, which has no floating point numbers in nodes and pods.
const varintType = 0;
const bytesType = 2;

// More groups of seven bits than a number holds exactly: an int64 below zero, which is sent as one of 64 bits without a sign.
const mostGroups = 7;

/** A whole number, which is sent in groups of seven bits, the lowest first. */
export function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let groups = 0; groups < mostGroups; groups += 1) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new NotReadable('it ends in the middle of a number');
    cursor.at += 1;
    value += (byte & 0x7f) * 2 ** (7 * groups);
    if (byte < 0x80) return value;
  }
  return readHighGroups(cursor, BigInt(value));
}

function readHighGroups(cursor: Cursor, low: bigint): number {
  let value = low;
  for (let groups = mostGroups; groups < 10; groups += 1) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) break;
    cursor.at += 1;
    value += BigInt(byte & 0x7f) << BigInt(7 * groups);
    if (byte < 0x80) return Number(BigInt.asIntN(64, value));
  }
  throw new NotReadable('it has a number without an end');
}

/** The end of a part that begins with its length. */
function readEnd(cursor: Cursor, limit: number): number {
  const length = readVarint(cursor);
  const end = cursor.at + length;
  if (length < 0 || end > limit) throw new NotReadable('a part is longer than what holds it');
  return end;
}

/** Reads the fields up to `end`: `each` gets the number of a field, and its end, or null for a number, and has to read it. */
function readFields(
  cursor: Cursor,
  end: number,
  each: (number: number, partEnd: number | null) => void,
): void {
  while (cursor.at < end) {
    const key = readVarint(cursor);
    const wireType = key & 7;
    if (wireType !== varintType && wireType !== bytesType)
      throw new NotReadable(`it has a field of wire type ${wireType}`);
    const partEnd = wireType === bytesType ? readEnd(cursor, end) : null;
    each(key >>> 3, partEnd);
    if (partEnd !== null && cursor.at !== partEnd)
      throw new NotReadable('a part has another length');
  }
  if (cursor.at !== end) throw new NotReadable('a number reaches beyond what holds it');
}

function readText(cursor: Cursor, end: number): string {
  const text = cursor.bytes.toString('utf8', cursor.at, end);
  cursor.at = end;
  return text;
}

// Times of metav1.Time: whole seconds; empty where there is none, which is null in JSON.
function readTime(cursor: Cursor, end: number): string | null {
  if (cursor.at === end) return null;
  let seconds = 0;
  readFields(cursor, end, (number, partEnd) => {
    if (partEnd !== null) throw new NotReadable('a time is no number');
    const value = readVarint(cursor);
    if (number === 1) seconds = value;
  });
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

// resource.Quantity: its text is the only field.
function readQuantity(cursor: Cursor, end: number): string {
  let text = '0';
  readFields(cursor, end, (_number, partEnd) => {
    text = partEnd === null ? String(readVarint(cursor)) : readText(cursor, partEnd);
  });
  return text;
}

// intstr.IntOrString: which of the two it is, the number, the text.
function readIntOrString(cursor: Cursor, end: number): number | string {
  let isText = false;
  let value = 0;
  let text = '';
  readFields(cursor, end, (number, partEnd) => {
    if (partEnd !== null) text = readText(cursor, partEnd);
    else if (number === 1) isText = readVarint(cursor) === 1;
    else value = readVarint(cursor);
  });
  return isText ? text : value;
}

function readPart(cursor: Cursor, type: Scalar | Message, end: number): unknown {
  if (typeof type === 'object') return readMessage(cursor, type, end);
  switch (type) {
    case 'string':
      return readText(cursor, end);
    case 'Time':
      return readTime(cursor, end);
    case 'Quantity':
      return readQuantity(cursor, end);
    case 'IntOrString':
      return readIntOrString(cursor, end);
    default:
      throw new NotReadable(`a field of type ${type} is no number`);
  }
}

function readNumber(cursor: Cursor, type: Scalar | Message): number | boolean {
  const value = readVarint(cursor);
  if (type === 'int') return value;
  if (type === 'bool') return value !== 0;
  throw new NotReadable('a field is a number that should be none');
}

// An entry of a map has its key in field 1 and its value in field 2.
function readEntry(
  cursor: Cursor,
  type: Scalar | Message,
  end: number,
): readonly [key: string, value: unknown] {
  let key = '';
  let value: unknown = '';
  readFields(cursor, end, (number, partEnd) => {
    if (partEnd === null) throw new NotReadable('an entry of a map is a number');
    if (number === 1) key = readText(cursor, partEnd);
    else value = readPart(cursor, type, partEnd);
  });
  return [key, value];
}

type Draft = Record<string, unknown>;

const isEmpty = (value: unknown): boolean =>
  value === '' || value === 0 || value === false || value === null;

// defineProperty and not assignment: a key may be called __proto__.
function addEntry(object: Draft, name: string, [key, value]: readonly [string, unknown]): void {
  const known = object[name];
  const map = typeof known === 'object' && known !== null ? known : (object[name] = {});
  const how = { value, enumerable: true, writable: true, configurable: true };
  Object.defineProperty(map, key, how);
}

function addToList(object: Draft, name: string, value: unknown): void {
  const known = object[name];
  if (Array.isArray(known)) known.push(value);
  else object[name] = [value];
}

// A field that was taken away since has a lower number than the newest, and is sent empty by servers that still have it. One that is
// newer than all of them is not known at all: then even an empty one may mean something.
function passUnknown(
  cursor: Cursor,
  { fields }: Message,
  number: number,
  partEnd: number | null,
): void {
  const wasKnown = number < fields.length;
  const isZero = partEnd === null ? readVarint(cursor) === 0 : cursor.at === partEnd;
  if (!wasKnown || !isZero) throw new NotReadable(`field ${number} is not known`);
}

function readField(
  cursor: Cursor,
  object: Draft,
  { name, type, form, isKept }: Field,
  partEnd: number | null,
): void {
  if (type === '-') {
    if (partEnd === null) readVarint(cursor);
    else cursor.at = partEnd;
  } else if (form === 'map' && partEnd !== null) {
    addEntry(object, name, readEntry(cursor, type, partEnd));
  } else if (name === '' && partEnd !== null && typeof type === 'object') {
    readInto(cursor, object, type, partEnd);
  } else {
    const value = partEnd === null ? readNumber(cursor, type) : readPart(cursor, type, partEnd);
    if (form === 'list') addToList(object, name, value);
    else if (isKept || !isEmpty(value)) object[name] = value;
  }
}

function readInto(cursor: Cursor, object: Draft, message: Message, end: number): void {
  readFields(cursor, end, (number, partEnd) => {
    const field = message.fields[number];
    if (field) readField(cursor, object, field, partEnd);
    else passUnknown(cursor, message, number, partEnd);
  });
}

function readMessage(cursor: Cursor, message: Message, end: number): Draft {
  const object: Draft = {};
  readInto(cursor, object, message, end);
  return object;
}

/** A message as the object that it is in JSON. Throws NotReadable. */
export const objectOf = (bytes: Buffer, message: Message): Readonly<Record<string, unknown>> =>
  readMessage({ bytes, at: 0 }, message, bytes.length);
