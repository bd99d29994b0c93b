import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { Mutable } from './sample.ts';

/** Names one object; the version of its API does not matter, and without one the kind alone decides. */
export interface StoredRef {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface StoreChange {
  readonly before: KubeObject | null;
  readonly after: KubeObject | null;
}

/** Objects as an API server keeps them: frozen, each write with a version of its own. */
export interface MemoryStore {
  readonly get: (ref: StoredRef) => KubeObject | null;
  /** All objects of a kind, in the order of their creation. */
  readonly list: (kind: string, namespace?: string) => readonly KubeObject[];
  readonly all: () => readonly KubeObject[];
  /** Writes an object whole: uid, resourceVersion, generation and creation time are the store's. */
  readonly put: (object: KubeObject) => KubeObject;
  /** Changes an object where it stands; nothing is written where nothing changed. An error where it is not there. */
  readonly edit: <T extends KubeObject>(ref: StoredRef, change: (draft: Mutable<T>) => void) => T;
  readonly remove: (ref: StoredRef) => void;
  /** Called after each write, in order of registration. */
  readonly onChange: (listener: (change: StoreChange) => void) => void;
}

// Kinds of the core group and others whose objects have no generation.
const withoutGeneration = new Set([
  'Node',
  'Pod',
  'Namespace',
  'ConfigMap',
  'Service',
  'ServiceAccount',
  'Event',
  'Endpoints',
  'EndpointSlice',
  'Lease',
  'ControllerRevision',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
]);

const groupOf = (apiVersion = 'v1'): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

const keyOf = ({ apiVersion, kind, name, namespace = '' }: StoredRef): string =>
  [groupOf(apiVersion), kind, namespace, name].join('/');

/** What names an object. */
export const refOf = ({ apiVersion = 'v1', kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});

/** Equal as JSON, whatever the order of the fields. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) =>
        Object.hasOwn(other, name) && isSame(Reflect.get(one, name), Reflect.get(other, name)),
    )
  );
}

/** Freezes a value with all that is in it. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

/** What `generation` counts: everything but metadata and status. */
export function specOf(object: object): object {
  const { metadata, status, ...rest } = object as Record<string, unknown>;
  void metadata;
  void status;
  return rest;
}

export const hasGeneration = (kind: string): boolean => !withoutGeneration.has(kind);

/** An empty store; `time` gives RFC 3339. */
export function memoryStore(time: () => string): MemoryStore {
  const objects = new Map<string, KubeObject>();
  const kept = new Map<string, Map<string, KubeObject>>();
  const keep = (kind: string): Map<string, KubeObject> => {
    const own = kept.get(kind) ?? new Map<string, KubeObject>();
    kept.set(kind, own);
    return own;
  };
  const listeners: ((change: StoreChange) => void)[] = [];
  let version = 1000;
  let born = 0;
  const find = (ref: StoredRef): KubeObject | null => {
    if (ref.apiVersion !== undefined) return objects.get(keyOf(ref)) ?? null;
    const { kind, name, namespace } = ref;
    const isMeant = ({ kind: own, metadata }: KubeObject): boolean =>
      own === kind && metadata.name === name && metadata.namespace === namespace;
    return [...objects.values()].find(isMeant) ?? null;
  };
  const tell = (change: StoreChange): void => {
    for (const listener of listeners) listener(change);
  };
  const generationOf = (before: KubeObject | null, object: KubeObject): number => {
    if (!before) return object.metadata.generation ?? 1;
    const count = before.metadata.generation ?? 1;
    const isDeletionNew =
      object.metadata.deletionTimestamp !== undefined &&
      before.metadata.deletionTimestamp === undefined;
    return isSame(specOf(before), specOf(object)) && !isDeletionNew ? count : count + 1;
  };
  const finished = (before: KubeObject | null, object: KubeObject): KubeObject => {
    version += 1;
    const { metadata } = object;
    return frozen({
      ...object,
      metadata: {
        ...metadata,
        uid: before?.metadata.uid ?? metadata.uid ?? `uid-${(born += 1)}`,
        resourceVersion: String(version),
        creationTimestamp:
          before?.metadata.creationTimestamp ?? metadata.creationTimestamp ?? time(),
        ...(hasGeneration(object.kind) ? { generation: generationOf(before, object) } : {}),
      },
    });
  };
  // Takes the object for itself.
  const take = (object: KubeObject): KubeObject => {
    const key = keyOf(refOf(object));
    const before = objects.get(key) ?? null;
    const after = finished(before, object);
    objects.set(key, after);
    keep(after.kind).set(key, after);
    tell({ before, after });
    return after;
  };
  const list = (kind: string, namespace?: string): readonly KubeObject[] =>
    [...keep(kind).values()].filter(
      ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
    );
  return {
    get: find,
    list,
    all: () => [...objects.values()],
    put: (object) => take(structuredClone(object)),
    edit: <T extends KubeObject>(ref: StoredRef, change: (draft: Mutable<T>) => void): T => {
      const before = find(ref);
      if (!before) throw new Error(`the cluster has no ${ref.kind} ${ref.name}`);
      const draft = structuredClone(before) as Mutable<T>; // the caller says what kind it is
      change(draft);
      return (isSame(before, draft) ? before : take(draft)) as T;
    },
    remove: (ref) => {
      const before = find(ref);
      if (!before) return;
      objects.delete(keyOf(refOf(before)));
      keep(before.kind).delete(keyOf(refOf(before)));
      version += 1;
      tell({ before, after: null });
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
