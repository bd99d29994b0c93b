import { isList, isRecord } from './json.ts';
import { nonEmpty } from './object-type.ts';

/** An object as a file has it: nothing about its fields is known yet. */
export type RawObject = Readonly<Record<string, unknown>>;

function metadataOf(object: RawObject): RawObject {
  const metadata = object['metadata'];
  return isRecord(metadata) ? metadata : {};
}

/** What tells an object from the others of its list; null for one without a name. */
export function keyOf(object: RawObject): string | null {
  const { name, namespace } = metadataOf(object);
  return nonEmpty(name) === undefined ? null : `${nonEmpty(namespace) ?? ''}/${String(name)}`;
}

/**
 * True if the first of two objects of the same name is at least as new: by resourceVersion where it
 * is the same object, else by the times in its metadata; where nothing tells, the one that is given
 * first here, which came later.
 */
export function isNewer(object: RawObject, known: RawObject): boolean {
  const [a, b] = [metadataOf(object), metadataOf(known)];
  const [versionA, versionB] = [versionOf(a), versionOf(b)];
  if (versionA !== null && versionB !== null && nonEmpty(a['uid']) === nonEmpty(b['uid'])) {
    return versionA >= versionB;
  }
  return newestTime(a) >= newestTime(b);
}

function versionOf(metadata: RawObject): bigint | null {
  const version = metadata['resourceVersion'];
  return typeof version === 'string' && /^\d{1,30}$/.test(version) ? BigInt(version) : null;
}

function newestTime(metadata: RawObject): number {
  const managed = metadata['managedFields'];
  const times = isList(managed)
    ? managed.map((entry) => (isRecord(entry) ? entry['time'] : ''))
    : [];
  const all = [...times, metadata['creationTimestamp']].map((time) =>
    typeof time === 'string' ? Date.parse(time) : Number.NaN,
  );
  return Math.max(0, ...all.filter((time) => !Number.isNaN(time)));
}
