import { isAtLeast } from '../version.ts';
import { parseCidr, type Network } from './cidr.ts';
import { defaultExclusions } from './exclusions.ts';

/** The methods that enumerate interfaces and take the first eligible address. */
export type Style = 'first-found' | 'interface' | 'cidr' | 'skip-interface';

/** What a method string means to a release. */
export type Method =
  | {
      readonly kind: 'enumerate';
      readonly style: Style;
      /** The elements behind the `=`, as Calico splits them. */
      readonly listed: readonly string[];
      readonly includes: readonly string[];
      readonly excludes: readonly string[];
      readonly networks: readonly Network[];
    }
  | { readonly kind: 'bad-cidr'; readonly value: string }
  | { readonly kind: 'can-reach'; readonly destination: string }
  | { readonly kind: 'kubernetes-internal-ip' }
  | { readonly kind: 'unknown' };

// Go's \s: neither vertical tab nor blanks beyond ASCII. Only blanks around commas go; those at both ends stay.
const elements = (list: string): readonly string[] => list.split(/[\t\n\f\r ]*,[\t\n\f\r ]*/);

const enumerate = (
  style: Style,
  listed: readonly string[],
  rest: {
    readonly includes?: readonly string[];
    readonly excludes?: readonly string[];
    readonly networks?: readonly Network[];
  },
): Method => ({
  kind: 'enumerate',
  style,
  listed,
  includes: rest.includes ?? [],
  excludes: rest.excludes ?? [],
  networks: rest.networks ?? [],
});

function cidrMethod(list: string): Method {
  const listed = elements(list);
  const networks: Network[] = [];
  for (const value of listed) {
    const cidr = parseCidr(value);
    if (!cidr) return { kind: 'bad-cidr', value };
    networks.push(cidr.network);
  }
  return enumerate('cidr', listed, { networks });
}

/**
 * Reads the value of `IP_AUTODETECTION_METHOD` or `IP6_AUTODETECTION_METHOD`: exact, case and blanks count
 * (autodetection_methods.go, `AutoDetectCIDR`). `cidr=` exists from v3.16.0, `kubernetes-internal-ip` from v3.22.0 on;
 * what begins with the latter is taken for it.
 */
export function parseMethod(text: string, calicoVersion: string): Method {
  if (text === '' || text === 'first-found')
    return enumerate('first-found', [], { excludes: defaultExclusions(calicoVersion) });
  const value = text.slice(text.indexOf('=') + 1);
  if (text.startsWith('interface=')) {
    const includes = elements(value);
    return enumerate('interface', includes, { includes });
  }
  if (text.startsWith('cidr=') && isAtLeast(calicoVersion, '3.16.0')) return cidrMethod(value);
  if (text.startsWith('can-reach=')) return { kind: 'can-reach', destination: value };
  if (text.startsWith('skip-interface=')) {
    const listed = elements(value);
    const excludes = [...defaultExclusions(calicoVersion), ...listed];
    return enumerate('skip-interface', listed, { excludes });
  }
  return text.startsWith('kubernetes-internal-ip') && isAtLeast(calicoVersion, '3.22.0')
    ? { kind: 'kubernetes-internal-ip' }
    : { kind: 'unknown' };
}

/**
 * True where `kubernetes-internal-ip` stores the address of the network instead of the node's: v3.22.0 to v3.22.3, v3.23.0
 * and v3.23.1 (`autoDetectUsingK8sInternalIP`; put right in v3.22.4 and v3.23.2).
 */
export const storesNetworkAddress = (calicoVersion: string): boolean =>
  isAtLeast(calicoVersion, '3.22.0') &&
  (isAtLeast(calicoVersion, '3.23.0')
    ? !isAtLeast(calicoVersion, '3.23.2')
    : !isAtLeast(calicoVersion, '3.22.4'));
