import { createHash } from 'node:crypto';

/** What an executable is made for, in krew's words; from the headers of ELF, Mach-O and PE. */
export function platformOf(bytes: Buffer): string {
  if (bytes.toString('latin1', 0, 4) === '\x7fELF')
    return `linux ${{ 62: 'amd64', 183: 'arm64' }[bytes.readUInt16LE(18)]}`;
  if (bytes.readUInt32LE(0) === 0xfeedfacf)
    return `darwin ${{ 0x1000007: 'amd64', 0x100000c: 'arm64' }[bytes.readUInt32LE(4)]}`;
  const pe = bytes.readUInt32LE(0x3c);
  if (bytes.toString('latin1', pe, pe + 4) === 'PE\0\0')
    return `windows ${{ 0x8664: 'amd64' }[bytes.readUInt16LE(pe + 4)]}`;
  return 'unknown';
}

interface Segment {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What the kernel maps into memory of an ELF file. */
export function loadedOf(elf: Buffer): readonly Segment[] {
  const start = Number(elf.readBigUInt64LE(0x20));
  const headers = Array.from({ length: elf.readUInt16LE(0x38) }, (_, index) => start + index * 56);
  return headers
    .filter((at) => elf.readUInt32LE(at) === 1)
    .map((at) => ({
      name: 'load',
      offset: Number(elf.readBigUInt64LE(at + 8)),
      size: Number(elf.readBigUInt64LE(at + 32)),
    }));
}

interface LoadCommand {
  readonly kind: number;
  readonly at: number;
}

function loadCommands(machO: Buffer): readonly LoadCommand[] {
  const commands: LoadCommand[] = [];
  let at = 32;
  for (let left = machO.readUInt32LE(16); left > 0; left -= 1) {
    commands.push({ kind: machO.readUInt32LE(at), at });
    at += machO.readUInt32LE(at + 4);
  }
  return commands;
}

const textAt = (bytes: Buffer, at: number): string =>
  bytes.toString('latin1', at, bytes.indexOf(0, at));

/** The segments of a Mach-O file. */
export const segmentsOf = (machO: Buffer): readonly Segment[] =>
  loadCommands(machO)
    .filter(({ kind }) => kind === 0x19)
    .map(({ at }) => ({
      name: textAt(machO, at + 8),
      offset: Number(machO.readBigUInt64LE(at + 40)),
      size: Number(machO.readBigUInt64LE(at + 48)),
    }));

export interface Symbols {
  readonly local: number;
  /** Type and name of the others, in their order. */
  readonly others: readonly string[];
  /** What the stubs and lazy pointers stand for. */
  readonly indirect: readonly string[];
}

/** The symbol tables of a Mach-O file. */
export function symbolsOf(machO: Buffer): Symbols {
  const at = (wanted: number): number =>
    loadCommands(machO).find(({ kind }) => kind === wanted)?.at ?? Number.NaN;
  const [table, dynamic] = [at(0x2), at(0xb)];
  const [symbols, count, names] = [8, 12, 16].map((field) => machO.readUInt32LE(table + field));
  const nameOf = (index: number): string => {
    const entry = (symbols ?? 0) + index * 16;
    return `${machO[entry + 4]} ${textAt(machO, (names ?? 0) + machO.readUInt32LE(entry))}`;
  };
  const local = machO.readUInt32LE(dynamic + 12);
  const [first, length] = [56, 60].map((field) => machO.readUInt32LE(dynamic + field));
  const pointers = Array.from({ length: length ?? 0 }, (_, index) =>
    machO.readUInt32LE((first ?? 0) + index * 4),
  );
  return {
    local,
    others: Array.from({ length: (count ?? 0) - local }, (_, index) => nameOf(local + index)),
    indirect: pointers.map((pointer) => (pointer >= 0x4000_0000 ? 'none' : nameOf(pointer))),
  };
}

export interface Signature {
  readonly isAdHoc: boolean;
  readonly identifier: string;
  /** Where it begins in the file. */
  readonly offset: number;
  /** How much of the file it covers. */
  readonly covered: number;
  readonly pages: number;
  /** Pages whose bytes are not those that were signed. */
  readonly broken: number;
}

/** The code directory of a signed Mach-O file, held against the file (cs_blobs.h of XNU); null for a file without signature. */
export function signatureOf(machO: Buffer): Signature | null {
  const command = loadCommands(machO).find(({ kind }) => kind === 0x1d);
  if (!command) return null;
  const offset = machO.readUInt32LE(command.at + 8);
  const directory = offset + machO.readUInt32BE(offset + 16);
  if (machO.readUInt32BE(directory) !== 0xfade0c02) throw new Error('no code directory');
  const word = (at: number): number => machO.readUInt32BE(directory + at);
  const covered = word(32);
  const pageSize = 2 ** (machO[directory + 39] ?? 0);
  const broken = Array.from({ length: word(28) }, (_, page) => {
    const end = Math.min(covered, (page + 1) * pageSize);
    const hash = createHash('sha256')
      .update(machO.subarray(page * pageSize, end))
      .digest();
    const signed = directory + word(16) + page * 32;
    return hash.equals(machO.subarray(signed, signed + 32));
  }).filter((isRight) => !isRight).length;
  return {
    isAdHoc: (word(12) & 2) !== 0,
    identifier: textAt(machO, directory + word(20)),
    offset,
    covered,
    pages: word(28),
    broken,
  };
}

/** Offset and size of a PE file's certificate table; zeros for a file that is not signed. */
export function certificatesOf(pe: Buffer): readonly number[] {
  const directory = pe.readUInt32LE(0x3c) + 24 + 112 + 4 * 8;
  return [pe.readUInt32LE(directory), pe.readUInt32LE(directory + 4)];
}
