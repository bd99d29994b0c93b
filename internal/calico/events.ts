import type { ObjectRef } from '../model/finding.ts';
import type { Event, KubeObject } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { itemsOf } from './snapshot-lists.ts';
import { newest, secondsBetween, secondsOf } from './time.ts';

/** An event in one form, whichever API wrote it. */
export interface SeenEvent {
  readonly about: ObjectRef;
  readonly uid: string | null;
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly count: number;
  /** When it was seen last; null where the event has no time. */
  readonly at: string | null;
}

function seen(event: Event): SeenEvent {
  const object = event.involvedObject ?? {};
  return {
    about: {
      kind: object.kind ?? '',
      name: object.name ?? '',
      ...(object.namespace === undefined || object.namespace === ''
        ? {}
        : { namespace: object.namespace }),
    },
    uid: object.uid ?? null,
    reason: event.reason ?? '',
    message: event.message ?? '',
    type: event.type ?? '',
    count: event.series?.count ?? event.count ?? 1,
    at:
      newest([
        event.series?.lastObservedTime,
        event.lastTimestamp,
        event.eventTime,
        event.firstTimestamp,
      ]) ??
      event.metadata.creationTimestamp ??
      null,
  };
}

type Index = ReadonlyMap<string, readonly SeenEvent[]>;
const indexes = new WeakMap<readonly Event[], Index>();

const keyOf = (kind: string, name: string, namespace = ''): string =>
  `${kind}/${namespace}/${name}`;

function indexOf(events: readonly Event[]): Index {
  const known = indexes.get(events);
  if (known) return known;
  const index = new Map<string, SeenEvent[]>();
  const inOrder = events
    .map(seen)
    .toSorted((a, b) => (secondsOf(a.at) ?? 0) - (secondsOf(b.at) ?? 0));
  for (const event of inOrder) {
    const namespace = event.about.kind === 'Node' ? '' : event.about.namespace;
    const key = keyOf(event.about.kind, event.about.name, namespace);
    const list = index.get(key);
    if (list) list.push(event);
    else index.set(key, [event]);
  }
  indexes.set(events, index);
  return index;
}

/**
 * Events about an object, oldest first. Events of an earlier object of the same name (another uid) are left out;
 * the kubelet gives node events the node's name as uid, so nodes are matched by name alone.
 */
export function eventsAbout(snapshot: Snapshot, object: KubeObject): readonly SeenEvent[] {
  const { name, namespace, uid } = object.metadata;
  const all = indexOf(itemsOf(snapshot, 'events')).get(
    keyOf(object.kind, name, object.kind === 'Node' ? '' : namespace),
  );
  if (!all) return [];
  if (object.kind === 'Node') return all;
  return all.filter((event) => event.uid === null || uid === undefined || event.uid === uid);
}

/** All events, oldest first. */
export const allEvents = (snapshot: Snapshot): readonly SeenEvent[] =>
  [...indexOf(itemsOf(snapshot, 'events')).values()]
    .flat()
    .toSorted((a, b) => (secondsOf(a.at) ?? 0) - (secondsOf(b.at) ?? 0));

/** True if the event was seen within so many seconds before the snapshot; an event without a time counts as recent. */
export function isRecent(snapshot: Snapshot, event: SeenEvent, seconds: number): boolean {
  return event.at === null || (secondsBetween(event.at, snapshot.takenAt) ?? 0) <= seconds;
}
