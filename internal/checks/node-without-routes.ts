import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import {
  routelessNodes,
  type RoutelessKind,
  type RoutelessNode,
} from '../calico/missing-routes.ts';
import { settingsOf } from '../calico/settings.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { autodetectionMethod } from '../remediations/autodetection-method.ts';
import { renewAddress } from '../remediations/node-object.ts';
import { restoreMesh } from '../remediations/restore-mesh.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly kind: RoutelessKind;
  readonly nodes: readonly string[];
  /** The annotation that is missing, or the backend that the nodes run; empty for the others. */
  readonly detail: string;
  /** `IP` of the first node's pod: `none` means that no address is ever looked for. */
  readonly ip: string;
}

const notApplicable = 'Calico makes no routes in this kind of installation';

function ipOf(snapshot: Snapshot, [first]: readonly RoutelessNode[]): string {
  const pod = first?.view.pod ?? null;
  return settingsOf(snapshot, pod?.spec, pod).ip;
}

function remediesOf(
  snapshot: Snapshot,
  kind: RoutelessKind,
  nodes: readonly RoutelessNode[],
): readonly Remedy[] {
  if (kind === 'no-mesh') return [restoreMesh(snapshot)];
  const names = new Set(nodes.map(({ view }) => view.name));
  const renew = renewAddress(
    installOf(snapshot),
    nodes.map(({ view }) => ({ node: view.name, pod: view.pod?.metadata.name ?? null })),
  );
  const isOff = kind === 'no-address' && ipOf(snapshot, nodes) === 'none';
  return isOff ? [...autodetectionMethod(snapshot, names), renew] : [renew];
}

function draftOf(
  snapshot: Snapshot,
  kind: RoutelessKind,
  nodes: readonly RoutelessNode[],
): Draft<Facts> {
  const views = nodes.map(({ view }) => view);
  return {
    severity: 'error',
    confidence: nodes.every(({ isSure }) => isSure) ? 'confirmed' : 'likely',
    facts: {
      kind,
      nodes: views.map(({ name }) => name),
      detail: nodes[0]?.detail ?? '',
      ip: ipOf(snapshot, nodes),
    },
    affected: affectedBy(views),
    evidence: nodes.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: consequencesOfAddresses(snapshot, views, [], ['bird-not-running']),
    remedies: remediesOf(snapshot, kind, nodes),
  };
}

// Every pod is ready, and yet no traffic finds its way to a node: the others have no address to send it to, or it takes no part in
// the exchange of routes.
export const nodeWithoutRoutes = defineCheck<Facts>({
  id: 'node-without-routes',
  title: 'every node takes part in the routes of the cluster',
  needs: ['nodes'],
  uses: [
    'logs',
    'events',
    'ipPools',
    'bgpConfigurations',
    'bgpPeers',
    'calicoNodes',
    ...installUses,
  ],
  run: (snapshot) => {
    const { renderer, policyOnly } = installOf(snapshot);
    if (renderer === 'canal' || policyOnly) return { notApplicable };
    const groups = Map.groupBy(routelessNodes(snapshot), ({ kind }) => kind);
    return [...groups].map(([kind, nodes]) => draftOf(snapshot, kind, nodes));
  },
  words: { en: { title, summary, ruledOut } },
});

function title({ kind, nodes, detail }: Facts): string {
  const who = enumerate(nodes);
  const has = nodes.length === 1 ? 'has' : 'have';
  switch (kind) {
    case 'no-address':
      return `Calico knows no address of ${who}, so nobody sends anything there`;
    case 'no-tunnel':
      return `${who} ${has} no tunnel address (${detail}), and the other nodes have one`;
    case 'other-backend':
      return `${who} ${nodes.length === 1 ? 'runs' : 'run'} the backend ${detail}, and the other nodes another one`;
    case 'left-out':
      return `${who} ${has} no BGP session at all, and no other node has one with it`;
    case 'no-mesh':
      return 'no node exchanges routes: the BGP mesh is off and there are no peers';
  }
}

const reasons: Readonly<Record<RoutelessKind, string>> = {
  'no-address': 'The address was taken away, or never stored, while calico-node runs on.',
  'no-tunnel': 'A pool with a tunnel needs an address of it on every node.',
  'other-backend':
    'CALICO_NETWORKING_BACKEND is read at the start: the nodes were started with different values, and only those with the same one exchange routes.',
  'left-out': 'Its BIRD runs, but was told of no peer, as the others were not told of it.',
  'no-mesh':
    'BGPConfiguration switches the node-to-node mesh off, no BGPPeer takes its place, and the pools need routes by BGP.',
};

function summary({ kind, ip }: Facts): string {
  const off = kind === 'no-address' && ip === 'none' ? ' IP is none: it is not looked for.' : '';
  return `${reasons[kind]}${off} The pods are ready all the same: the probe asks only whether the daemons run.`;
}

function ruledOut({ kind }: Facts): readonly string[] {
  return kind === 'no-mesh' || kind === 'no-address'
    ? []
    : ['not a wrong address: what is stored is the node’s own'];
}
