import type { Inventory } from '../../internal/calico/inventory.ts';

/** An interface in short: name, index, addresses (`192.0.2.7/24` or bare). */
export type ShortInterface = readonly [
  name: string,
  ifIndex: number | null,
  ...addresses: readonly string[],
];

/** Makes an inventory in which everything is known, but for what `rest` says. */
export function inventory(
  interfaces: readonly ShortInterface[],
  rest: Partial<Inventory> = {},
): Inventory {
  return {
    interfaces: interfaces.map(([name, ifIndex, ...addresses]) => ({
      name,
      ifIndex,
      source: 'felix',
      mayHideAddresses: false,
      isOrdered: false,
      changedAt: null,
      addresses: addresses.map((text) => {
        const [ip = '', prefix] = text.split('/');
        return { ip, prefix: prefix === undefined ? null : Number(prefix) };
      }),
    })),
    unplaced: [],
    completeness: { 4: 'all', 6: 'all' },
    isStale: false,
    order: null,
    observed: { 4: null, 6: null },
    hasFailed: { 4: false, 6: false },
    ...rest,
  };
}

/** An inventory whose interfaces are not known as a whole. */
export const partly = (
  interfaces: readonly ShortInterface[],
  rest: Partial<Inventory> = {},
): Inventory => inventory(interfaces, { completeness: { 4: 'part', 6: 'part' }, ...rest });
