import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import { affectedBy } from '../calico/affected.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { nodeRefs } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { leftOverNodes, type LeftOverKind, type LeftOverNode } from '../calico/stale-nodes.ts';
import { isBefore } from '../calico/time.ts';
import type { Draft, ObjectRef } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { releaseBlocks, removeLeftOver } from '../remediations/node-object.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  /** Names of nodes; addresses where only these are known. */
  readonly names: readonly string[];
  readonly kind: LeftOverKind;
  /** Since when the one is gone that is gone longest. */
  readonly since: string | null;
  /** Nodes that wait for a session with them. */
  readonly waiting: readonly string[];
}

const waitingFor = (left: readonly LeftOverNode[]): readonly string[] => [
  ...new Set(left.flatMap(({ complaints }) => complaints.map(({ view }) => view.name))),
];

function affectedOf(left: readonly LeftOverNode[]): readonly ObjectRef[] {
  const views = left.flatMap(({ view }) => view ?? []);
  if (views.length > 0) return affectedBy(views);
  const isPeer = left.every(({ kind }) => kind === 'peer');
  // What nobody is has no object; who waits for it has.
  return isPeer
    ? affectedBy([...new Set(left.flatMap(({ complaints }) => complaints.map(({ view }) => view)))])
    : nodeRefs(left.map(({ name }) => name));
}

function remediesOf(snapshot: Snapshot, kind: LeftOverKind, names: readonly string[]): Remedy[] {
  const install = installOf(snapshot);
  switch (kind) {
    case 'node-object':
    case 'replaced':
      return [
        removeLeftOver({ install, nodes: names, records: [], isReplaced: kind === 'replaced' }),
      ];
    case 'record':
      return [removeLeftOver({ install, nodes: [], records: names })];
    case 'blocks':
      return [releaseBlocks(install, names)];
    case 'peer':
      return [outsideCluster(remedyWords.record, remedyWords.find(names))];
  }
}

function draftOf(
  snapshot: Snapshot,
  kind: LeftOverKind,
  left: readonly LeftOverNode[],
): Draft<Facts> {
  const names = left.map(({ name }) => name);
  const waiting = waitingFor(left);
  const views = left.flatMap(({ view }) => view ?? []);
  const addresses = left.flatMap(({ name, complaints }) => [
    ...complaints.map(({ peer }) => peer),
    ...(kind === 'peer' ? [name] : []),
  ]);
  const complaints = left.flatMap((one) => one.complaints);
  const affected = affectedOf(left);
  return {
    severity: waiting.length > 0 ? 'error' : 'warning',
    confidence:
      kind !== 'peer' ? 'confirmed' : left.some(({ isGuess }) => !isGuess) ? 'likely' : 'possible',
    facts: {
      names,
      kind,
      since: left.reduce<string | null>(
        (first, { since }) => (first === null || isBefore(since, first) ? since : first),
        null,
      ),
      waiting,
    },
    affected,
    evidence: [
      ...left.slice(0, 3).flatMap(({ evidence }) => evidence),
      ...(kind === 'peer'
        ? []
        : complaints.slice(0, 3).flatMap(({ evidence }) => evidence.slice(0, 1))),
    ],
    explains:
      waiting.length > 0
        ? [
            ...consequencesOfAddresses(snapshot, views, addresses, []),
            { id: 'node-lost-or-kubelet-down', affected },
            { id: 'pod-not-ready', affected: nodeRefs(waiting) },
          ]
        : [],
    remedies: remediesOf(snapshot, kind, names),
  };
}

// The mesh has a session for every node that Calico knows, and new calico-node pods wait for all of them. What is left of a machine
// that is gone keeps them waiting, and its addresses reserved.
export const staleNodeObjects = defineCheck<Facts>({
  id: 'stale-node-objects',
  title: 'every node that Calico knows is a machine of the cluster',
  needs: ['nodes'],
  uses: [
    'events',
    'logs',
    'calicoNodes',
    'blockAffinities',
    'ipamBlocks',
    'bgpPeers',
    ...installUses,
  ],
  run: (snapshot) => {
    const groups = Map.groupBy(leftOverNodes(snapshot), ({ kind }) => kind);
    return [...groups].map(([kind, left]) => draftOf(snapshot, kind, left));
  },
  words: { en: { title, summary } },
});

function title({ names, kind, waiting }: Facts): string {
  const who = enumerate(names);
  const is = names.length === 1 ? 'is' : 'are';
  switch (kind) {
    case 'peer': {
      const nodes = waiting.length > 2 ? counted(waiting.length, 'node') : enumerate(waiting);
      return `${nodes} ${waiting.length === 1 ? 'waits' : 'wait'} for ${who}, which is no machine of the cluster`;
    }
    case 'blocks':
      return `Calico keeps addresses for ${who}, which ${is} no node of the cluster`;
    case 'record':
      return `Calico still knows ${who}, which ${is} no node of the cluster`;
    case 'replaced':
      return `${who} ${is} left over: another node has the address now`;
    case 'node-object':
      return `${who} ${is} gone, but still in the cluster`;
  }
}

const reasons: Readonly<Record<LeftOverKind, string>> = {
  'node-object': 'The Node object is all that is left; nothing was heard of the machine since',
  replaced: 'The machine came back under another name, and its old Node object was not deleted.',
  record: 'The record was not removed together with the node.',
  blocks:
    'The blocks were not released when the node went, so the addresses in them cannot be used.',
  peer: 'The address lies in the network of the nodes: most likely a record that Calico kept of a machine that was removed.',
};

function summary({ kind, since, waiting }: Facts): string {
  const what = kind === 'node-object' ? `${reasons[kind]} ${since ?? 'long ago'}.` : reasons[kind];
  return waiting.length === 0
    ? what
    : `${what} Every calico-node that starts waits for a session with it before it becomes ready.`;
}

const remedyWords = {
  record: 'Find the record in the datastore and remove it',
  find: (names: readonly string[]): readonly string[] => [
    'calicoctl get nodes -o wide',
    `# the node with ${enumerate(names)}, if it is not in this list:`,
    'kubectl get nodes -o wide',
    'calicoctl delete node NAME',
  ],
};
