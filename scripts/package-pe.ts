// Offsets of the PE format: Microsoft's "PE Format", optional header of PE32+.
const peOffset = 0x3c;
const optionalHeader = 24;
const magicOf64Bit = 0x20b;
const certificateTable = 112 + 4 * 8;

/**
 * A 64 bit Windows executable without its signature, which would not hold once something is added. There are no symbols to
 * take away: they have a file of their own. Throws for anything else than PE32+.
 */
export function unsignPe(bytes: Buffer): Buffer {
  const start = bytes.readUInt32LE(peOffset) + optionalHeader;
  if (bytes.readUInt16LE(start) !== magicOf64Bit) throw new Error('this is no PE32+ file');
  const place = start + certificateTable;
  const offset = bytes.readUInt32LE(place);
  const size = bytes.readUInt32LE(place + 4);
  if (size === 0) return bytes;
  if (offset + size !== bytes.length)
    throw new Error('the signature of this PE file does not stand at its end');
  const unsigned = Buffer.from(bytes.subarray(0, offset));
  unsigned.fill(0, place, place + 8);
  return unsigned;
}
