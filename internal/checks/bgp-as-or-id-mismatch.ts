import { outsideCluster } from '../remediations/outside.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** BIRD's names of the sessions that are refused. */
  readonly sessions: readonly string[];
  readonly kind: 'as-number' | 'router-id' | 'password' | 'environment';
}

const pattern =
  /bird6?: (?<session>[\w-]+): (?:(?:Received|Error|BGP Error|Connection closed)?:? ?).*(?<as>Bad peer AS)|bird6?: (?<session2>[\w-]+): .*(?<id>Bad BGP identifier)|bird6?: (?<session3>[\w-]+): .*(?<password>Authentication failure)|(?<env>The AS number specified in the environment \(AS=[^)]*\) is not valid)|(?<secret>Can't read password (?:for BGPPeer|referenced by BGP Configuration).*)/;

function kindOf(groups: Readonly<Record<string, string | undefined>>): Facts['kind'] {
  if (groups['env']) return 'environment';
  if (groups['id']) return 'router-id';
  return groups['password'] || groups['secret'] ? 'password' : 'as-number';
}

// The connection is made, and then one side refuses the other: unlike a blocked port, both ends talk.
export const bgpAsOrIdMismatch = defineSignature<Facts>({
  id: 'bgp-as-or-id-mismatch',
  title: 'BGP peers agree about AS numbers, identifiers and passwords',
  pattern,
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    sessions: [
      ...new Set(
        sightings.flatMap(
          ({ match: { groups } }) =>
            groups?.['session'] ?? groups?.['session2'] ?? groups?.['session3'] ?? [],
        ),
      ),
    ],
    kind: kindOf(sightings[0]?.match.groups ?? {}),
  }),
  explains: ['bgp-port-179-blocked', 'bgp-peer-down', 'network-unavailable-stale'],
  remedies: (_snapshot, { kind }) => [outsideCluster(words.title, [...lookAt[kind]])],
  words: {
    en: {
      title: ({ nodes, kind }) =>
        `BGP peers of ${someNodes(nodes)} refuse each other: ${reasons[kind]}`,
      summary: ({ sessions }) =>
        sessions.length > 0
          ? `The connection is made and then closed (${sessions.slice(0, 4).join(', ')}): what the two sides are told does not fit.`
          : 'What this side is told cannot be used, so its sessions do not come up.',
      ruledOut: ({ sessions }) =>
        sessions.length > 0 ? ['not a blocked port: the peer answers, and refuses'] : [],
    },
  },
});

const reasons: Readonly<Record<Facts['kind'], string>> = {
  'as-number': 'their AS numbers do not fit',
  'router-id': 'two of them have the same router ID',
  password: 'their passwords do not fit, or cannot be read',
  environment: 'the AS number in the environment is none',
};

const agree = [
  'kubectl get bgpconfiguration default -o yaml | grep -iE "asNumber|nodeToNodeMesh"',
  'kubectl get bgppeers -o yaml | grep -iE "name:|asNumber|peerIP|nodeSelector"',
  `kubectl get nodes -o custom-columns='NODE:.metadata.name,AS:.metadata.annotations.projectcalico\\.org/ASNumber'`,
];

const lookAt: Readonly<Record<Facts['kind'], readonly string[]>> = {
  'as-number': [
    ...agree,
    '# set the same numbers on both sides; a router outside the cluster is changed there',
  ],
  'router-id': [
    ...agree,
    '# CALICO_ROUTER_ID=hash can give two nodes one ID: set it to an address of its own on one of them',
  ],
  password: [
    'kubectl get bgppeers -o yaml | grep -A3 password',
    '# calico-node must be allowed to read the Secret that is named there (a Role in its namespace)',
  ],
  environment: [
    '# set AS to a number from 1 to 4294967295 in the DaemonSet, or remove it: the default comes from BGPConfiguration',
  ],
};

const words = { title: 'Make the two sides agree' };
