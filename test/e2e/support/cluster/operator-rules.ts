import { isIP } from 'node:net';
import { isObject } from '../../../support/json.ts';
import type { Json } from '../kube-client.ts';

/** What the operator makes of an Installation before it renders anything (tigera/operator, core_controller.go, validation.go). */

const part = (value: unknown, ...keys: readonly string[]): unknown => {
  let found = value;
  for (const key of keys) found = isObject(found) ? found[key] : undefined;
  return found;
};

/** The value at a path of an object; undefined where the path ends early. */
export const valueAt = part;

const merged = (base: unknown, over: unknown): unknown => {
  if (!isObject(base) || !isObject(over)) return over === undefined ? base : over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(base[key], over[key])]));
};

// Calico's own struct of one method is not merged: the overlay's replaces the other as a whole.
const whole = ['nodeAddressAutodetectionV4', 'nodeAddressAutodetectionV6'];

/** The spec that counts: the default's with the overlay's over it. */
export function effectiveSpec(installation: Json, overlay: Json | null): Json {
  const spec = merged(installation['spec'] ?? {}, overlay?.['spec']);
  const result = isObject(spec) ? { ...spec } : {};
  const network = part(result, 'calicoNetwork');
  const over = part(overlay, 'spec', 'calicoNetwork');
  if (!isObject(network) || !isObject(over)) return result;
  const replaced = whole.filter((key) => over[key] !== undefined).map((key) => [key, over[key]]);
  return { ...result, calicoNetwork: { ...network, ...Object.fromEntries(replaced) } };
}

const poolDefaults = {
  allowedUses: ['Workload', 'Tunnel'],
  assignmentMode: 'Automatic',
  blockSize: 26,
  disableBGPExport: false,
  disableNewAllocations: false,
  encapsulation: 'IPIP',
  name: 'default-ipv4-ippool',
  natOutgoing: 'Enabled',
  nodeSelector: 'all()',
};

const specDefaults = {
  calicoNetwork: {
    bgp: 'Enabled',
    hostPorts: 'Enabled',
    linuxDataplane: 'Iptables',
    linuxPolicySetupTimeoutSeconds: 0,
    multiInterfaceMode: 'None',
    windowsDataplane: 'Disabled',
  },
  cni: {
    binDir: '/opt/cni/bin',
    confDir: '/etc/cni/net.d',
    ipam: { type: 'Calico' },
    type: 'Calico',
  },
  controlPlaneReplicas: 2,
  flexVolumePath: 'None',
  kubeletVolumePluginPath: '/var/lib/kubelet',
  nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
  variant: 'Calico',
};

/** The spec with all that the operator fills in; the object itself where nothing is missing. */
export function withDefaults(spec: Json): Json {
  const filled = merged(specDefaults, spec);
  const result = isObject(filled) ? filled : {};
  const network = part(result, 'calicoNetwork');
  const given = isObject(network) ? network : {};
  const pools = Array.isArray(given['ipPools']) ? given['ipPools'] : [{ cidr: '192.168.0.0/16' }];
  const calicoNetwork = {
    ...given,
    ipPools: pools.map((pool) => merged(poolDefaults, pool)),
    // An empty struct means that nothing is to be detected; only an absent one is filled in.
    nodeAddressAutodetectionV4: given['nodeAddressAutodetectionV4'] ?? { firstFound: true },
  };
  return { ...result, calicoNetwork };
}

const isSet = (key: string, value: unknown): boolean => {
  if (key === 'firstFound') return value === true;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'string' && value !== '';
};

/** Why the operator does not go on, as TigeraStatus has it. */
export interface Complaint {
  readonly reason: string;
  readonly message: string;
}

const invalid = (text: string): Complaint => ({
  reason: 'InvalidConfigurationError',
  message: `Invalid Installation provided: ${text}`,
});

// Go's net.ParseCIDR: no short forms, no leading zeros.
function isNetwork(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  const isLength = /^(?:0|[1-9]\d{0,2})$/.test(length) && Number(length) <= bits;
  return isIP(address) !== 0 && isLength && rest.length === 0;
}

/** What the operator has against a spec (validation.go); null where it takes it. */
export function complaintOf(spec: Json): Complaint | null {
  for (const family of whole) {
    const struct = part(spec, 'calicoNetwork', family);
    const set = isObject(struct)
      ? Object.entries(struct).filter(([key, value]) => isSet(key, value))
      : [];
    const networks = set.flatMap(([key, value]) =>
      key === 'cidrs' && Array.isArray(value) ? value.map(String) : [],
    );
    const wrong = networks.find((network) => !isNetwork(network));
    if (wrong !== undefined)
      return invalid(`invalid CIDR provided for node address autodetection: ${wrong}`);
    if (set.length > 1)
      return invalid(
        'no more than one node address autodetection method can be specified per-family',
      );
  }
  const strategy = part(spec, 'nodeUpdateStrategy', 'type');
  return strategy === 'RollingUpdate'
    ? null
    : invalid(`Installation spec.nodeUpdateStrategy.type "${String(strategy)}" is not supported`);
}

const keywords: readonly (readonly [string, string])[] = [
  ['interface', 'interface='],
  ['skipInterface', 'skip-interface='],
  ['canReach', 'can-reach='],
  ['firstFound', 'first-found'],
  ['cidrs', 'cidr='],
  ['kubernetes', 'kubernetes-internal-ip'],
];

/** `IP_AUTODETECTION_METHOD` for a spec; null where nothing is to be detected (`IP=none`). */
export function methodOf(spec: Json): string | null {
  const struct = part(spec, 'calicoNetwork', 'nodeAddressAutodetectionV4');
  if (!isObject(struct)) return null;
  const [key, word] = keywords.find(([name]) => isSet(name, struct[name])) ?? [];
  if (key === undefined || word === undefined) return null;
  const value = struct[key];
  if (!word.endsWith('=')) return word;
  return `${word}${Array.isArray(value) ? value.join(',') : String(value)}`;
}
