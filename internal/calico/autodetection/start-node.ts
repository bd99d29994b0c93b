import { isAtLeast, isBelow } from '../version.ts';
import { parseAsNumber } from './as-number.ts';
import { findConflicts } from './conflicts.ts';
import { error, info, warning } from './detect.ts';
import { defaultExclusions } from './exclusions.ts';
import { namePattern } from './go-regexp.ts';
import { settleAddress, store, storedOf, terminate } from './start-address.ts';
import type {
  StartRequest,
  StartResult,
  StartState,
  Step,
  StoredInterface,
  StoredSpec,
} from './start-types.ts';

const variable = (state: StartState, name: string): string => state.request.env[name] ?? '';

const isVersion = (state: StartState, bound: string): boolean =>
  isAtLeast(state.request.calicoVersion, bound);

function specOf({ bgp, interfaces, orchRefs }: StartState): StoredSpec {
  return {
    ...(bgp ? { bgp } : {}),
    ...(interfaces && interfaces.length > 0 ? { interfaces } : {}),
    ...(orchRefs ? { orchRefs } : {}),
  };
}

const isEmpty = (bgp: object | null): boolean => bgp !== null && Object.keys(bgp).length === 0;

/** The list that is stored from v3.31.0 on: all but the excluded names, in order of names; null where no family asks for one. */
function listInterfaces({
  env,
  interfaces,
  calicoVersion,
}: StartRequest): StoredInterface[] | null {
  const asks = (value = ''): boolean => value !== '' && value !== 'none';
  const families = [...(asks(env['IP']) ? [4] : []), ...(asks(env['IP6']) ? [6] : [])];
  if (families.length === 0) return null;
  const excluded = namePattern(defaultExclusions(calicoVersion), calicoVersion);
  return interfaces
    .toReversed()
    .filter(({ name }) => 'matches' in excluded && !excluded.matches(name))
    .map(({ name, addresses }) => {
      const own = addresses.filter(({ address }) => families.includes(address.family));
      const texts = own.map(({ address }) => address.text);
      return texts.length > 0 ? { name, addresses: texts } : { name };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

const flat = (list: readonly StoredInterface[] | null): string =>
  JSON.stringify((list ?? []).map(({ name, addresses }) => [name, addresses ?? []]));

/** Settles both addresses and the list; says whether something changed. */
function configure(state: StartState): Step | boolean {
  if (!state.bgp) {
    state.log.push(info('Initialize BGP data'));
    state.bgp = {};
  }
  const before = [storedOf(state, 4), storedOf(state, 6)];
  for (const family of [4, 6] as const) {
    const step = settleAddress(state, family);
    if (step !== 'on') return step;
  }
  const previous = state.interfaces;
  if (isVersion(state, '3.31.0')) state.interfaces = listInterfaces(state.request);
  const changed = ([4, 6] as const).find(
    (family, index) => storedOf(state, family) !== before[index],
  );
  if (changed) state.log.push(info(`Node IPv${changed} changed, will check for conflicts`));
  const isListed = flat(previous) === flat(state.interfaces);
  if (!changed && !isListed) state.log.push(info('Node interfaces changed'));
  return changed !== undefined || !isListed;
}

function clearAddresses(state: StartState, ipv4: boolean, ipv6: boolean): void {
  if (!state.request.node.exists) return;
  const families = [...(ipv4 ? ([4] as const) : []), ...(ipv6 ? ([6] as const) : [])];
  for (const family of families) {
    const text = `Clearing out-of-date IPv${family} address from this node`;
    state.log.push(info(`${text} IP=${JSON.stringify(storedOf(state, family))}`));
    store(state, family, '');
  }
  if (isEmpty(state.bgp)) state.bgp = null;
  if (families.length > 0) state.writes.push({ verb: 'update', spec: specOf(state) });
}

// The error reaches the log from v3.32.0 on; before, it is dropped.
function fail(state: StartState, problem: string): 'exit' {
  if (isVersion(state, '3.32.0'))
    state.log.push(error(`Failed to configure IP addresses error=${problem}`));
  return terminate(state);
}

function withoutAddress(state: StartState): Step {
  if (variable(state, 'CALICO_NETWORKING_BACKEND') === 'none') {
    const text = 'No IPv4 or IPv6 addresses configured or detected.';
    state.log.push(warning(`${text} Some features may not work properly.`));
    if (isEmpty(state.bgp)) state.bgp = null;
    return 'on';
  }
  const text = 'IPv4 or IPv6 addresses configured or detected, required for Calico networking';
  if (isVersion(state, '3.32.0')) return fail(state, `no ${text}`);
  const oldest = 'No IP Addresses configured, and autodetection is not enabled';
  state.log.push(error(isVersion(state, '3.17.0') ? `No ${text}` : oldest));
  return terminate(state);
}

/** The address step: configures, clears what failed, checks for conflicts. */
function checkAddresses(state: StartState): Exclude<Step, object> | boolean {
  const isNone = variable(state, 'CALICO_NETWORKING_BACKEND') === 'none';
  if (isNone && isVersion(state, '3.26.2')) return false;
  const isDetected = (name: string): boolean => variable(state, name) === 'autodetect';
  const changed = configure(state);
  if (typeof changed === 'object') {
    clearAddresses(state, isDetected('IP'), isDetected('IP6'));
    return fail(state, `failed to configure IP addresses and subnets: ${changed.error}`);
  }
  if (typeof changed === 'string') return changed;
  if (storedOf(state, 4) === '' && storedOf(state, 6) === '')
    return withoutAddress(state) === 'on' ? changed : 'exit';
  if (!changed || variable(state, 'DISABLE_NODE_IP_CHECK') === 'true') return changed;
  const found = findConflicts(state);
  if (found.error === null) return changed;
  clearAddresses(state, isDetected('IP') && found.ipv4, isDetected('IP6') && found.ipv6);
  return fail(state, `conflicting node detected: ${found.error}`);
}

/** The AS step: says whether the number was set, or ends the program. */
function configureAsNumber(state: StartState): 'exit' | boolean {
  if (variable(state, 'CALICO_NETWORKING_BACKEND') === 'none') return false;
  const text = variable(state, 'AS');
  if (text === '') {
    const stored = state.bgp?.asNumber;
    const said =
      stored === undefined
        ? 'No AS number configured on node resource, using global value'
        : `Using AS number ${stored} configured in node resource`;
    state.log.push(info(said));
    return false;
  }
  const number = parseAsNumber(text);
  if (number === null) {
    const problem = `error=invalid AS Number format (${text})`;
    const said = `The AS number specified in the environment (AS=${text}) is not valid ${problem}`;
    state.log.push(error(said));
    return terminate(state);
  }
  state.log.push(info(`Using AS number specified in environment (AS=${number})`));
  state.bgp = { ...state.bgp, asNumber: number };
  return true;
}

/**
 * The part of calico-node's start that settles the node's addresses (startup.go of the release, from the detection to the
 * write of the node), as a pure function: log, writes and exit status.
 */
export function startNode(request: StartRequest): StartResult {
  const { node, calicoVersion } = request;
  const { bgp } = node;
  // Older releases do not know the list and lose it when they write the node.
  const interfaces = isAtLeast(calicoVersion, '3.31.0') ? (node.interfaces ?? null) : null;
  const state: StartState = { request, bgp, interfaces, orchRefs: undefined, log: [], writes: [] };
  const { log, writes } = state;
  const changed = checkAddresses(state);
  if (typeof changed === 'string')
    return { exit: 1, writes, log, isUnknown: changed === 'unknown' };
  const isNumberSet = configureAsNumber(state);
  if (isNumberSet === 'exit') return { exit: 1, writes, log, isUnknown: false };
  const nodeName = variable(state, 'CALICO_K8S_NODE_REF');
  if (nodeName !== '') state.orchRefs = [{ nodeName, orchestrator: 'k8s' }];
  // Up to v3.26.1 the node is written on every start.
  const isAlways = isBelow(calicoVersion, '3.26.2');
  if (isAlways || changed || isNumberSet || nodeName !== '')
    writes.push({ verb: node.exists ? 'update' : 'create', spec: specOf(state) });
  return { exit: null, changed, writes, log, isUnknown: false };
}
