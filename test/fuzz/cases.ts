import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Random } from '../faults/random.ts';
import { tarOf, zipOf, type TarEntry } from '../support/dump-tree.ts';
import { mutated, mutatedBytes } from './mutations.ts';

/** The files of a sample by path. */
export type Files = Map<string, Uint8Array>;

const dumps = path.join(import.meta.dirname, '../dumps');

/** The names of all samples. */
export const sampleNames: readonly string[] = readdirSync(dumps).toSorted();

function filesOf(sample: string): Files {
  const folder = path.join(dumps, sample);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
  return new Map(names.map((name) => [name, readFileSync(path.join(folder, name))]));
}

/** A place for a case: what is read is in `inside`, and nothing of `outside` may be. */
export interface Place {
  readonly inside: string;
  readonly outside: string;
}

/** The name of an object that lies outside of every dump. */
export const canary = 'canary-that-nobody-reads';

/** Writes what must not be read: a node of that name. */
export function layOut({ inside, outside }: Place): void {
  mkdirSync(inside, { recursive: true });
  mkdirSync(outside, { recursive: true });
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: canary } };
  writeFileSync(path.join(outside, 'canary.json'), JSON.stringify(node));
}

function mutateFiles(files: Files, random: Random): void {
  for (let count = random.below(5); count > 0; count -= 1) {
    const name = random.pick([...files.keys()]);
    const bytes = Buffer.from(files.get(name) ?? '');
    const isText = random.chance(0.85);
    files.set(
      name,
      isText ? Buffer.from(mutated(bytes.toString(), random)) : mutatedBytes(bytes, random),
    );
  }
  if (random.chance(0.15)) files.delete(random.pick([...files.keys()]));
  if (random.chance(0.1)) {
    const from = random.pick([...files.keys()]);
    files.set(random.pick([...files.keys()]), files.get(from) ?? Buffer.alloc(0));
  }
  if (random.chance(0.03)) files.set('pods.json', bomb(random));
}

// Much from little, in an archive: blanks, an endless list, an endless line of a log.
function bomb(random: Random): Buffer {
  const size = random.pick([4, 32]) * 2 ** 20;
  return random.pick([
    () => Buffer.alloc(size, ' '),
    () => Buffer.concat([Buffer.from('{"kind":"PodList","items":['), Buffer.alloc(size, '{},')]),
    () => Buffer.alloc(size, '2026-01-01T00:00:00Z stdout F x\n'),
    () => Buffer.alloc(size),
  ])();
}

const hostile = ({ outside }: Place): readonly string[] => [
  '../outside/canary.json',
  '../../outside/canary.json',
  'a/../../outside/canary.json',
  path.join(outside, 'canary.json'),
  '..\\outside\\canary.json',
  'C:\\canary.json',
  './/..//outside//canary.json',
  '.',
  '..',
  '/',
  'nodes.json/',
  'x'.repeat(5000),
  'a/'.repeat(500),
  'nul\u0000.json',
  '__proto__/pods.json',
  'constructor.json',
  '\u001b[2Jpods.json',
];

const linkTypes = ['symlink', 'link', 'fifo', 'character-device', 'contiguous-file'] as const;

function entriesOf(files: Files, place: Place, random: Random): readonly TarEntry[] {
  const entries: TarEntry[] = [...files].map(([name, bytes]) => ({
    name: random.chance(0.03) ? random.pick(hostile(place)) : name,
    content: bytes,
  }));
  if (random.chance(0.4)) {
    const name = random.pick(['nodes.json', 'linked.json', ...hostile(place)]);
    const linkname = random.pick(hostile(place));
    entries.push({ name, type: random.pick(linkTypes), linkname, content: '' });
  }
  return random.chance(0.2) ? entries.toReversed() : entries;
}

async function archiveOf(
  files: Files,
  place: Place,
  { form, random }: { readonly form: 'tar' | 'tgz' | 'zip'; readonly random: Random },
): Promise<Uint8Array> {
  const entries = entriesOf(files, place, random);
  const named = entries.map(({ name, content = '' }) => [name, content] as const);
  const sizes = random.chance(0.1) ? { [named[0]?.[0] ?? '']: random.below(2 ** 31) } : {};
  const whole = form === 'zip' ? zipOf(Object.fromEntries(named), sizes) : await tarOf(entries);
  const bytes = form === 'tgz' ? gzipSync(whole, { level: 1 }) : whole;
  return random.chance(0.4) ? mutatedBytes(bytes, random) : bytes;
}

function folderOf(files: Files, place: Place, random: Random): string {
  const folder = path.join(place.inside, 'dump');
  mkdirSync(folder);
  for (const [name, bytes] of files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  if (random.chance(0.3)) {
    const target = random.pick([
      '../../outside/canary.json',
      '../../outside',
      place.outside,
      '.',
      '..',
    ]);
    symlinkSync(target, path.join(folder, random.pick(['linked.json', 'linked'])));
  }
  return folder;
}

/** Writes the dump of a case and returns its path, and what it was made of. */
export async function writeCase(
  place: Place,
  random: Random,
): Promise<{ readonly target: string; readonly made: string }> {
  const sample = random.pick(sampleNames);
  const files = filesOf(sample);
  mutateFiles(files, random);
  const form = random.pick([
    'folder',
    'folder',
    'tar',
    'tgz',
    'tgz',
    'zip',
    'zip',
    'file',
  ] as const);
  const made = `${sample} as ${form}`;
  if (form === 'folder') return { target: folderOf(files, place, random), made };
  const target = path.join(
    place.inside,
    random.pick(['dump.tar.gz', 'dump.zip', 'dump', 'x.json']),
  );
  const bytes =
    form === 'file'
      ? (files.get(random.pick([...files.keys()])) ?? Buffer.alloc(0))
      : await archiveOf(files, place, { form, random });
  writeFileSync(target, bytes);
  return { target, made };
}
