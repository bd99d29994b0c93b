import type { ListName, Snapshot } from '../model/snapshot.ts';

type Part = ListName | Exclude<keyof Snapshot, 'lists'>;

// Parts of a snapshot that something was computed from.
type Seen = ReadonlyMap<Part, unknown>;

interface Entry<T> {
  readonly seen: Seen;
  readonly value: T;
}

const isList = (snapshot: Snapshot, name: string | symbol): name is ListName =>
  Object.hasOwn(snapshot.lists, name);

/** The snapshot as it is; `note` is told of each list, and of the logs, when they are taken from it. */
function watched(snapshot: Snapshot, note: (name: Part, part: unknown) => void): Snapshot {
  const { takenAt, source, serverVersion, apiGroups, partial, warnings } = snapshot;
  const lists = new Proxy(snapshot.lists, {
    get: (target, name, receiver) => {
      const list: unknown = Reflect.get(target, name, receiver);
      if (isList(snapshot, name)) note(name, list);
      return list;
    },
  });
  return {
    takenAt,
    source,
    serverVersion,
    apiGroups,
    warnings,
    lists,
    ...(partial ? { partial } : {}),
    get logs() {
      const { logs } = snapshot;
      note('logs', logs);
      return logs;
    },
  };
}

// They cost nothing to compare.
const always = ['takenAt', 'serverVersion', 'apiGroups', 'partial'] as const;

const partOf = (snapshot: Snapshot, name: Part): unknown =>
  isList(snapshot, name) ? snapshot.lists[name] : snapshot[name];

/**
 * Computes something of a snapshot once, also for other views of the same snapshot: checks see different lists of it, but what
 * was computed from equal ones is equal. Which they are is seen while it is computed; so `compute` must not put the snapshot
 * into its result, nor anything that reads from it later.
 */
export function memoised<T>(compute: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  // All views of a snapshot have its nodes.
  const entries = new WeakMap<object, Entry<T>[]>();
  return (snapshot) => {
    const key = snapshot.lists.nodes;
    const known = entries.get(key) ?? [];
    entries.set(key, known);
    const entry = known.find(({ seen }) =>
      [...seen].every(([name, part]) => partOf(snapshot, name) === part),
    );
    if (entry) return entry.value;
    const seen = new Map(always.map((name): [Part, unknown] => [name, snapshot[name]]));
    const value = compute(watched(snapshot, (name, part) => seen.set(name, part)));
    known.push({ seen, value });
    return value;
  };
}
