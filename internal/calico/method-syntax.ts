import { parseAddress, type Family } from './autodetection/address.ts';
import { parseCidr } from './autodetection/cidr.ts';
import { parseMethod, storesNetworkAddress, type Method } from './autodetection/method.ts';
import { nameFilter } from './autodetection/select.ts';

/** What is wrong with a method that somebody wants to set; `value` is the part that is meant. */
export interface MethodProblem {
  readonly kind:
    | 'empty'
    | 'blanks'
    | 'unknown-keyword'
    | 'keyword-cidrs'
    | 'needs-release'
    | 'stores-network'
    | 'bad-pattern'
    | 'empty-element'
    | 'split-braces'
    | 'bad-network'
    | 'other-family'
    | 'no-destination'
    | 'not-an-address'
    | 'unexpanded';
  readonly value: string;
}

/** Where a method is to run. */
export interface MethodTarget {
  /** As in the image tag; null where it is not known: then only what no release understands is wrong. */
  readonly calicoVersion: string | null;
  readonly family: Family;
  /** Variables that `$(NAME)` may stand for; null where there is no environment to take them from (operator). */
  readonly variables: ReadonlySet<string> | null;
}

const newestRelease = 'v3.32.1';
const internal = 'kubernetes-internal-ip';

const problem = (kind: MethodProblem['kind'], value: string): MethodProblem => ({ kind, value });

// A comma inside braces splits the pattern in two that are valid and match nothing.
const isSplit = (element: string): boolean =>
  (element.match(/(?<!\\)\{/g) ?? []).length !== (element.match(/(?<!\\)\}/g) ?? []).length;

function namesProblem(method: Extract<Method, { kind: 'enumerate' }>, version: string) {
  const { listed } = method;
  // It matches every interface, docker's included; skip-interface= would leave none.
  if (listed.includes('')) return problem('empty-element', listed.join(','));
  const split = listed.find(isSplit);
  if (split !== undefined) return problem('split-braces', split);
  const filter = nameFilter(method, version);
  return 'error' in filter ? problem('bad-pattern', filter.error) : null;
}

function networkProblem(listed: readonly string[], family: Family): MethodProblem | null {
  // An element of the other family is no error to Calico, and never matches.
  const isAny = listed.some((value) => parseCidr(value)?.network.family === family);
  return isAny ? null : problem('other-family', listed.join(','));
}

function reachProblem(destination: string, family: Family): MethodProblem | null {
  if (destination === '') return problem('no-destination', destination);
  if (/[[\]/\s]|:\d+$/.test(destination) && parseAddress(destination) === null)
    return problem('not-an-address', destination);
  const address = parseAddress(destination);
  if (!address) return null;
  // The unspecified address leads to the loopback address.
  if (/^(?:0\.0\.0\.0|::)$/.test(address.text)) return problem('no-destination', destination);
  return address.family === family ? null : problem('other-family', destination);
}

function unknownProblem(text: string): MethodProblem {
  if (/^cidrs=/i.test(text)) return problem('keyword-cidrs', text);
  const isKnown = text.startsWith('cidr=') || text.startsWith(internal);
  return problem(isKnown ? 'needs-release' : 'unknown-keyword', text);
}

function internalProblem(text: string, version: string | null): MethodProblem | null {
  if (text !== internal) return problem('unknown-keyword', text);
  return version !== null && storesNetworkAddress(version) ? problem('stores-network', text) : null;
}

function unexpanded(text: string, { variables }: MethodTarget): MethodProblem | null {
  const names = [...text.matchAll(/\$\(([\w.-]+)\)/g)].flatMap(([, name]) => name ?? []);
  const open = names.find((name) => variables === null || !variables.has(name));
  return open === undefined ? null : problem('unexpanded', `$(${open})`);
}

/**
 * What is wrong with a value for `IP_AUTODETECTION_METHOD` in the release that runs: things that Calico refuses, and those that it
 * takes and understands otherwise than they are meant (autodetection_methods.go, interfaces.go; cidr= from v3.16.0,
 * kubernetes-internal-ip from v3.22.0, and with the right value from v3.22.4 and v3.23.2). Null if nothing is.
 */
export function methodProblem(text: string, target: MethodTarget): MethodProblem | null {
  const { calicoVersion, family } = target;
  if (text === '') return problem('empty', text);
  const value = text.slice(text.indexOf('=') + 1);
  if (text !== text.trim() || value !== value.trim()) return problem('blanks', text);
  const open = unexpanded(text, target);
  if (open) return open;
  const version = calicoVersion ?? newestRelease;
  const method = parseMethod(text, version);
  switch (method.kind) {
    case 'unknown':
      return unknownProblem(text);
    case 'bad-cidr':
      return problem('bad-network', method.value);
    case 'kubernetes-internal-ip':
      return internalProblem(text, calicoVersion);
    case 'can-reach':
      return text.includes('$(') ? null : reachProblem(method.destination, family);
    case 'enumerate':
      if (method.style === 'first-found') return null;
      return method.style === 'cidr'
        ? networkProblem(method.listed, family)
        : namesProblem(method, version);
  }
}

/** The first release that understands a method; null for those that all have. */
export const firstReleaseOf = (text: string): string | null =>
  text.startsWith('cidr=') ? 'v3.16.0' : text.startsWith(internal) ? 'v3.22.4' : null;
