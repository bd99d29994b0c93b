// Load commands and field offsets of 64 bit Mach-O: mach-o/loader.h and mach-o/nlist.h of Apple's cctools.
const command = { symbols: 0x2, dynamicSymbols: 0xb, segment: 0x19, signature: 0x1d } as const;
const headerSize = 32;
const entrySize = 16;
// An indirect symbol with one of these bits is no index into the symbol table.
const indirectFlags = 0xc000_0000;
// Pages of Apple's processors; those of Intel's divide it.
const pageSize = 0x4000;

type Place = number;

/** Where the load commands stand that speak of symbols. */
interface Places {
  readonly linkEdit: Place;
  readonly symbols: Place;
  readonly dynamicSymbols: Place;
  readonly signature: Place | null;
}

const isLinkEdit = (bytes: Buffer, at: Place): boolean =>
  bytes.toString('latin1', at + 8, at + 24).replace(/\0+$/, '') === '__LINKEDIT';

function placesOf(bytes: Buffer): Places {
  const found = new Map<number, Place>();
  let at = headerSize;
  for (let left = bytes.readUInt32LE(16); left > 0; left -= 1) {
    const kind = bytes.readUInt32LE(at);
    if (kind !== command.segment || isLinkEdit(bytes, at)) found.set(kind, at);
    at += bytes.readUInt32LE(at + 4);
  }
  const linkEdit = found.get(command.segment);
  const symbols = found.get(command.symbols);
  const dynamicSymbols = found.get(command.dynamicSymbols);
  if (linkEdit === undefined || symbols === undefined || dynamicSymbols === undefined)
    throw new Error('this Mach-O file has no symbols');
  return { linkEdit, symbols, dynamicSymbols, signature: found.get(command.signature) ?? null };
}

interface Tables {
  readonly symbols: Buffer;
  readonly indirect: Buffer;
  readonly names: Buffer;
}

// The symbols from `first` on, with the names that they use, and the indirect symbols that point at them.
function withoutLocals(bytes: Buffer, at: Places, first: number): Tables {
  const symbolStart = bytes.readUInt32LE(at.symbols + 8);
  const count = bytes.readUInt32LE(at.symbols + 12);
  const nameStart = bytes.readUInt32LE(at.symbols + 16);
  const range = bytes.subarray(symbolStart + first * entrySize, symbolStart + count * entrySize);
  const symbols = Buffer.from(range);
  const names: Buffer[] = [Buffer.from(' \0')];
  let length = 2;
  for (let entry = 0; entry < symbols.length; entry += entrySize) {
    const start = nameStart + symbols.readUInt32LE(entry);
    const name = bytes.subarray(start, bytes.indexOf(0, start) + 1);
    symbols.writeUInt32LE(length, entry);
    names.push(name);
    length += name.length;
  }
  const indirectStart = bytes.readUInt32LE(at.dynamicSymbols + 56);
  const indirectSize = bytes.readUInt32LE(at.dynamicSymbols + 60) * 4;
  const indirect = Buffer.from(bytes.subarray(indirectStart, indirectStart + indirectSize));
  for (let entry = 0; entry < indirect.length; entry += 4) {
    const index = indirect.readUInt32LE(entry);
    // A bitwise result is signed; any set bit counts.
    if ((index & indirectFlags) !== 0) continue;
    if (index < first) throw new Error('an indirect symbol of this Mach-O file is a local one');
    indirect.writeUInt32LE(index - first, entry);
  }
  return { symbols, indirect, names: Buffer.concat(names) };
}

// The tables must be the end of the file, in the order in which Apple's linker writes them.
function assertOrder(bytes: Buffer, at: Places): void {
  const symbolEnd =
    bytes.readUInt32LE(at.symbols + 8) + bytes.readUInt32LE(at.symbols + 12) * entrySize;
  const indirectStart = bytes.readUInt32LE(at.dynamicSymbols + 56);
  const indirectEnd = indirectStart + bytes.readUInt32LE(at.dynamicSymbols + 60) * 4;
  const nameStart = bytes.readUInt32LE(at.symbols + 16);
  const nameEnd = nameStart + bytes.readUInt32LE(at.symbols + 20);
  const end = at.signature === null ? bytes.length : bytes.readUInt32LE(at.signature + 8);
  const isInOrder = symbolEnd <= indirectStart && indirectEnd <= nameStart && nameEnd <= end;
  if (!isInOrder || end - nameEnd > entrySize)
    throw new Error('the symbols of this Mach-O file do not stand at its end');
}

// The signature is the last load command: it is taken away by counting one less.
function dropSignature(start: Buffer, place: Place): void {
  const count = start.readUInt32LE(16);
  const size = start.readUInt32LE(20);
  const length = start.readUInt32LE(place + 4);
  if (place + length !== headerSize + size)
    throw new Error('the signature of this Mach-O file is not its last load command');
  start.writeUInt32LE(count - 1, 16);
  start.writeUInt32LE(size - length, 20);
  start.fill(0, place, place + length);
}

/**
 * A 64 bit Mach-O executable without the symbols that only a debugger reads (as `strip -x` makes it) and without its signature,
 * which would not hold any longer. Throws for a layout that it does not know.
 */
export function stripMachO(bytes: Buffer): Buffer {
  const at = placesOf(bytes);
  assertOrder(bytes, at);
  const locals = bytes.readUInt32LE(at.dynamicSymbols + 12);
  if (bytes.readUInt32LE(at.dynamicSymbols + 8) !== 0)
    throw new Error('the local symbols of this Mach-O file do not come first');
  const tables = withoutLocals(bytes, at, locals);
  const symbolStart = bytes.readUInt32LE(at.symbols + 8);
  const indirectStart = symbolStart + tables.symbols.length;
  const nameStart = indirectStart + tables.indirect.length;
  const padding = Buffer.alloc((8 - ((nameStart + tables.names.length) % 8)) % 8);
  const nameSize = tables.names.length + padding.length;

  const start = Buffer.from(bytes.subarray(0, symbolStart));
  start.writeUInt32LE(tables.symbols.length / entrySize, at.symbols + 12);
  start.writeUInt32LE(nameStart, at.symbols + 16);
  start.writeUInt32LE(nameSize, at.symbols + 20);
  start.writeUInt32LE(0, at.dynamicSymbols + 12);
  for (const field of [16, 24]) {
    const index = start.readUInt32LE(at.dynamicSymbols + field);
    start.writeUInt32LE(index - locals, at.dynamicSymbols + field);
  }
  start.writeUInt32LE(indirectStart, at.dynamicSymbols + 56);
  const size = nameStart + nameSize - Number(start.readBigUInt64LE(at.linkEdit + 40));
  start.writeBigUInt64LE(BigInt(Math.ceil(size / pageSize) * pageSize), at.linkEdit + 32);
  start.writeBigUInt64LE(BigInt(size), at.linkEdit + 48);
  if (at.signature !== null) dropSignature(start, at.signature);
  return Buffer.concat([start, tables.symbols, tables.indirect, tables.names, padding]);
}

/**
 * Makes the end of an unsigned Mach-O file a multiple of 16, where Apple's tools put a signature, by a longer table of names.
 */
export function alignForSignature(bytes: Buffer): Buffer {
  const at = placesOf(bytes);
  if (at.signature !== null) throw new Error('this Mach-O file is signed already');
  const padding = (entrySize - (bytes.length % entrySize)) % entrySize;
  const longer = Buffer.concat([bytes, Buffer.alloc(padding)]);
  longer.writeUInt32LE(longer.readUInt32LE(at.symbols + 20) + padding, at.symbols + 20);
  const fileSize = longer.readBigUInt64LE(at.linkEdit + 48) + BigInt(padding);
  longer.writeBigUInt64LE(fileSize, at.linkEdit + 48);
  return longer;
}
