import { isEqual, isFields, type Fields } from './fields.ts';
import { type JsonPath, pointerOf } from './json-pointer.ts';
import { memberOf } from './json-value.ts';
import { type NamedLists, namedLists } from './merge-lists.ts';

/** An operation of a JSON patch, of the kinds that are used here. */
export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * A JSON patch that makes one value of the other. Before anything is replaced or removed, a `test` compares what stands there, and
 * before an element of a list is touched its name: a patch that comes too late is refused as a whole, wherever things moved to.
 */
export const patchBetween = (from: unknown, to: unknown): readonly PatchOperation[] =>
  between([], from, to);

const test = (path: JsonPath, value: unknown): PatchOperation => ({
  op: 'test',
  path: pointerOf(path),
  value,
});

const put = (op: 'add' | 'replace', path: JsonPath, value: unknown): PatchOperation => ({
  op,
  path: pointerOf(path),
  value,
});

const removal = (path: JsonPath, value: unknown): readonly PatchOperation[] => [
  test(path, value),
  { op: 'remove', path: pointerOf(path) },
];

function between(path: JsonPath, from: unknown, to: unknown): readonly PatchOperation[] {
  if (isEqual(from, to)) return [];
  if (from === undefined) return [put('add', path, to)];
  if (to === undefined) return removal(path, from);
  if (isFields(from) && isFields(to)) return betweenFields(path, from, to);
  const lists = namedLists(String(path.at(-1) ?? ''), [from, to]);
  const inside = lists ? betweenLists(path, lists) : null;
  return inside ?? [test(path, from), put('replace', path, to)];
}

const betweenFields = (path: JsonPath, from: Fields, to: Fields): readonly PatchOperation[] =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
    between([...path, name], memberOf(from, name), memberOf(to, name)),
  );

// Null where elements change places: then the list is replaced as a whole.
function betweenLists(
  path: JsonPath,
  { members, lists }: NamedLists,
): readonly PatchOperation[] | null {
  const [from, to] = lists;
  if (!from || !to) return null;
  const before = [...from.keys()];
  const stays = before.filter((name) => to.has(name));
  if (
    !isEqual(
      stays,
      [...to.keys()].filter((name) => from.has(name)),
    )
  )
    return null;
  const named = (index: number, element: Fields | undefined): readonly PatchOperation[] =>
    members.flatMap((member) =>
      element?.[member] === undefined ? [] : [test([...path, index, member], element[member])],
    );
  const changes = stays.flatMap((name) => {
    const index = before.indexOf(name);
    const inner = between([...path, index], from.get(name), to.get(name));
    return inner.length > 0 ? [...named(index, from.get(name)), ...inner] : [];
  });
  const gone = before.filter((name) => !to.has(name)).toReversed();
  const removals = gone.flatMap((name) => removal([...path, before.indexOf(name)], from.get(name)));
  const additions = [...to].flatMap(([name, element], index) => {
    if (from.has(name)) return [];
    // The element that the new one is put in front of, so that it comes to stand where it should.
    const next = [...to.keys()].slice(index + 1).find((other) => from.has(other));
    const neighbour = next === undefined ? [] : named(index, from.get(next));
    return [...neighbour, put('add', [...path, index], element)];
  });
  return [...changes, ...removals, ...additions];
}
