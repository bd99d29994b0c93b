import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import { addressConflicts, conflictViews } from '../calico/address-conflicts.ts';
import { affectedBy } from '../calico/affected.ts';
import type { Family } from '../calico/autodetection/address.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import type { NodeView } from '../calico/nodes.ts';
import { strangePeers, type StrangePeer } from '../calico/strange-peers.ts';
import {
  wrongConfidence,
  wrongFacts,
  wrongNode,
  wrongSeverity,
  type WrongAddressFacts,
  type WrongNode,
} from '../calico/wrong-address-facts.ts';
import { wrongAddresses, type WrongAddress } from '../calico/wrong-addresses.ts';
import { methodOn } from '../calico/wrong-kind.ts';
import type { Draft, Severity, Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { autodetectionMethod } from '../remediations/autodetection-method.ts';
import { removeInterface } from '../remediations/remove-interface.ts';
import { restoreAddress } from '../remediations/restore-address.ts';
import { defineCheck } from './define.ts';

type Facts = WrongAddressFacts;

// What else may be reported of the nodes themselves.
const followers = [
  'node-without-routes',
  'stale-node-objects',
  'bird-not-running',
  'bgp-as-or-id-mismatch',
  'bgp-port-179-in-use',
  'vxlan-device-conflict',
];

// A node that cannot take its address because another one gave it out by mistake is no fault of its own.
function conflictSymptom(
  snapshot: Snapshot,
  views: readonly NodeView[],
  addresses: readonly string[],
): Symptom {
  const others = addressConflicts(snapshot)
    .filter(({ ip }) => addresses.includes(ip))
    .flatMap(conflictViews);
  return { id: 'ip-address-conflict', affected: affectedBy([...new Set([...views, ...others])]) };
}

// Kubernetes knows the node by the very address that it has lost: no other method finds it one.
const hasLostOwn = ({ kind, own }: WrongAddress): boolean => kind === 'gone' && own === null;

function draftOf(
  snapshot: Snapshot,
  family: Family,
  severity: Severity,
  wrong: readonly WrongAddress[],
): Draft<Facts> {
  const views = wrong.map(({ claim }) => claim.view);
  const addresses = wrong.map(({ claim }) => claim.ip);
  const lost = wrong.filter(hasLostOwn);
  const isSure = wrong.some((one) => wrongConfidence(one) === 'confirmed');
  return {
    severity,
    confidence: isSure ? 'confirmed' : 'likely',
    facts: wrongFacts(snapshot, family, wrong),
    affected: affectedBy(views),
    evidence: wrong.slice(0, 3).flatMap(({ evidence }) => evidence),
    // What is only at risk brings nothing about.
    explains:
      severity === 'warning'
        ? []
        : [
            ...consequencesOfAddresses(snapshot, views, addresses, followers),
            conflictSymptom(snapshot, views, addresses),
          ],
    remedies: [
      ...(lost.length > 0 ? [restoreAddress(lost.map(wrongNode))] : []),
      ...(lost.length === wrong.length
        ? []
        : autodetectionMethod(snapshot, new Set(views.map(({ name }) => name)), family)),
      ...removeInterface(wrong.map(wrongNode)),
    ],
  };
}

function strangeDraft(snapshot: Snapshot, { ip, reports, suspects }: StrangePeer): Draft<Facts> {
  const reporters = reports.map(({ view }) => view);
  const views = suspects.length > 0 ? suspects : reporters;
  const [first] = views;
  const family = ip.includes(':') ? 6 : 4;
  return {
    severity: 'error',
    confidence: suspects.length > 0 || reports.length > 1 ? 'likely' : 'possible',
    facts: {
      ...wrongFacts(snapshot, family, []),
      kind: 'nobody',
      address: ip,
      complaining: reporters.map(({ name }) => name),
      method: first ? methodOn(snapshot, first, family) : '',
    },
    affected: affectedBy(views),
    evidence: reports.slice(0, 3).flatMap(({ evidence }) => evidence.slice(0, 1)),
    explains: consequencesOfAddresses(snapshot, views, [ip], followers),
    remedies: autodetectionMethod(snapshot, new Set(suspects.map(({ name }) => name)), family),
  };
}

function draftsOf(snapshot: Snapshot): readonly Draft<Facts>[] {
  const found = ([4, 6] as const).flatMap((family) => {
    const bySeverity = Map.groupBy(wrongAddresses(snapshot, family), (wrong) =>
      wrongSeverity(snapshot, wrong),
    );
    return [...bySeverity].flatMap(([severity, wrong]) => {
      // An interface has several IPv6 addresses of one network as a rule.
      const counted = wrong.filter(
        ({ kind }) => family === 4 || severity === 'error' || kind !== 'second-address',
      );
      return counted.length > 0 ? [draftOf(snapshot, family, severity, counted)] : [];
    });
  });
  const strange = strangePeers(snapshot).filter(({ isNear }) => !isNear);
  return [...found, ...strange.map((peer) => strangeDraft(snapshot, peer))];
}

// calico-node looks for its node's address by itself and may take that of a bridge, a VPN or a floating address. Other nodes then
// send to an address that is not there, or not the node's (node/pkg/lifecycle/startup/autodetection).
export const wrongIpAutodetected = defineCheck<Facts>({
  id: 'wrong-ip-autodetected',
  title: "every node's Calico address is the node's own",
  needs: ['events', 'logs'],
  uses: ['ipPools', 'bgpPeers', 'calicoNodes', ...installUses],
  run: (snapshot) => {
    const { renderer, policyOnly } = installOf(snapshot);
    return renderer === 'canal' || policyOnly ? { notApplicable: noAddresses } : draftsOf(snapshot);
  },
  words: { en: { title, summary, ruledOut } },
});

const noAddresses = 'calico-node detects no address in this kind of installation';

const belongings: Readonly<Record<string, string>> = {
  'own-device': "one of Calico's own devices",
  virtual: 'a floating address',
  vpn: 'a VPN',
  bridge: 'a container bridge',
  'second-address': 'a second address',
  'other-interface': 'another interface',
};

function whose({ kind, interface: name }: WrongNode): string {
  const what = belongings[kind] ?? kind;
  switch (kind) {
    case 'virtual':
    case 'second-address':
      return name === null ? what : `${what} on ${name}`;
    case 'network-address':
      return 'the address of the network itself';
    case 'gone':
      return 'an address that no interface there has now';
    default:
      return name === null ? `the address of ${what}` : `the address of ${what} (${name})`;
  }
}

// One address belongs to one sort of thing: the node on which it was seen tells what.
const bestTold = (nodes: readonly WrongNode[]): WrongNode | undefined =>
  nodes.find(({ kind, interface: name }) => kind !== 'gone' && name !== null) ??
  nodes.find(({ kind }) => kind !== 'gone');

const verb = (names: readonly string[], one: string, many: string): string =>
  names.length === 1 ? one : many;

function title({ nodes, address, kind, complaining }: Facts): string {
  if (kind === 'nobody') {
    const who = complaining.length > 2 ? `${complaining.length} nodes` : enumerate(complaining);
    return `${who} ${verb(complaining, 'waits', 'wait')} for ${address}, which is no node's address`;
  }
  const [first, ...others] = nodes;
  if (!first) return '';
  const names = enumerate(nodes.map(({ node }) => node));
  if (others.length === 0) return `${first.node} gave out ${first.address}, ${whose(first)}`;
  return address === null
    ? `${names} gave out addresses that are not their own`
    : `${names} ${nodes.length === 2 ? 'both' : 'all'} gave out ${address}, ${whose(bestTold(nodes) ?? first)}`;
}

function right({ nodes: [first, ...others] }: Facts): string {
  if (!first || first.own === null || others.length > 0) return '';
  const on = first.ownInterface === null ? '' : ` (${first.ownInterface})`;
  return `Its own address is ${first.own}${on}.`;
}

function effect({ kind, nodes, address, calicoVersion }: Facts): string {
  if (kind === 'nobody')
    return 'Some node told the cluster the address of a bridge or another interface; its calico-node gets no session.';
  if (kind === 'gone' && nodes.every(({ own }) => own === null))
    return 'Kubernetes knows the node by it, but no interface has it: BIRD cannot send from it, and nobody reaches it.';
  if (kind === 'network-address')
    return `With kubernetes-internal-ip ${calicoVersion} stores the network in place of the address, the same for all its nodes.`;
  if (nodes.length > 1 && address !== null)
    return 'Nodes with one address do not peer with each other, so traffic between their pods is lost.';
  return 'Other nodes send the traffic for its pods there, and it is lost.';
}

function story({ nodes, kind, calicoVersion }: Facts): readonly string[] {
  const flipped = nodes.filter(({ isFlip }) => isFlip).map(({ node }) => node);
  const isAnchored = /^v3\.(?:23\.4|24\.3)$/.test(calicoVersion ?? '');
  return [
    ...(flipped.length > 0 ? [`On ${enumerate(flipped)} it changed while calico-node ran.`] : []),
    ...(kind === 'own-device' && isAnchored
      ? [`${calicoVersion} does not leave out Calico's own devices; the next patch release does.`]
      : []),
  ];
}

function summary(facts: Facts): string {
  const { kind, complaining, areAllReady } = facts;
  const waiting =
    complaining.length > 0 && kind !== 'nobody'
      ? [`${enumerate(complaining)} ${verb(complaining, 'waits', 'wait')} for a session with it.`]
      : [];
  const seen = areAllReady ? ['Every calico-node is ready all the same.'] : waiting;
  return [right(facts), effect(facts), ...story(facts), ...seen].filter(Boolean).join(' ');
}

function ruledOut({ kind, complaining }: Facts): readonly string[] {
  return kind === 'nobody' || complaining.length === 0
    ? []
    : ['not a blocked port 179: what the other nodes try to reach is not an address of the node'];
}
