import { isAtLeast } from '../version.ts';
import { parseAddress, type Family } from './address.ts';
import { cidrText, parseCidrOrAddress } from './cidr.ts';
import { detect, error, info, warning } from './detect.ts';
import { addressText, carrierOf } from './host.ts';
import type { StartState, Step } from './start-types.ts';

const names = {
  4: { env: 'IP', method: 'IP_AUTODETECTION_METHOD', field: 'ipv4Address' },
  6: { env: 'IP6', method: 'IP6_AUTODETECTION_METHOD', field: 'ipv6Address' },
} as const;

/** The stored address of a family; empty where there is none. */
export const storedOf = (state: StartState, family: Family): string =>
  state.bgp?.[names[family].field] ?? '';

/** Changes the address of a family; an empty one takes it away. */
export function store(state: StartState, family: Family, value: string): void {
  const { field } = names[family];
  const { [field]: previous, ...rest } = state.bgp ?? {};
  void previous;
  state.bgp = value === '' ? rest : { ...rest, [field]: value };
}

/** Says that the program ends. */
export function terminate(state: StartState): 'exit' {
  state.log.push(warning('Terminating'));
  return 'exit';
}

// Calico's validateIP: a stored value that does not parse ends the program, one that is on no interface is only remarked.
function validate(state: StartState, family: Family): Step {
  const value = storedOf(state, family);
  if (value === '') return 'on';
  const cidr = parseCidrOrAddress(value);
  if (!cidr) {
    const problem = `error=invalid CIDR address: ${value}`;
    state.log.push(error(`Failed to parse autodetected CIDR '${value}' ${problem}`));
    return terminate(state);
  }
  const { address } = cidr;
  const { interfaces, calicoVersion } = state.request;
  if (interfaces.length === 0)
    state.log.push(info('No interfaces found for validating IP configuration'));
  if (carrierOf(interfaces, address, calicoVersion)) return 'on';
  const text = `Unable to confirm IPv${address.family} address ${address.text} is assigned to this host`;
  state.log.push(warning(text));
  return 'on';
}

function detectAddress(state: StartState, family: Family): Step {
  const { env, calicoVersion, interfaces, nodeAddresses, surroundings } = state.request;
  const method = env[names[family].method] ?? '';
  const request = { method, family, calicoVersion, interfaces, nodeAddresses, surroundings };
  const found = detect(request);
  state.log.push(...found.log);
  if (found.result === 'exit' || found.result === 'unknown') return found.result;
  if (found.result === 'found') {
    store(state, family, found.cidr);
    return 'on';
  }
  const stored = storedOf(state, family);
  if (stored !== '') {
    const text = `Autodetection of IPv${family} address failed, keeping existing value: ${stored}`;
    state.log.push(warning(text));
    return validate(state, family);
  }
  const advice =
    'If auto-detecting, choose a different autodetection method. Otherwise provide an explicit address.';
  state.log.push(warning(`Couldn't autodetect an IPv${family} address. ${advice}`));
  return { error: `failed to autodetect an IPv${family} address` };
}

/** Calico's `GetLocalCIDR`: gives a bare IPv4 address of `IP` the prefix of the interface that carries it, from v3.18.0 on. */
function withLocalPrefix(state: StartState, value: string): string {
  const { interfaces, calicoVersion } = state.request;
  if (value.includes('/') || !isAtLeast(calicoVersion, '3.18.0')) return value;
  const address = parseAddress(value);
  if (address?.family !== 4) {
    const stop = isAtLeast(calicoVersion, '3.32.0') ? '' : '.';
    const problem = `Attempt to get the local CIDR: ${value} failed, ${value} is invalid${stop}`;
    state.log.push(warning(problem));
    return value;
  }
  const carrier = carrierOf(interfaces, address, calicoVersion);
  if (!carrier) {
    state.log.push(warning(`Unable to find matching host interface for IP ${value}`));
    return value;
  }
  const cidr = addressText(address, carrier.prefix);
  state.log.push(info(`Including CIDR information from host interface. CIDR="${cidr}"`));
  return cidr;
}

function fromJson(value: string): string {
  try {
    const parsed: unknown = JSON.parse(`"${value}"`);
    return typeof parsed === 'string' ? parsed : '';
  } catch {
    return '';
  }
}

// Calico's parseIPEnvironment puts the value between quotes and reads it as JSON.
function fromEnvironment(state: StartState, family: Family, value: string): Step {
  const cidr = parseCidrOrAddress(fromJson(value));
  const shown = `${names[family].env}=${value}`;
  if (cidr?.address.family !== family) {
    const problem = `Environment does not contain a valid IPv${family} address: ${shown}`;
    state.log.push(warning(problem));
    return terminate(state);
  }
  state.log.push(info(`Using IPv${family} address from environment: ${shown}`));
  store(state, family, cidrText(cidr.address, cidr.prefix));
  return validate(state, family);
}

/** What `IP` or `IP6` makes calico-node do. */
export type AddressSource = 'detect' | 'keep' | 'nothing' | 'environment';

/**
 * Where the address of a family comes from (startup.go, `configureIPsAndSubnets`): an empty `IP` detects only where nothing is
 * stored, an empty `IP6` never does. `none` and `autodetect` are exact: anything else is taken for an address.
 */
export function addressSource(family: Family, value: string, hasStored: boolean): AddressSource {
  if (value === 'autodetect') return 'detect';
  if (value === 'none') return hasStored ? 'keep' : 'nothing';
  if (value !== '') return 'environment';
  if (hasStored) return 'keep';
  return family === 4 ? 'detect' : 'nothing';
}

/** Settles the address of one family on the node that is being started. */
export function settleAddress(state: StartState, family: Family): Step {
  const value = state.request.env[names[family].env] ?? '';
  const stored = storedOf(state, family);
  switch (addressSource(family, value, stored !== '')) {
    case 'detect':
      return detectAddress(state, family);
    case 'environment':
      return fromEnvironment(state, family, family === 4 ? withLocalPrefix(state, value) : value);
    case 'keep':
      if (value === 'none') {
        const text = `Autodetection for IPv${family} disabled, keeping existing value: ${stored}`;
        state.log.push(info(text));
      }
      return validate(state, family);
    case 'nothing':
      return 'on';
  }
}
