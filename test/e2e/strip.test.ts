import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { baseNode } from '../../scripts/package-base.ts';
import { stripNode } from '../../scripts/package-strip.ts';
import { type Target, targets } from '../../scripts/package-targets.ts';
import { certificatesOf, loadedOf, segmentsOf, symbolsOf } from './support/executables.ts';

async function both(target: Target): Promise<{ before: Buffer; after: Buffer }> {
  const before = await readFile(await baseNode(target));
  return { before, after: stripNode(target, before) };
}

const hashOf = (bytes: Buffer, { offset, size }: { offset: number; size: number }, from = 0) =>
  createHash('sha256')
    .update(bytes.subarray(offset + from, offset + size))
    .digest('hex');

const of = (os: Target['os']) => targets.filter((target) => target.os === os);

describe('Node without its debug symbols', () => {
  it.each(of('linux'))('$name: what is loaded stays as it is, where it is', async (target) => {
    const { before, after } = await both(target);
    expect(after.length).toBeLessThan(before.length * 0.8);
    const segments = loadedOf(before);
    expect(loadedOf(after)).toEqual(segments);
    expect(segments.length).toBeGreaterThan(2);
    // The header itself says where the sections are.
    const skipped = segments.map(({ offset }) => (offset === 0 ? 64 : 0));
    const hashes = (bytes: Buffer) =>
      segments.map((segment, index) => hashOf(bytes, segment, skipped[index]));
    expect(hashes(after)).toEqual(hashes(before));
  });

  it.each(of('darwin'))(
    '$name: code and data stay, and all symbols that the loader needs',
    async (target) => {
      const { before, after } = await both(target);
      expect(after.length).toBeLessThan(before.length * 0.8);
      const mapped = segmentsOf(before).filter(({ name }) => name !== '__LINKEDIT');
      expect(segmentsOf(after).filter(({ name }) => name !== '__LINKEDIT')).toEqual(mapped);
      // The load commands, which change, are the beginning of the first mapped segment.
      const commands = 32 + before.readUInt32LE(20);
      const hashes = (bytes: Buffer) =>
        mapped.map((segment) => hashOf(bytes, segment, segment.offset === 0 ? commands : 0));
      expect(hashes(after)).toEqual(hashes(before));
      const [old, now] = [symbolsOf(before), symbolsOf(after)];
      expect(old.local).toBeGreaterThan(100_000);
      expect(now).toEqual({ ...old, local: 0 });
    },
  );

  it.each(of('windows'))('$name: only the signature at its end is gone', async (target) => {
    const { before, after } = await both(target);
    const [offset = 0, size] = certificatesOf(before);
    expect(size).toBeGreaterThan(0);
    expect(certificatesOf(after)).toEqual([0, 0]);
    expect(after.length).toBe(offset);
    const code = { offset: 4096, size: offset - 4096 };
    expect(hashOf(after, code)).toBe(hashOf(before, code));
  });

  it('refuses a file that it does not know', () => {
    for (const target of targets)
      expect(() => stripNode(target, Buffer.alloc(256, 7))).toThrow(/./);
  });
});
