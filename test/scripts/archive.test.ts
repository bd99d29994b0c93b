import { describe, expect, it } from 'vitest';
import { archive } from '../../scripts/package-archive.ts';
import { type Target, targets } from '../../scripts/package-targets.ts';

const entries = [
  { name: 'tool', bytes: Buffer.from('#!'.repeat(5000)), isExecutable: true },
  { name: 'LICENSE', bytes: Buffer.from('text'), isExecutable: false },
];

const kinds: readonly { os: Target['os']; magic: string }[] = [
  { os: 'linux', magic: '1f8b' },
  { os: 'windows', magic: '504b0304' },
];

describe.each(kinds)('an archive for $os', ({ os, magic }) => {
  const target = targets.find((known) => known.os === os);

  it('has the form that its users expect', async () => {
    const bytes = target ? await archive(target, entries) : Buffer.alloc(0);
    expect(bytes.toString('hex').startsWith(magic)).toBe(true);
    expect(bytes.length).toBeLessThan(2000);
  });

  it('is the same for the same files, and another one for others', async () => {
    const make = async (files: typeof entries) =>
      target ? (await archive(target, files)).toString('hex') : '';
    expect(await make(entries)).toBe(await make(entries));
    const [tool, licence] = entries;
    const others = tool && licence ? [tool, { ...licence, isExecutable: true }] : [];
    expect(await make(others)).not.toBe(await make(entries));
  });
});
