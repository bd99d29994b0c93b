import type { ItemReader } from './item-reader.ts';
import { NotReadable, objectOf, readVarint } from './protobuf.ts';
import { messageNamed } from './protobuf-schema.ts';

/** The media type of the API server's binary form. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** Kinds of which lists can be read in that form. */
export type ProtobufKind = 'Node' | 'Pod';

// apimachinery pkg/runtime/serializer/protobuf: four bytes, then a runtime.Unknown that holds kind and object.
const magic = Buffer.from('k8s\0');
const typeMeta = 1;
const raw = 2;
const contentEncoding = 3;
// The fields of any list: its own metadata and its items.
const metadata = 1;
const items = 2;

// Two numbers of ten bytes at most.
const longestHead = 20;

interface Part {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

function afterMagic(bytes: Buffer): number {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new NotReadable('no magic number');
  return magic.length;
}

// The field that begins at `at`, all of which have a length in these messages; null where its beginning has not come yet.
function partAt(bytes: Buffer, at: number): Part | null {
  const cursor = { bytes, at };
  try {
    const key = readVarint(cursor);
    const length = readVarint(cursor);
    if ((key & 7) !== 2 || length < 0) throw new NotReadable('a field has another wire type');
    return { number: key >>> 3, start: cursor.at, end: cursor.at + length };
  } catch (error) {
    if (error instanceof NotReadable && bytes.length - at < longestHead) return null;
    throw error;
  }
}

const typeMetaMessage = {
  fields: [
    undefined,
    { name: 'apiVersion', type: 'string', form: 'one', isKept: false },
    { name: 'kind', type: 'string', form: 'one', isKept: false },
  ],
} as const;

type TakePart = (number: number, bytes: Buffer) => void;

interface PartReader {
  /** Throws where it is not of the form. */
  readonly push: (chunk: Buffer) => void;
  /** True if there was a list and nothing is missing of it. */
  readonly isAtEnd: () => boolean;
}

/** Takes a list apart while it comes: what is around it, and the fields of the list itself. */
function partReader(takeOuter: TakePart, takeInner: TakePart): PartReader {
  let bytes: Buffer = Buffer.alloc(0);
  // Where the list ends, counted from the start of `bytes`; null outside of it.
  let listEnd: number | null = null;
  let hasBegun = false;
  let hasList = false;

  // Where the next part begins; null if this one is not there yet.
  const step = (at: number): number | null => {
    if (listEnd === at) listEnd = null;
    const part = partAt(bytes, at);
    if (!part) return null;
    const { number, start, end } = part;
    if (listEnd === null && number === raw) {
      listEnd = end;
      hasList = true;
      return start;
    }
    if (listEnd !== null && end > listEnd) throw new NotReadable('an item is too long');
    if (end > bytes.length) return null;
    const take = listEnd === null ? takeOuter : takeInner;
    take(number, bytes.subarray(start, end));
    return end;
  };
  const takeAll = (): number => {
    let at = 0;
    if (!hasBegun) {
      if (bytes.length < magic.length) return 0;
      at = afterMagic(bytes);
      hasBegun = true;
    }
    for (let next: number | null = at; next !== null && at < bytes.length;) {
      next = step(at);
      at = next ?? at;
    }
    return at;
  };

  return {
    push: (chunk) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const at = takeAll();
      bytes = bytes.subarray(at);
      if (listEnd !== null) listEnd -= at;
    },
    isAtEnd: () => hasList && bytes.length === 0 && (listEnd ?? 0) === 0,
  };
}

/**
 * Reads a list in the API server's binary form, in chunks of any size, as `itemReader` reads one in JSON: the same objects, but
 * for what nobody keeps of them. `finish` gives null for what is cut or no such list, and where an object has a field that is not
 * known: then it has to be asked for in JSON.
 */
export function protobufListReader(
  kind: ProtobufKind,
  each: (item: unknown) => unknown,
): ItemReader {
  const message = messageNamed(kind);
  const found: unknown[] = [];
  let type: Readonly<Record<string, unknown>> = {};
  let listMetadata: Readonly<Record<string, unknown>> = {};
  let isDamaged = false;
  const parts = partReader(
    (number, bytes) => {
      if (number === typeMeta) type = objectOf(bytes, typeMetaMessage);
      else if (number === contentEncoding && bytes.length > 0) throw new NotReadable('encoded');
    },
    (number, bytes) => {
      if (number === metadata) listMetadata = objectOf(bytes, messageNamed('ListMeta'));
      else if (number === items) found.push(each(objectOf(bytes, message)));
      else throw new NotReadable(`field ${number} of the list is not known`);
    },
  );
  return {
    push: (chunk) => {
      if (isDamaged) return;
      try {
        parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      } catch (error) {
        if (!(error instanceof NotReadable)) throw error;
        isDamaged = true;
      }
    },
    finish: () => {
      if (isDamaged || !parts.isAtEnd()) return null;
      const list = { ...type, metadata: listMetadata, items: found.map(() => ({})) };
      return { envelope: JSON.stringify(list), items: found };
    },
  };
}

/** The JSON of a Status in the binary form; empty where it is something else. */
export function statusJson(bytes: Buffer): string {
  let status: Readonly<Record<string, unknown>> | null = null;
  try {
    for (let at = afterMagic(bytes); at < bytes.length;) {
      const part = partAt(bytes, at);
      if (!part || part.end > bytes.length) return '';
      const content = bytes.subarray(part.start, part.end);
      if (part.number === raw) status = objectOf(content, messageNamed('Status'));
      at = part.end;
    }
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    return '';
  }
  return status ? JSON.stringify({ kind: 'Status', ...status }) : '';
}
