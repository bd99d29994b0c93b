import type {
  ContainerLog,
  ListName,
  Lists,
  Read,
  ReadError,
  Snapshot,
} from '../model/snapshot.ts';
import { listsFrom } from './all-lists.ts';
import type { Limits } from './archive-entry.ts';
import { filesIn } from './archive.ts';
import { readDocuments } from './documents.ts';
import { isTime, noTime } from './dump-time.ts';
import { isList, isRecord } from './json.ts';
import { listNames } from './kinds.ts';
import { nonEmpty } from './object-type.ts';
import type { Room } from './room.ts';
import { admit, deepFreeze } from './shape.ts';

type Raw = Readonly<Record<string, unknown>>;

export interface FoundBundle {
  /** Where the manifest lies in the dump. */
  readonly path: string;
  readonly manifest: Raw;
}

/**
 * The snapshot that `writeBundle` has written. A file that is missing or damaged makes its list or
 * log a failed one. The source is the dump at `path`, with the server that the snapshot came from.
 */
export async function readBundle(
  path: string,
  { path: manifestPath, manifest }: FoundBundle,
  limits: Limits,
  room: Room,
): Promise<Snapshot> {
  const folder = manifestPath.split('/').slice(0, -1);
  const files = await filesOf(path, [...folder, ''].join('/'), manifest, limits);
  const warnings: string[] = [];
  const lists = listsFrom((name) =>
    listOf(name, entryOf(manifest['lists'], name), { files, room }, warnings),
  );
  const takenAt = textOf(manifest['takenAt']);
  const server = isRecord(manifest['source']) ? nonEmpty(manifest['source']['server']) : undefined;
  return deepFreeze({
    takenAt: isTime(takenAt) ? takenAt : noTime,
    source: { kind: 'dump', name: path, ...(server === undefined ? {} : { server }) },
    serverVersion: nonEmpty(manifest['serverVersion']) ?? null,
    apiGroups: isList(manifest['apiGroups']) ? textsOf(manifest['apiGroups']) : null,
    lists,
    ...(isList(manifest['partial']) ? { partial: listNamesOf(manifest['partial']) } : {}),
    logs: recordsOf(manifest['logs']).map((log) => logOf(log, files)),
    warnings: [...textsOf(manifest['warnings']), ...warnings],
  });
}

type Files = ReadonlyMap<string, Uint8Array>;

/** Where objects are taken from, and the room that there is for them. */
interface Source {
  readonly files: Files;
  readonly room: Room;
}

// Only what the manifest names; a stranger's file in the archive is nobody's.
async function filesOf(
  path: string,
  folder: string,
  manifest: Raw,
  limits: Limits,
): Promise<Files> {
  const lists = isRecord(manifest['lists']) ? Object.values(manifest['lists']) : [];
  const named = [...recordsOf(lists), ...recordsOf(manifest['logs'])].map(({ file }) => file);
  const wanted = new Set(named);
  const files = new Map<string, Uint8Array>();
  for await (const entry of filesIn(path, limits)) {
    const file = entry.path.startsWith(folder) ? entry.path.slice(folder.length) : null;
    if ('bytes' in entry && file !== null && wanted.has(file)) files.set(file, entry.bytes);
  }
  return files;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const textsOf = (value: unknown): readonly string[] =>
  isList(value) ? value.filter((entry) => typeof entry === 'string') : [];

const listNamesOf = (value: unknown): readonly ListName[] => {
  const named = new Set<string>(textsOf(value));
  return listNames.filter((name) => named.has(name));
};

const recordsOf = (value: unknown): readonly Raw[] => (isList(value) ? value.filter(isRecord) : []);

function entryOf(value: unknown, name: string): Raw {
  const entry = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isRecord(entry) ? entry : { state: 'not-asked', reason: 'not in the bundle' };
}

function listOf<Name extends ListName>(
  name: Name,
  entry: Raw,
  source: Source,
  warnings: string[],
): Read<Lists[Name]> {
  if (entry['state'] === 'not-asked') {
    return { state: 'not-asked', reason: textOf(entry['reason']) };
  }
  const file = entry['file'];
  const read = file === undefined ? null : objectsOf(name, textOf(file), source);
  if (read) warnings.push(...read.warnings);
  const error = entry['state'] === 'failed' ? errorOf(entry['error']) : (read?.error ?? null);
  if (error) return { state: 'failed', error, ...(read?.items ? { items: read.items } : {}) };
  return { state: 'read', items: read?.items ?? [] };
}

interface ReadObjects<T> {
  readonly items: readonly T[] | null;
  readonly error: ReadError | null;
  readonly warnings: readonly string[];
}

function objectsOf<Name extends ListName>(
  name: Name,
  file: string,
  { files, room }: Source,
): ReadObjects<Lists[Name]> {
  const bytes = files.get(file);
  if (!bytes) return { items: null, error: missing(file), warnings: [] };
  const { documents, damages } = readDocuments(new TextDecoder().decode(bytes), room);
  const [damage] = damages;
  if (damage || documents.length !== 1) {
    const message = `${file} cannot be read: ${damage?.reason ?? 'it is no list'}`;
    return { items: null, error: { kind: 'damaged', message }, warnings: [] };
  }
  return { ...admit(name, documents[0]), error: null };
}

const missing = (file: string): ReadError => ({
  kind: 'damaged',
  message: `${file} is missing in the bundle`,
});

function logOf(entry: Raw, files: Files): ContainerLog {
  const place = {
    namespace: textOf(entry['namespace']),
    pod: textOf(entry['pod']),
    container: textOf(entry['container']),
    previous: entry['previous'] === true,
  };
  const file = textOf(entry['file']);
  const bytes = files.get(file);
  if (bytes) {
    // As it was written, a byte order mark in it included.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return { ...place, read: { state: 'read', text } };
  }
  const error = isRecord(entry['error']) ? errorOf(entry['error']) : missing(file);
  return { ...place, read: { state: 'failed', error } };
}

const errorKinds = [
  'forbidden',
  'unauthorized',
  'not-found',
  'timeout',
  'unreachable',
  'damaged',
  'server-error',
] as const satisfies readonly ReadError['kind'][];

function errorOf(value: unknown): ReadError {
  const error = isRecord(value) ? value : {};
  const kind = errorKinds.find((known) => known === error['kind']) ?? 'server-error';
  const right = rightOf(error['right']);
  return { kind, message: textOf(error['message']), ...(right ? { right } : {}) };
}

function rightOf(value: unknown): ReadError['right'] {
  if (!isRecord(value)) return undefined;
  const namespace = nonEmpty(value['namespace']);
  return {
    verb: textOf(value['verb']),
    group: textOf(value['group']),
    resource: textOf(value['resource']),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
