import type { StartResult } from '../../../../internal/calico/autodetection/start-types.ts';
import { isAtLeast } from '../../../../internal/calico/version.ts';
import type { CalicoContext } from './calico-context.ts';
import { serviceTimeout } from './calico-speech.ts';
import type { Ending } from './container-log.ts';
import { settleAddresses } from './detection.ts';
import { annotate } from './world.ts';

/** A step of calico-node's start. */
export interface Phase {
  readonly name: string;
  /** What it takes on an idle machine beside the datastore. */
  readonly seconds: number;
  /** How often it asks the datastore. */
  readonly requests: number;
  /** What it does at its end; an ending ends the container. */
  readonly act: (context: CalicoContext, at: number) => Ending | null;
}

const failed: Ending = { exitCode: 1, reason: 'Error' };
const addressKey = 'projectcalico.org/IPv4Address';
const startup: [string, string] = ['startup', 'startup.go'];

function giveUp({ speech }: CalicoContext, at: number): Ending {
  speech.line(at, 'WARNING', 'startup', 'utils.go', 'Terminating');
  speech.plain(at, 'Calico node failed to start');
  return failed;
}

function begin({ speech, machine, version }: CalicoContext, at: number): null {
  const { name } = machine.facts;
  speech.info(at, ...startup, 'Early log level set to info');
  speech.info(at, 'startup', 'utils.go', `Using NODENAME environment for node name ${name}`);
  speech.info(at, 'startup', 'utils.go', `Determined node name: ${name}`);
  speech.info(at, ...startup, `Starting node ${name} with version ${version}`);
  speech.info(at, ...startup, 'Checking datastore connection');
  return null;
}

function connect({ speech }: CalicoContext, at: number): null {
  speech.info(at, ...startup, 'Datastore connection verified');
  return null;
}

const kubeadmLimit = 2;

// One request has a limit of its own; whoever needs longer gives up, however patient the probes are.
function readKubeadm(context: CalicoContext, at: number): Ending | null {
  if (context.requestSeconds() <= kubeadmLimit) return null;
  const path = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config?timeout=2s';
  const error = `Get "https://10.96.0.1:443${path}": net/http: request canceled (Client.Timeout exceeded while awaiting headers)`;
  context.speech.line(
    at,
    'ERROR',
    ...startup,
    `failed to query kubeadm's config map error=${error}`,
  );
  return giveUp(context, at);
}

/** Puts what a detection has come to into the node's annotations. */
export function storeAddress({ machine, version }: CalicoContext, { writes }: StartResult): void {
  const spec = writes.at(-1)?.spec;
  if (!spec) return;
  annotate(machine, addressKey, spec.bgp?.ipv4Address ?? null);
  if (!isAtLeast(version, '3.31.0') || !spec.interfaces) return;
  annotate(machine, 'projectcalico.org/Interfaces', JSON.stringify(spec.interfaces));
}

const fewNodes = 10;
const pickedInterface =
  /IPv4 address (?:on interface (\S+?):|(?:\S+) on (?:matching )?interface (\S+))/;

function settle(context: CalicoContext, at: number): Ending | null {
  const { speech, world, machine, env, version } = context;
  const before = machine.annotations.get(addressKey);
  const result = settleAddresses(world, machine, env(), version);
  let iface = '';
  for (const { level, message } of result.log) {
    const isFound = /autodetect|Including CIDR/i.test(message) && level === 'INFO';
    speech.line(at, level, 'startup', isFound ? 'autodetection_methods.go' : 'startup.go', message);
    const [, first, second] = pickedInterface.exec(message) ?? [];
    iface = first ?? second ?? iface;
  }
  storeAddress(context, result);
  const after = machine.annotations.get(addressKey);
  const { name } = machine.facts;
  if (result.exit !== null) {
    world.facts.say(`calico-node on ${name} found no address that it may use and ends`);
    speech.plain(at, 'Calico node failed to start');
    return failed;
  }
  const picked = after?.split('/')[0];
  // That all is right at first goes without saying where there are many.
  const isNews =
    before !== undefined || picked !== machine.facts.internalIp || world.machines.size <= fewNodes;
  if (after !== before && picked !== undefined && isNews)
    world.facts.say(`node ${name} picked ${picked}${iface === '' ? '' : ` from ${iface}`}`);
  return null;
}

function nameNode({ speech, machine, version }: CalicoContext, at: number): null {
  speech.info(at, ...startup, 'FELIX_IPV6SUPPORT is false through environment variable');
  speech.info(at, ...startup, `Using node name: ${machine.facts.name}`);
  if (!isAtLeast(version, '3.31.0')) {
    speech.info(at, 'startup', 'utils.go', 'Setting NetworkUnavailable to false');
    machine.network = calicoIsUp(at);
    machine.isDirty = true;
  }
  return null;
}

/** The condition that says that calico-node runs. */
export const calicoIsUp = (since: number) =>
  ({
    status: 'False',
    reason: 'CalicoIsUp',
    message: 'Calico is running on this node',
    since,
  }) as const;

const allocator = (version: string): [string, string] => [
  'tunnel-ip-allocator',
  isAtLeast(version, '3.14.0') ? 'allocateip.go' : 'allocate.go',
];

function beginTunnel({ speech, version }: CalicoContext, at: number): null {
  speech.info(at, ...allocator(version), 'Assign a new tunnel address type="vxlanTunnelAddress"');
  return null;
}

function tunnel(context: CalicoContext, at: number): null {
  const { speech, version, machine } = context;
  const place = [...context.world.machines.keys()].indexOf(machine.facts.name);
  const ip = `10.244.${place % 250}.${64 * Math.floor(place / 250)}`;
  speech.info(
    at,
    ...allocator(version),
    `Assigned tunnel address to node IP="${ip}" type="vxlanTunnelAddress"`,
  );
  annotate(machine, 'projectcalico.org/IPv4VXLANTunnelAddr', ip);
  speech.plain(at, 'Calico node started successfully');
  return null;
}

/**
 * The start of calico-node in its order (failure-modes.md 1.3; startup.go, allocateip.go of v3.26 to v3.32). The numbers of
 * requests are those that made a datastore of 1.84 s per request take 20 s for the startup and more than 20 s for the tunnel
 * address, as was measured.
 */
export const startPhases: readonly Phase[] = [
  { name: 'begin', seconds: 0.05, requests: 0, act: begin },
  { name: 'datastore', seconds: 0, requests: 1, act: connect },
  { name: 'kubeadm', seconds: 0, requests: 2, act: readKubeadm },
  { name: 'address', seconds: 0.1, requests: 3, act: settle },
  { name: 'name', seconds: 0.2, requests: 5, act: nameNode },
  { name: 'before tunnel', seconds: 0.1, requests: 1, act: beginTunnel },
  { name: 'tunnel', seconds: 0.1, requests: 16, act: tunnel },
];

/** The datastore does not answer: what startup says each time. */
export function sayNoDatastore({ speech }: CalicoContext, at: number): void {
  const path = '/api/v1/nodes/foo';
  speech.info(
    at,
    ...startup,
    `Hit error connecting to datastore - retry error=${serviceTimeout(path)}`,
  );
}
