import type { Level } from '../log.ts';
import { parseAddress, type Family } from './address.ts';
import { networkOf, networkText } from './cidr.ts';
import { reach, type Surroundings } from './can-reach.ts';
import { addressText, carrierOf, type HostInterface } from './host.ts';
import { parseMethod, storesNetworkAddress, type Method } from './method.ts';
import { nameFilter, selectFirst, type Enumeration } from './select.ts';

/** A line that calico-node prints, without time, pid and place. */
export interface SaidLine {
  readonly level: Level;
  readonly message: string;
}

/** One detection on one machine: everything that Calico's code looks at. */
export interface DetectRequest {
  /** The value of `IP_AUTODETECTION_METHOD` or `IP6_AUTODETECTION_METHOD`, exact. */
  readonly method: string;
  readonly family: Family;
  readonly calicoVersion: string;
  /** In the order in which the kernel lists them. */
  readonly interfaces: readonly HostInterface[];
  /** `status.addresses` of the Kubernetes node; null where there is no Kubernetes node. */
  readonly nodeAddresses: readonly { readonly type?: string; readonly address?: string }[] | null;
  /** What answers `can-reach=`; null where nothing about routes and names is known. */
  readonly surroundings: Surroundings | null;
}

/** What a detection comes to. */
export type Detection =
  | {
      readonly result: 'found';
      readonly iface: string;
      /** `address/prefix`, the value that is stored; the bare address where the prefix is not known. */
      readonly cidr: string;
      readonly excluded: readonly string[] | null;
      readonly log: readonly SaidLine[];
    }
  | {
      readonly result: 'none';
      readonly excluded: readonly string[] | null;
      readonly log: readonly SaidLine[];
    }
  | {
      readonly result: 'exit';
      readonly exit: number;
      readonly excluded: null;
      readonly log: readonly SaidLine[];
    }
  | {
      readonly result: 'unknown';
      readonly reason: 'route' | 'name' | 'prefix';
      readonly excluded: null;
      readonly log: readonly SaidLine[];
    };

/** Makes lines of one level. */
export const info = (message: string): SaidLine => ({ level: 'INFO', message });
export const warning = (message: string): SaidLine => ({ level: 'WARNING', message });
export const error = (message: string): SaidLine => ({ level: 'ERROR', message });

const none = (excluded: readonly string[] | null, ...log: readonly SaidLine[]): Detection => ({
  result: 'none',
  excluded,
  log,
});

const brackets = (list: readonly string[]): string => `[${list.join(' ')}]`;

function failureOf(method: Enumeration, family: Family): string {
  const start = `Unable to auto-detect an IPv${family} address`;
  switch (method.style) {
    case 'first-found':
      return start;
    case 'interface':
      return `${start} using interface regexes ${brackets(method.listed)}`;
    case 'cidr':
      return `${start} using interface cidr ${brackets(method.networks.map(networkText))}`;
    case 'skip-interface':
      return `${start} while excluding ${brackets(method.listed)}`;
  }
}

function successOf(method: Enumeration, family: Family, iface: string, cidr: string): string {
  const start = `Using autodetected IPv${family} address`;
  switch (method.style) {
    case 'first-found':
      return `${start} on interface ${iface}: ${cidr}`;
    case 'interface':
      return `${start} ${cidr} on matching interface ${iface}`;
    case 'cidr':
      return `${start} ${cidr} on interface ${iface} matching cidrs ${brackets(method.networks.map(networkText))}`;
    case 'skip-interface':
      return `${start} on interface ${iface}: ${cidr} while skipping matching interfaces`;
  }
}

function enumerate(request: DetectRequest, method: Enumeration): Detection {
  const { family, calicoVersion, interfaces } = request;
  const fails = (reason: string): SaidLine => warning(`${failureOf(method, family)}: ${reason}`);
  const filter = nameFilter(method, calicoVersion);
  if ('error' in filter)
    return none(
      null,
      warning(`Invalid interface regex error=${filter.error}`),
      fails(filter.error),
    );
  const excluded = interfaces.map(({ name }) => name).filter((name) => !filter.keeps(name));
  if (excluded.length === interfaces.length)
    return none(excluded, fails('no valid host interfaces found'));
  const chosen = selectFirst(interfaces, { family, calicoVersion, method, keeps: filter.keeps });
  if (!chosen)
    return none(excluded, fails(`no valid IPv${family} addresses found on the host interfaces`));
  const cidr = addressText(chosen.address, chosen.prefix);
  const log = [info(successOf(method, family, chosen.iface, cidr))];
  return { result: 'found', iface: chosen.iface, cidr, excluded, log };
}

/** The first InternalIP of a family, as the node has it; later ones are never tried. Empty where there is none. */
export function firstInternalIP(
  nodeAddresses: DetectRequest['nodeAddresses'],
  family: Family,
): string {
  const found = (nodeAddresses ?? []).find(
    ({ type, address }) => type === 'InternalIP' && parseAddress(address ?? '')?.family === family,
  );
  return found?.address ?? '';
}

function internalIP(request: DetectRequest): Detection {
  const { family, calicoVersion, interfaces, nodeAddresses } = request;
  if (!nodeAddresses) {
    return none(
      null,
      error("Cannot use method 'kubernetes-internal-ip' when not running on a Kubernetes cluster"),
    );
  }
  const text = firstInternalIP(nodeAddresses, family);
  const address = parseAddress(text);
  if (!address) return none(null, error('Unable to parse CIDR  : invalid CIDR address: '));
  const carrier = carrierOf(interfaces, address, calicoVersion);
  if (!carrier) {
    return none(
      [],
      warning(`Unable to find matching host interface for IP ${text}`),
      error(`Unable to parse CIDR ${text} : invalid CIDR address: ${text}`),
    );
  }
  const cidr = addressText(address, carrier.prefix);
  const log = [info(`Including CIDR information from host interface. CIDR="${cidr}"`)];
  if (!storesNetworkAddress(calicoVersion))
    return { result: 'found', iface: carrier.iface, cidr, excluded: [], log };
  if (carrier.prefix === null) return { result: 'unknown', reason: 'prefix', excluded: null, log };
  const network = networkText(networkOf(address, carrier.prefix));
  return { result: 'found', iface: carrier.iface, cidr: network, excluded: [], log };
}

function canReach(request: DetectRequest, destination: string): Detection {
  const { family, calicoVersion, interfaces, surroundings } = request;
  const answer = reach({ destination, family, calicoVersion, interfaces, surroundings });
  if ('unknown' in answer)
    return { result: 'unknown', reason: answer.unknown, excluded: null, log: [] };
  const fails = (reason: string): SaidLine =>
    warning(
      `Unable to auto-detect IPv${family} address by connecting to ${destination}: ${reason}`,
    );
  if ('error' in answer) return none(null, fails(answer.error));
  const { source } = answer;
  const connected = info(
    `Auto-detected address by connecting to remote Destination=${JSON.stringify(destination)} IP=${source.text}`,
  );
  const carrier = carrierOf(interfaces, source, calicoVersion);
  if (!carrier) {
    const problem = `autodetected IPv${family} address does not match any addresses found on local interfaces: ${source.text}`;
    return none([], connected, fails(problem));
  }
  const cidr = addressText(source, carrier.prefix);
  const done = `Using autodetected IPv${family} address ${cidr}, detected by connecting to ${destination}`;
  return {
    result: 'found',
    iface: carrier.iface,
    cidr,
    excluded: [],
    log: [connected, info(done)],
  };
}

function run(request: DetectRequest, method: Method): Detection {
  switch (method.kind) {
    case 'enumerate':
      return enumerate(request, method);
    case 'bad-cidr': {
      const value = JSON.stringify(method.value);
      return none(
        null,
        error(`Invalid CIDR ${value} for IP autodetection method: ${request.method}`),
      );
    }
    case 'can-reach':
      return canReach(request, method.destination);
    case 'kubernetes-internal-ip':
      return internalIP(request);
    case 'unknown': {
      const text = `Invalid IP autodetection method: ${request.method}`;
      return {
        result: 'exit',
        exit: 1,
        excluded: null,
        log: [error(text), warning('Terminating')],
      };
    }
  }
}

/**
 * Runs one method on one machine as the release would (`AutoDetectCIDR` in autodetection_methods.go). `excluded` are the names
 * that the include and exclude rules dropped, null where the list of interfaces was never made.
 */
export const detect = (request: DetectRequest): Detection =>
  run(request, parseMethod(request.method, request.calicoVersion));
