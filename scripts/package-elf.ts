// Offsets of ELF64 fields, little endian: elf(5).
const header = { sectionOffset: 0x28, sectionCount: 0x3c, nameSection: 0x3e } as const;
const sectionSize = 64;
const symbolTable = 2;
const noBits = 8;
const allocated = 2n;

interface Section {
  readonly index: number;
  /** Where its header stands in the file. */
  readonly at: number;
  readonly name: string;
  readonly type: number;
  readonly isAllocated: boolean;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that belongs to it: the names of a symbol table. */
  readonly link: number;
}

const numberAt = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

function sectionsOf(bytes: Buffer): readonly Section[] {
  const start = numberAt(bytes, header.sectionOffset);
  const count = bytes.readUInt16LE(header.sectionCount);
  const names = numberAt(bytes, start + bytes.readUInt16LE(header.nameSection) * sectionSize + 24);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * sectionSize;
    return {
      index,
      at,
      name: textAt(bytes, names + bytes.readUInt32LE(at)),
      type: bytes.readUInt32LE(at + 4),
      isAllocated: (bytes.readBigUInt64LE(at + 8) & allocated) !== 0n,
      offset: numberAt(bytes, at + 24),
      size: numberAt(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
    };
  });
}

// What a debugger reads and the loader does not: the names of local functions, and DWARF.
function unneeded(sections: readonly Section[]): ReadonlySet<Section> {
  const tables = sections.filter(({ type }) => type === symbolTable);
  const names = tables.flatMap(({ link }) => sections[link] ?? []);
  const debug = sections.filter(({ name }) => name.startsWith('.debug_'));
  return new Set([...tables, ...names, ...debug]);
}

function aligned(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.alloc((8 - (part.length % 8)) % 8)]));
}

/**
 * An ELF64 executable without its symbol table and debug information, as `strip` makes it; what is loaded into memory stays byte
 * for byte where it is. Throws for a layout in which that cannot be had by cutting off the end of the file.
 */
export function stripElf(bytes: Buffer): Buffer {
  const sections = sectionsOf(bytes);
  const removed = unneeded(sections);
  if (removed.size === 0) return bytes;
  const nameIndex = bytes.readUInt16LE(header.nameSection);
  const kept = sections.filter((section) => !removed.has(section));
  const body = kept.filter(({ index, type }) => index !== nameIndex && type !== noBits);
  const end = Math.max(...body.map(({ offset, size }) => offset + size));
  const names = sections[nameIndex];
  const isAtEnd = [...removed].every((section) => !section.isAllocated && section.offset >= end);
  if (!names || !isAtEnd) throw new Error('the symbols of this ELF file do not stand at its end');

  const place = new Map(kept.map(({ index }, position) => [index, position]));
  const headers = kept.map(({ at, link }) => {
    const copy = Buffer.from(bytes.subarray(at, at + sectionSize));
    copy.writeUInt32LE(place.get(link) ?? 0, 40);
    return copy;
  });
  const loaded = aligned([bytes.subarray(0, end)]);
  const table = aligned([bytes.subarray(names.offset, names.offset + names.size)]);
  headers[place.get(nameIndex) ?? 0]?.writeBigUInt64LE(BigInt(loaded.length), 24);
  const stripped = Buffer.concat([loaded, table, ...headers]);
  stripped.writeBigUInt64LE(BigInt(loaded.length + table.length), header.sectionOffset);
  stripped.writeUInt16LE(kept.length, header.sectionCount);
  stripped.writeUInt16LE(place.get(nameIndex) ?? 0, header.nameSection);
  return stripped;
}
