import type { ListName, Lists, Snapshot } from '../model/snapshot.ts';

const none: readonly never[] = Object.freeze([]);

/**
 * The items of a list, empty where it was not read, the readable part where only some of it failed: enough to find something.
 * Whether finding nothing means that nothing is wrong decides the runner.
 */
export function itemsOf<Name extends ListName>(
  snapshot: Snapshot,
  name: Name,
): readonly Lists[Name][] {
  const list = snapshot.lists[name];
  return list.state === 'not-asked' ? none : (list.items ?? none);
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
