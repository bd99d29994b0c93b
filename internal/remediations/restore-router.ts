import type { Remedy } from '../model/remedy.ts';

/** Routers outside the cluster that nodes have no BGP session with. */
export interface MissingRouters {
  readonly addresses: readonly string[];
  readonly nodes: readonly string[];
  /** BGPPeer objects that ask for them. */
  readonly askedBy: readonly string[];
}

/** Nothing in the cluster brings a router back: what to look at from a node, and what to ask of the network. */
export function restoreRouter({ addresses, nodes, askedBy }: MissingRouters): Remedy {
  return {
    id: 'restore-router',
    title: words.title(addresses),
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      `kubectl get bgppeers -o yaml${askedBy.length > 0 ? `  # ${askedBy.join(', ')}` : ''}`,
      `# on ${nodes[0] ?? 'an affected node'}: "open" must come within 3 seconds`,
      ...addresses
        .slice(0, 3)
        .flatMap((address) => [
          `ip route get ${address}`,
          `timeout 3 bash -c '</dev/tcp/${address}/179' && echo open || echo blocked`,
        ]),
      ...words.ask,
    ],
  };
}

const words = {
  title: (addresses: readonly string[]): string =>
    `Get ${addresses.slice(0, 3).join(' and ')} to answer, or take it out of the BGPPeers`,
  consequence: 'calico-node tries again by itself and becomes ready; no pod has to be restarted.',
  ask: [
    '# open, and still no session: on the router, is the node a neighbour, with the AS number, password and address that it uses?',
    '# blocked: is the router up, and does a firewall or ACL in between let TCP 179 through?',
  ],
};
