/**
 * At most `most` of the items, one of each group in turn, so that a rare symptom is not crowded out by a frequent one. The
 * order within a group, and of the groups by their first item, stays.
 */
export function spread<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  most: number,
): readonly T[] {
  const groups = [...Map.groupBy(items, groupOf).values()];
  const chosen: T[] = [];
  for (let round = 0; chosen.length < Math.min(most, items.length); round += 1) {
    for (const group of groups) {
      const item = group[round];
      if (item !== undefined && chosen.length < most) chosen.push(item);
    }
  }
  return chosen;
}
