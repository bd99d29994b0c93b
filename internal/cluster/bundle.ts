import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { UserError } from '../model/error.ts';
import type { ContainerLog, Snapshot } from '../model/snapshot.ts';
import { bundleFolder, bundleKind, bundleVersion, listFile, manifestFile } from './bundle-form.ts';
import { listNames } from './kinds.ts';

interface BundleFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes a snapshot as a `.tar.gz` that `--from` reads back: a manifest, one JSON file for each
 * list that was read, one file for each log. The same snapshot gives the same bytes. Only the user
 * may read the file (mode 0600), and Secrets are never in it. An older file of that name is
 * replaced when the new one is whole. Throws a UserError where the file cannot be written.
 */
export async function writeBundle(snapshot: Snapshot, path: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await writeArchive(filesOf(snapshot), timeOf(snapshot), unfinished);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`cannot write ${path}: ${reason}`, {
      hint: 'Give a file in a folder that exists and is yours.',
      cause,
    });
  }
}

function timeOf({ takenAt }: Snapshot): Date {
  const time = new Date(takenAt);
  return Number.isNaN(time.getTime()) ? new Date(0) : time;
}

async function writeArchive(files: Iterable<BundleFile>, mtime: Date, path: string): Promise<void> {
  const packed = pack();
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const written = pipeline(bytesOf(packed), createGzip(), file);
  // Whatever fails first: without a reader, the packer would wait for ever.
  await Promise.race([written, packAll(packed, files, mtime)]);
  await written;
}

async function* bytesOf(packed: Pack): AsyncGenerator<Uint8Array> {
  for await (const chunk of packed) if (chunk instanceof Uint8Array) yield chunk;
}

async function packAll(packed: Pack, files: Iterable<BundleFile>, mtime: Date): Promise<void> {
  for (const { path, text } of files) {
    const name = `${bundleFolder}/${path}`;
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve());
      packed.entry({ name, mode: 0o600, mtime, uid: 0, gid: 0 }, text, done);
    });
  }
  packed.finalize();
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

// The manifest stands first, so that a reader knows at once what it has before it.
function* filesOf(snapshot: Snapshot): Generator<BundleFile> {
  const logs = filed(snapshot.logs);
  yield { path: manifestFile, text: json(manifestOf(snapshot, logs)) };
  for (const name of listNames) {
    const items = itemsOf(snapshot, name);
    if (items)
      yield { path: listFile(name), text: json({ apiVersion: 'v1', kind: 'List', items }) };
  }
  for (const { log, file } of logs) {
    if (log.read.state === 'read') yield { path: file, text: log.read.text };
  }
}

function itemsOf(snapshot: Snapshot, name: keyof Snapshot['lists']): readonly object[] | null {
  const list = snapshot.lists[name];
  const items = list.state === 'not-asked' ? undefined : list.items;
  return items?.filter(({ kind }) => kind !== 'Secret') ?? null;
}

interface FiledLog {
  readonly log: ContainerLog;
  readonly file: string;
}

function manifestOf(snapshot: Snapshot, logs: readonly FiledLog[]): object {
  const { takenAt, source, serverVersion, apiGroups, partial, warnings } = snapshot;
  const lists = listNames.map((name): [string, object] => {
    const file = itemsOf(snapshot, name) ? { file: listFile(name) } : {};
    const list = snapshot.lists[name];
    if (list.state === 'not-asked') return [name, { state: list.state, reason: list.reason }];
    if (list.state === 'read') return [name, { state: list.state, ...file }];
    return [name, { state: list.state, error: list.error, ...file }];
  });
  return {
    apiVersion: bundleVersion,
    kind: bundleKind,
    takenAt,
    source,
    serverVersion,
    apiGroups,
    partial,
    warnings,
    lists: Object.fromEntries(lists),
    logs: logs.map(({ log: { read, ...log }, file }) =>
      read.state === 'read' ? { ...log, file } : { ...log, error: read.error },
    ),
  };
}

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

// Names of pods are safe in paths, but a snapshot may come from a dump that somebody made up;
// nothing of it leads elsewhere.
function filed(logs: readonly ContainerLog[]): readonly FiledLog[] {
  const taken = new Set<string>();
  return logs.map((log, index) => {
    const path = pathOf(log);
    const isSafe = [log.namespace, log.pod, log.container].every((name) => safeName.test(name));
    const file = isSafe && !taken.has(path) ? path : `logs/${index}.log`;
    taken.add(file);
    return { log, file };
  });
}

const pathOf = ({ namespace, pod, container, previous }: ContainerLog): string =>
  `logs/${namespace}/${pod}/${container}${previous ? '.previous' : ''}.log`;
