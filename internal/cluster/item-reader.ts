/** Takes a list apart while it arrives. */
export interface ItemReader {
  readonly push: (chunk: Uint8Array) => void;
  /** Call it once, when all has come. Null where an item is not JSON. */
  readonly finish: () => ItemList | null;
}

export interface ItemList {
  /** The JSON of the list itself, with `{}` in place of each object in `items`. */
  readonly envelope: string;
  /** What was made of these objects, in order. */
  readonly items: readonly unknown[];
}

const quote = 0x22;
const backslash = 0x5c;
const openList = 0x5b;
const openObject = 0x7b;
const closeList = 0x5d;
const closeObject = 0x7d;
// How deep one is in the object that holds `items`, and in `items`.
const inEnvelope = 1;
const inItems = 2;

const itemsKey = /"items"\s*:\s*$/;

// Most objects stand in one chunk: they need no copy. Null where they are not JSON.
function jsonOf(parts: readonly Uint8Array[]): { readonly value: unknown } | null {
  const [first = new Uint8Array(), ...more] = parts;
  const bytes = more.length === 0 ? first : Buffer.concat(parts);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Marks the brackets of a JSON text that comes in chunks, those in strings left out. */
function brackets(
  opened: (byte: number, chunk: Uint8Array, index: number) => void,
  closed: (chunk: Uint8Array, index: number) => void,
): (chunk: Uint8Array) => void {
  let isInString = false;
  let isEscaped = false;
  return (chunk) => {
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isInString = false;
      } else if (byte === quote) isInString = true;
      else if (byte === openObject || byte === openList) opened(byte, chunk, index);
      else if (byte === closeObject || byte === closeList) closed(chunk, index);
    }
  };
}

/**
 * Reads a list of the API, as UTF-8 in chunks of any size, an object of `items` at a time: each is handed to `each` and let go
 * of, so that of a page with hundreds of large objects never more than one is held whole. What is not a list with `items` comes
 * through as it is, as the envelope. Keeps parts of chunks until the next one, so they must not be written to again.
 */
export function itemReader(each: (item: unknown) => unknown): ItemReader {
  const items: unknown[] = [];
  const decoder = new TextDecoder();
  let envelope = '';
  let parts: Uint8Array[] = [];
  let start = 0;
  let depth = 0;
  let isInItems = false;
  let isInItem = false;
  let isDamaged = false;

  const keepTo = (chunk: Uint8Array, end: number): void => {
    const bytes = chunk.subarray(start, end);
    if (isInItem) parts.push(bytes);
    else envelope += decoder.decode(bytes, { stream: true });
    start = end;
  };
  const take = (): void => {
    const json = jsonOf(parts);
    parts = [];
    if (json) items.push(each(json.value));
    else isDamaged = true;
  };
  const scan = brackets(
    (byte, chunk, index) => {
      if (depth === inEnvelope && byte === openList) {
        keepTo(chunk, index);
        isInItems = itemsKey.test(envelope);
      } else if (depth === inItems && isInItems && byte === openObject) {
        keepTo(chunk, index);
        envelope += '{}';
        isInItem = true;
      }
      depth += 1;
    },
    (chunk, index) => {
      depth -= 1;
      if (depth === inEnvelope) isInItems = false;
      if (!isInItem || depth !== inItems) return;
      keepTo(chunk, index + 1);
      isInItem = false;
      take();
    },
  );

  return {
    push: (chunk) => {
      start = 0;
      scan(chunk);
      keepTo(chunk, chunk.length);
    },
    finish: () => {
      envelope += decoder.decode();
      return isDamaged || isInItem ? null : { envelope, items };
    },
  };
}
