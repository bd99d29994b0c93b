import type { NodeFacts } from '../cluster/facts.ts';
import { ownerScenarios } from './owners.ts';
import { addBridge, addressTries, byManifest, byOperator, machines } from './parts.ts';
import { nodeAt, type Scenario } from './scenario.ts';

const bridgeAddress: Scenario = {
  id: 'bridge-address',
  title: 'a node gives out the address of a container bridge (operator)',
  tries: addressTries,
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines(options, 3);
    addBridge(nodeAt(nodes, 1));
    return byOperator(nodes, {}, options);
  },
};

const bridgeAddressManifest: Scenario = {
  id: 'bridge-address-manifest',
  title: 'a node gives out the address of a container bridge (manifest)',
  tries: addressTries,
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines(options, 3);
    addBridge(nodeAt(nodes, 1));
    return byManifest(nodes, {}, options);
  },
};

const waitingOperator: Scenario = {
  id: 'waiting-operator',
  title:
    'as bridge-address, and the operator was restarted: it waits a minute for calico-node after each rendering',
  tries: [
    'kubectl calico-fix fix',
    'the change reaches the DaemonSet only when the operator has waited in vain',
  ],
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines(options, 3);
    addBridge(nodeAt(nodes, 1));
    return byOperator(
      nodes,
      { hasSeenReady: false, blockedSeconds: options.isQuick === true ? 12 : 60 },
      options,
    );
  },
};

const dockerNetwork: Scenario = {
  id: 'docker-network',
  title:
    'a docker network appeared on a node ten minutes ago, and an older Calico took its address (manifest)',
  tries: addressTries,
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines(options, 3);
    const happenings = () => [
      {
        secondsAgo: 600,
        does: () => addBridge(nodeAt(nodes, 2), 'br-3f9c0a7d51e2', '172.19.0.1/16'),
      },
    ];
    return byManifest(nodes, { version: 'v3.24.5' }, options, { happenings });
  },
};

function addDataNetwork(nodes: readonly NodeFacts[]): void {
  for (const [place, node] of nodes.entries()) {
    const data = {
      name: 'ens8',
      index: 3,
      addresses: [`192.168.90.${11 + place}/24`],
      network: 'data',
    };
    node.nics = [...node.nics, data];
  }
}

const twoNetworks: Scenario = {
  id: 'two-networks',
  title: 'looks like bridge-address: all nodes use a second network, and are meant to',
  tries: ['kubectl calico-fix diagnose', 'nothing is wrong: the method names that network'],
  finds: [],
  build: (options) => {
    const nodes = machines(options, 3);
    addDataNetwork(nodes);
    const calicoNetwork = {
      ipPools: [{ cidr: '10.244.0.0/14', encapsulation: 'VXLANCrossSubnet' }],
      nodeAddressAutodetectionV4: { cidrs: ['192.168.90.0/24'] },
    };
    return byOperator(nodes, { spec: { calicoNetwork } }, options);
  },
};

const blockedBgp: Scenario = {
  id: 'blocked-bgp',
  title: 'looks like docker-network: the addresses are right, and a firewall drops BGP to one node',
  tries: ['kubectl calico-fix diagnose', 'the machine’s firewall has to be opened: press c'],
  finds: ['bgp-port-179-blocked'],
  build: (options) => {
    const nodes = machines(options, 3);
    const others = nodes.slice(0, -1).map(({ name }) => name);
    nodeAt(nodes, -1).blockedPeers = others;
    return byManifest(nodes, {}, options);
  },
  cure: {
    told: 'the firewall lets BGP through again',
    does: ({ nodes }) => {
      for (const node of nodes.values()) node.blockedPeers = [];
    },
  },
};

/** Incidents about the addresses of nodes. */
export const addressScenarios: readonly Scenario[] = [
  bridgeAddress,
  bridgeAddressManifest,
  waitingOperator,
  dockerNetwork,
  twoNetworks,
  blockedBgp,
  ...ownerScenarios,
];
