import { isList, isRecord } from './json.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Gives back an object equal to the given one, perhaps with parts that it has in common with others. */
export type Share = (object: unknown) => unknown;

// Parts that were seen once are forgotten when there are so many of them: most are never seen again.
const mostOnce = 2000;

interface Seen<T> {
  readonly once: Map<string, T>;
  readonly often: Map<string, T>;
}

function shared<T>({ once, often }: Seen<T>, key: string, part: T): T {
  const known = often.get(key);
  if (known !== undefined) return known;
  const first = once.get(key);
  if (first !== undefined) {
    once.delete(key);
    often.set(key, first);
    return first;
  }
  if (once.size === mostOnce) once.clear();
  once.set(key, part);
  return part;
}

const newSeen = <T>(): Seen<T> => ({ once: new Map(), often: new Map() });

/**
 * Lets the objects of one list have their equal parts in common: the pods of a DaemonSet have the same containers, but for the
 * name of a volume, thousands of times. Nothing is lost or changed, so the objects must not be changed later either.
 */
export function sharing(): Share {
  const texts = newSeen<string>();
  const parts = newSeen<object>();

  const one = (part: unknown): unknown => {
    if (typeof part === 'string') return shared(texts, part, part);
    if (typeof part !== 'object' || part === null) return part;
    return shared(parts, JSON.stringify(part), part);
  };
  const entries = (part: unknown): unknown => (isList(part) ? part.map(one) : one(part));
  // Each field of a thing of which most fields are the same: a container, its status, a condition.
  const fields = (thing: unknown): unknown => (isRecord(thing) ? mapFields(thing, entries) : thing);
  const things = (part: unknown): unknown => (isList(part) ? part.map(fields) : one(part));
  const ofSpecOrStatus = (part: unknown): unknown =>
    isRecord(part) ? mapFields(part, things) : part;

  return (object) =>
    isRecord(object)
      ? mapFields(object, (part, name) =>
          name === 'metadata' ? fields(part) : ofSpecOrStatus(part),
        )
      : object;
}

// fromEntries and not assignment: a field may be called __proto__.
const mapFields = (object: Raw, map: (part: unknown, name: string) => unknown): Raw =>
  Object.fromEntries(Object.entries(object).map(([name, part]) => [name, map(part, name)]));
