/**
 * How far into a file a zero byte is looked for: text has none, but logs may after a crash of the
 * node.
 */
const probeBytes = 512;

/**
 * A file as text: UTF-8, or UTF-16 with its mark (as PowerShell writes when output is redirected);
 * null for what is not text. Bytes that are no characters become U+FFFD.
 */
export function textOf(bytes: Uint8Array): string | null {
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8' && bytes.subarray(0, probeBytes).includes(0)) return null;
  return new TextDecoder(encoding).decode(bytes);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}
