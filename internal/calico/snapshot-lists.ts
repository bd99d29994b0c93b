import type { ListName, Lists, Snapshot } from '../model/snapshot.ts';

const none: readonly never[] = Object.freeze([]);

/** The items of a list, empty where it was not read: for evidence and comparison. Whether it was read decides the runner. */
export function itemsOf<Name extends ListName>(
  snapshot: Snapshot,
  name: Name,
): readonly Lists[Name][] {
  const list = snapshot.lists[name];
  return list.state === 'read' ? list.items : none;
}

/** The object of that name (and namespace, if given); undefined where there is none. */
export function findObject<Name extends ListName>(
  snapshot: Snapshot,
  list: Name,
  name: string,
  namespace?: string,
): Lists[Name] | undefined {
  return itemsOf(snapshot, list).find(
    ({ metadata }) =>
      metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
}
