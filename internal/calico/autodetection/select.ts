import type { Family } from './address.ts';
import { namePattern, type NamePattern } from './go-regexp.ts';
import { addressesOf, isEligible, storedPrefix, type Chosen, type HostInterface } from './host.ts';
import type { Method } from './method.ts';

/** A method that walks the list of interfaces. */
export type Enumeration = Extract<Method, { readonly kind: 'enumerate' }>;

/** Says which interfaces a method looks at, or why its patterns do not compile. */
export type NameFilter = { readonly keeps: (name: string) => boolean } | { readonly error: string };

const anyName: NamePattern = { matches: () => true };
const noName: NamePattern = { matches: () => false };

/** The filter of an enumeration: included, if there is a list of these, and not excluded (interfaces.go, `GetInterfaces`). */
export function nameFilter(method: Enumeration, calicoVersion: string): NameFilter {
  const { includes, excludes } = method;
  const included = includes.length > 0 ? namePattern(includes, calicoVersion) : anyName;
  if ('error' in included) return included;
  const excluded = excludes.length > 0 ? namePattern(excludes, calicoVersion) : noName;
  if ('error' in excluded) return excluded;
  return { keeps: (name) => included.matches(name) && !excluded.matches(name) };
}

/** What an enumeration needs besides the interfaces. */
export interface Selection {
  readonly family: Family;
  readonly calicoVersion: string;
  readonly method: Enumeration;
  readonly keeps: (name: string) => boolean;
}

/**
 * The first eligible address on a list in the kernel's order, which is walked backwards (filtered.go): state, flags and
 * address scope do not count. Null if there is none.
 */
export function selectFirst(
  interfaces: readonly HostInterface[],
  { family, calicoVersion, method, keeps }: Selection,
): Chosen | null {
  for (let index = interfaces.length - 1; index >= 0; index -= 1) {
    const iface = interfaces[index];
    if (!iface) continue;
    const found = addressesOf(iface, family).find(({ address }) =>
      isEligible(address, method.networks),
    );
    // The name comes last: patterns cost more than addresses, and most interfaces of a node are those of pods.
    if (found && keeps(iface.name)) {
      const { address } = found;
      return { iface: iface.name, address, prefix: storedPrefix(found, calicoVersion) };
    }
  }
  return null;
}
