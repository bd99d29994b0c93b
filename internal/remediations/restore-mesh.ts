import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { calicoResource } from './calico-resource.ts';

/** Gives every node a BGP session with every other one again; for clusters without peers of their own. */
export const restoreMesh = (snapshot: Snapshot): Remedy => {
  const spec = { nodeToNodeMeshEnabled: true };
  const resource = 'bgpconfigurations.crd.projectcalico.org';
  return {
    id: 'restore-mesh',
    title: words.title,
    risk: 'none',
    consequences: [words.consequence],
    ...calicoResource(snapshot, { kind: 'BGPConfiguration', name: 'default', spec }),
    manual: [
      `kubectl patch ${resource} default --type merge -p '${JSON.stringify({ spec })}'`,
      words.peers,
    ],
  };
};

const words = {
  title: 'Switch the node-to-node mesh on again',
  consequence: 'The sessions come up within a minute; no pod has to be restarted.',
  peers: '# or, if route reflectors or routers are meant to do it, create their BGPPeer objects',
};
