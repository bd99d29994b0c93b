import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { unknownType, type UnknownType } from './api-errors.ts';
import { cniFailures } from './cni-failures.ts';
import { kubeControllersPods, typhaPods } from './components.ts';
import { eventEvidence } from './evidence.ts';
import { eventsAbout, isRecent } from './events.ts';
import type { LogLine } from './log.ts';
import { sickViews, type NodeView } from './nodes.ts';
import { itemsOf } from './snapshot-lists.ts';
import { saidEvidence, standing } from './speech.ts';

/** Types of Calico that the API server does not serve, and who missed them. */
export interface MissingTypes {
  /** `tiers.crd.projectcalico.org`. */
  readonly names: readonly string[];
  /** Sick calico-node pods that say so. */
  readonly views: readonly NodeView[];
  /** Other pods that say so: Typha, kube-controllers, pods without network. */
  readonly others: readonly Pod[];
  readonly evidence: readonly Evidence[];
  /** True where the list of CRDs was read and lacks them. */
  readonly isProven: boolean;
}

// Types of Calico 2: asked for on every start, for data of old, and never there (libcalico-go/lib/backend/k8s).
const ofOld = /^global(?:felix|bgp)configs$/;
const recentSeconds = 900;

const isOfCalico = ({ plural, group }: UnknownType): boolean =>
  /(?:^|\.)projectcalico\.org$/.test(group) && !ofOld.test(plural);

/** The type of Calico (`tiers.crd.projectcalico.org`) that a line or event misses at the API server; null if it tells of none. */
export function missingTypeIn(text: string): string | null {
  const type = unknownType(text);
  return type && isOfCalico(type) ? `${type.plural}.${type.group}` : null;
}

const readLine = ({ text }: LogLine): string | null => missingTypeIn(text);

interface Missed {
  readonly name: string;
  readonly evidence: Evidence;
}

const inLogs = (snapshot: Snapshot, pod: Pod): readonly Missed[] =>
  standing(snapshot, pod, readLine, { quiet: () => 240 }).map((said) => ({
    name: said.value,
    evidence: saidEvidence(pod, said),
  }));

// kube-controllers' probe repeats why it cannot start.
const inEvents = (snapshot: Snapshot, pod: Pod): readonly Missed[] =>
  eventsAbout(snapshot, pod).flatMap((event) => {
    const name = isRecent(snapshot, event, recentSeconds) ? missingTypeIn(event.message) : null;
    return name === null ? [] : [{ name, evidence: eventEvidence(event) }];
  });

const inNetworks = (snapshot: Snapshot): readonly (Missed & { readonly pod: Pod })[] =>
  cniFailures(snapshot).flatMap(({ pod, event }) => {
    const name = missingTypeIn(event.message);
    return name === null ? [] : [{ name, pod, evidence: eventEvidence(event) }];
  });

function isServed(snapshot: Snapshot, name: string): boolean {
  return itemsOf(snapshot, 'customResourceDefinitions').some(
    ({ metadata }) => metadata.name === name,
  );
}

/** The types that parts of Calico miss now; null if none are. A type that is merely listed is no fault: see the check's page. */
export function missingTypes(snapshot: Snapshot): MissingTypes | null {
  const bySick = sickViews(snapshot).flatMap((view) => {
    const { pod } = view;
    return pod ? inLogs(snapshot, pod).map((missed) => ({ ...missed, view })) : [];
  });
  const byOthers = [...typhaPods(snapshot), ...kubeControllersPods(snapshot)].flatMap((pod) =>
    [...inLogs(snapshot, pod), ...inEvents(snapshot, pod)].map((missed) => ({ ...missed, pod })),
  );
  const others = [...byOthers, ...inNetworks(snapshot)];
  const missed = [...bySick, ...others].filter(({ name }) => !isServed(snapshot, name));
  const [first] = missed;
  if (!first || sickViews(snapshot).length + others.length === 0) return null;
  const unique = new Map(missed.map((one) => [JSON.stringify(one.evidence.from), one.evidence]));
  return {
    names: [...new Set(missed.map(({ name }) => name))].toSorted(),
    views: [...new Set(bySick.map(({ view }) => view))],
    others: [...new Set(others.map(({ pod }) => pod))],
    evidence: [...unique.values()].slice(0, 5),
    isProven: snapshot.lists.customResourceDefinitions.state === 'read',
  };
}
