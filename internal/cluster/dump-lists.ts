import type { ListName, Lists, Read, ReadError, Snapshot } from '../model/snapshot.ts';
import { listsFrom } from './all-lists.ts';
import type { Gathering } from './gathering.ts';
import { admit } from './shape.ts';

export interface ReadLists {
  readonly lists: Snapshot['lists'];
  readonly warnings: readonly string[];
}

/** The lists of a dump. One of which a part was lost is failed, and holds what is left. */
export function listsOf(gathering: Gathering): ReadLists {
  const warnings: string[] = [];
  const lists = listsFrom((name) => {
    const { items, warnings: told } = admit(name, [
      ...(gathering.objects.get(name)?.values() ?? []),
    ]);
    warnings.push(...told);
    return readOf(gathering, name, items);
  });
  return { lists, warnings };
}

function readOf<Name extends ListName>(
  gathering: Gathering,
  name: Name,
  items: readonly Lists[Name][],
): Read<Lists[Name]> {
  const isPresent = items.length > 0 || gathering.present.has(name);
  const losses = gathering.losses.get(name) ?? [];
  const error = oneOf(isPresent && gathering.isCut ? [...losses, cutError] : losses);
  if (error) return { state: 'failed', error, ...(items.length > 0 ? { items } : {}) };
  if (isPresent) return { state: 'read', items };
  return { state: 'not-asked', reason: gathering.absences.get(name) ?? 'not in the dump' };
}

const cutError: ReadError = { kind: 'damaged', message: 'the archive ends too early' };

function oneOf(errors: readonly ReadError[]): ReadError | null {
  const [first] = errors;
  if (!first) return null;
  const others = errors.length - 1;
  return others === 0 ? first : { ...first, message: `${first.message} (and ${others} more)` };
}
