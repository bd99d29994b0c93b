import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import {
  addressConflicts,
  conflictViews,
  type AddressConflict,
  type ConflictKind,
} from '../calico/address-conflicts.ts';
import { ownAddresses } from '../calico/address-claims.ts';
import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { autodetectionMethod } from '../remediations/autodetection-method.ts';
import { removeLeftOver, renewAddress } from '../remediations/node-object.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly address: string;
  readonly kind: ConflictKind;
  /** Nodes whose calico-node refuses to start, or to change, because of it. */
  readonly refused: readonly string[];
  /** Nodes that run with it. */
  readonly sharing: readonly string[];
  /** Who has it already, by calico-node's own words. */
  readonly holders: readonly string[];
}

const namesOf = (views: AddressConflict['losers']): readonly string[] =>
  views.map(({ name }) => name);

const factsOf = ({ ip, kind, losers, sharers, holders }: AddressConflict): Facts => ({
  address: ip,
  kind,
  refused: namesOf(losers),
  sharing: namesOf(sharers),
  holders,
});

function remediesOf(snapshot: Snapshot, conflict: AddressConflict): readonly Remedy[] {
  const install = installOf(snapshot);
  const { kind, ip, family, holders } = conflict;
  const views = conflictViews(conflict);
  switch (kind) {
    case 'dead-holder':
      return [removeLeftOver({ install, nodes: holders, records: [] })];
    case 'unknown-holder':
      // Without a record of its own Calico forgets the node together with the object: a new start will do.
      return install.datastore === 'etcd'
        ? [removeLeftOver({ install, nodes: [], records: holders })]
        : [
            renewAddress(
              install,
              views.map(({ name, pod }) => ({ node: name, pod: pod?.metadata.name ?? null })),
            ),
          ];
    case 'not-own': {
      const astray = views.filter((view) => !ownAddresses(view, family).includes(ip));
      const methods = autodetectionMethod(snapshot, new Set(namesOf(astray)), family);
      return methods.length > 0 ? methods : [ownAddressEach(conflict)];
    }
    case 'duplicate-address':
      return [
        ownAddressEach(conflict),
        ...autodetectionMethod(snapshot, new Set(namesOf(views)), family),
      ];
  }
}

function ownAddressEach(conflict: AddressConflict): Remedy {
  const [first] = conflictViews(conflict);
  return outsideCluster(remedyWords.outside(conflict.ip), [
    remedyWords.whoAnswers(first?.name ?? 'another machine of the network'),
    `sudo arping -D -c 3 -I INTERFACE ${conflict.ip}`,
    ...remedyWords.nat,
  ]);
}

function draftOf(snapshot: Snapshot, conflict: AddressConflict): Draft<Facts> {
  const views = conflictViews(conflict);
  const own = affectedBy(views);
  const dead = affectedBy(
    nodeViews(snapshot).filter(({ name, isLost }) => isLost && conflict.holders.includes(name)),
  );
  const holders = affectedBy([...new Set([...views, ...conflict.sharers])]);
  return {
    severity: 'error',
    confidence: conflict.isSure ? 'confirmed' : 'likely',
    facts: factsOf(conflict),
    affected: own,
    evidence: conflict.evidence,
    explains: [
      ...consequencesOfAddresses(snapshot, views, [conflict.ip], ['node-without-routes']),
      ...['node-lost-or-kubelet-down', 'stale-node-objects'].map((id) => ({
        id,
        affected: dead,
      })),
      { id: 'bgp-as-or-id-mismatch', affected: holders },
    ],
    remedies: remediesOf(snapshot, conflict),
  };
}

// Two nodes with one address do not peer with each other, and what is sent to one of them may end at the other. calico-node looks
// for it only when its address changes, and then refuses to start (startup.go, checkConflictingNodes).
export const ipAddressConflict = defineCheck<Facts>({
  id: 'ip-address-conflict',
  title: 'no two nodes have the same Calico address',
  needs: ['logs'],
  uses: ['events', 'ipPools', 'calicoNodes', ...installUses],
  run: (snapshot) => {
    const { renderer, policyOnly } = installOf(snapshot);
    // Without routes of Calico's own nobody asks for the address; a start that is refused is refused all the same.
    const isUsed = renderer !== 'canal' && !policyOnly;
    return addressConflicts(snapshot)
      .filter(({ losers }) => isUsed || losers.length > 0)
      .map((conflict) => draftOf(snapshot, conflict));
  },
  words: { en: { title, summary } },
});

function title({ address, kind, refused, sharing, holders }: Facts): string {
  const who = enumerate(refused.length > 0 ? refused : sharing);
  if (refused.length === 0) return `${who} have the same address, ${address}`;
  const holder = enumerate(holders);
  const whose =
    kind === 'dead-holder'
      ? `${holder}, which is gone, still has it`
      : kind === 'unknown-holder'
        ? `Calico still has it for ${holder}, which is no node any more`
        : `${holder} has it already`;
  return `${who} cannot take the address ${address}: ${whose}`;
}

const causes: Readonly<Record<ConflictKind, string>> = {
  'dead-holder':
    'The machine that had the address was replaced, but its Node object was left in the cluster.',
  'unknown-holder':
    'The record belongs to a node that Kubernetes does not know: it was left when the machine went, or the node was renamed.',
  'duplicate-address':
    'Kubernetes knows both nodes by this address: two machines share it, or all of them show the same address of a NAT.',
  'not-own':
    'It is not the own address of each of them: calico-node took one of a bridge, of another interface, or one that moves between machines.',
};

function summary({ kind, refused, sharing }: Facts): string {
  const effect =
    refused.length > 0
      ? 'calico-node refuses an address that another node has.'
      : `All ${sharing.length} nodes look well, as nodes with one address leave each other out; no traffic goes between their pods.`;
  return `${effect} ${causes[kind]}`;
}

const remedyWords = {
  outside: (ip: string): string => `Give each machine an address of its own in place of ${ip}`,
  whoAnswers: (node: string): string =>
    `# on ${node}: does another machine answer for the address? (INTERFACE: the network card)`,
  nat: [
    '# all nodes with one address (10.0.2.15 and the like) is the NAT of virtual machines: give the',
    '# kubelets --node-ip with the address of the other card, and Calico a method that takes it',
  ],
};
