import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { lastingSign, type LoggedFault } from '../calico/lasting-signs.ts';
import type { LogLine } from '../calico/log.ts';
import type { FoundLine } from '../calico/logs.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import type { Check, CheckDefinition, Need, NotApplicable } from '../model/check.ts';
import type { Confidence, Draft, Evidence, Facts, Severity } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { defineCheck } from './define.ts';

/** A node whose calico-node says now what the check looks for. */
export interface Sighting {
  readonly view: NodeView;
  /** The newest line that says so, and what the pattern caught in it. */
  readonly found: FoundLine;
  readonly match: RegExpExecArray;
  /** Every line of that log that says so, since the last time that all was well. */
  readonly lines: readonly LogLine[];
}

/** A fault that calico-node itself names in its log: what to look for, in the wording of every release, and what it means. */
export interface Signature<F extends Facts> extends LoggedFault {
  readonly id: string;
  readonly title: string;
  readonly uses?: readonly Need[];
  /** Among the lines those that say why; the newest of them is shown beside the newest line. */
  readonly reason?: RegExp;
  readonly severity?: (snapshot: Snapshot, sightings: readonly Sighting[]) => Severity;
  /** Why it cannot be so in this cluster; null if it can. */
  readonly excluded?: (snapshot: Snapshot) => string | null;
  /** Drops a sighting that something else explains. */
  readonly counts?: (snapshot: Snapshot, sighting: Sighting) => boolean;
  /** What another object says to the same; one such thing makes the finding sure. */
  readonly confirms?: (snapshot: Snapshot, sighting: Sighting) => readonly Evidence[];
  readonly facts: (snapshot: Snapshot, sightings: readonly Sighting[]) => F;
  /** Ids of what it brings about on the same nodes. */
  readonly explains?: readonly string[] | ((facts: F) => readonly string[]);
  readonly remedies: (snapshot: Snapshot, facts: F) => readonly Remedy[];
  readonly words: CheckDefinition<F>['words'];
}

function sightingsOf<F extends Facts>(
  snapshot: Snapshot,
  signature: Signature<F>,
): readonly Sighting[] {
  return nodeViews(snapshot).flatMap((view) => {
    const sign = lastingSign(snapshot, view, signature);
    const match = sign ? signature.pattern.exec(sign.line.message) : null;
    if (!sign || !match) return [];
    const { line, previous, lines } = sign;
    const found = { line, previous, container: 'calico-node' };
    const sighting = { view, found, match, lines };
    return signature.counts?.(snapshot, sighting) === false ? [] : [sighting];
  });
}

function evidenceOf<F extends Facts>(
  snapshot: Snapshot,
  signature: Signature<F>,
  sighting: Sighting,
): { readonly own: readonly Evidence[]; readonly others: readonly Evidence[] } {
  const { found, lines } = sighting;
  const { pod, health } = sighting.view;
  if (!pod) return { own: [], others: [] };
  const reason = lines.findLast(({ message }) => signature.reason?.test(message) === true);
  const telling = [...new Set([...(reason ? [reason] : []), found.line])];
  return {
    own: telling.map((line) => logEvidence(pod, found.container, line, found.previous)),
    others: [
      ...(health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : []),
      ...(signature.confirms?.(snapshot, sighting) ?? []),
    ],
  };
}

const isPassing = ({ passing }: LoggedFault, { lines }: Sighting): boolean =>
  lines.every(({ message }) => passing?.test(message) === true);

/** The component's own words, and what the kubelet or another object says of the same pod; less sure where it may pass. */
function confidenceOf(isTold: boolean, mayPass: boolean): Confidence {
  if (mayPass) return isTold ? 'likely' : 'possible';
  return isTold ? 'confirmed' : 'likely';
}

function draftOf<F extends Facts>(
  snapshot: Snapshot,
  signature: Signature<F>,
  sightings: readonly Sighting[],
): Draft<F> {
  const views = sightings.map(({ view }) => view);
  const affected = affectedBy(views);
  const sick = affectedBy(views.filter(({ health }) => health?.state === 'sick'));
  const evidence = sightings.map((sighting) => evidenceOf(snapshot, signature, sighting));
  const facts = signature.facts(snapshot, sightings);
  const { explains = [] } = signature;
  const explained = typeof explains === 'function' ? explains(facts) : explains;
  const isTold = evidence.some(({ others }) => others.length > 0);
  const mayPass = sightings.every((sighting) => isPassing(signature, sighting));
  return {
    severity: signature.severity?.(snapshot, sightings) ?? 'error',
    confidence: confidenceOf(isTold, mayPass),
    facts,
    affected,
    evidence: evidence.slice(0, 4).flatMap(({ own, others }) => [...own, ...others]),
    explains: [
      ...(sick.length > 0 ? [{ id: 'pod-not-ready', affected: sick }] : []),
      ...explained.map((id) => ({ id, affected })),
    ],
    remedies: signature.remedies(snapshot, facts),
  };
}

/** A check for a fault that calico-node names in its log. All nodes that say so are one finding. */
export function defineSignature<F extends Facts>(signature: Signature<F>): Check {
  return defineCheck<F>({
    id: signature.id,
    title: signature.title,
    needs: ['logs'],
    uses: signature.uses ?? [],
    run: (snapshot): readonly Draft<F>[] | NotApplicable => {
      const reason = signature.excluded?.(snapshot) ?? null;
      if (reason !== null) return { notApplicable: reason };
      const sightings = sightingsOf(snapshot, signature);
      return sightings.length === 0 ? [] : [draftOf(snapshot, signature, sightings)];
    },
    words: signature.words,
  });
}

/** The nodes of a finding, as most facts have them. */
export const nodesOf = (sightings: readonly Sighting[]): readonly string[] =>
  sightings.map(({ view }) => view.name);

/** Everything that the sightings' logs say of the fault, as one text. */
export const saidBy = (sightings: readonly Sighting[]): string =>
  sightings.flatMap(({ lines }) => lines.map(({ message }) => message)).join('\n');

/** "worker-1", "worker-1 and worker-2", "12 nodes". */
export const someNodes = (nodes: readonly string[]): string =>
  nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ');
