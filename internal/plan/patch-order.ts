import { isFields } from './fields.ts';

/** What an element of a merged list is known by: the member of that name, or the element itself (key ''). */
export const identityOf = (element: unknown, key: string): unknown =>
  key === '' ? element : isFields(element) ? element[key] : undefined;

const placeOf = (list: readonly unknown[], element: unknown, key: string): number =>
  list.findIndex((other) => identityOf(other, key) === identityOf(element, key));

const sortedBy = (
  list: readonly unknown[],
  order: readonly unknown[],
  key: string,
): readonly unknown[] => list.toSorted((a, b) => placeOf(order, a, key) - placeOf(order, b, key));

/**
 * The order of a merged list (apimachinery strategicpatch, normalizeElementOrder): what the patch names stands in the patch's
 * order, the rest in the order that it had; of the two, the rest's element comes first only where both stood in the list before
 * and it stood before the other. So new elements come to the front.
 */
export function ordered(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  before: readonly unknown[],
  key: string,
): readonly unknown[] {
  const isWanted = (element: unknown): boolean => placeOf(wanted, element, key) >= 0;
  const named = sortedBy(merged.filter(isWanted), wanted, key);
  const rest = sortedBy(
    merged.filter((element) => !isWanted(element)),
    before,
    key,
  );
  return interleaved(rest, named, before, key);
}

function interleaved(
  rest: readonly unknown[],
  named: readonly unknown[],
  before: readonly unknown[],
  key: string,
): readonly unknown[] {
  const result: unknown[] = [];
  let left = rest;
  for (const element of named) {
    const place = placeOf(before, element, key);
    const stop = left.findIndex((other) => placeOf(before, other, key) >= place);
    const earlier = stop < 0 ? left.length : stop;
    result.push(...left.slice(0, earlier), element);
    left = left.slice(earlier);
  }
  return [...result, ...left];
}
