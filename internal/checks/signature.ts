import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import type { FoundLine } from '../calico/logs.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { presentSign } from '../calico/signs.ts';
import type { Check, CheckDefinition, Need, NotApplicable } from '../model/check.ts';
import type { Confidence, Draft, Evidence, Facts, Severity } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { defineCheck } from './define.ts';

/** A node whose calico-node says now what the check looks for. */
export interface Sighting {
  readonly view: NodeView;
  readonly found: FoundLine;
  readonly match: RegExpExecArray;
}

/** A fault that calico-node itself names in its log: what to look for, and what it means. */
export interface Signature<F extends Facts> {
  readonly id: string;
  readonly title: string;
  readonly uses?: readonly Need[];
  /** What the line says, in the wording of every release. */
  readonly pattern: RegExp;
  readonly severity?: Severity;
  /** Why it cannot be so in this cluster; null if it can. */
  readonly excluded?: (snapshot: Snapshot) => string | null;
  /** Drops a sighting that something else explains. */
  readonly counts?: (snapshot: Snapshot, sighting: Sighting) => boolean;
  /** What another object says to the same; one such thing makes the finding sure. */
  readonly confirms?: (snapshot: Snapshot, sighting: Sighting) => readonly Evidence[];
  readonly facts: (snapshot: Snapshot, sightings: readonly Sighting[]) => F;
  readonly explains?: readonly string[];
  readonly remedies: (snapshot: Snapshot, facts: F) => readonly Remedy[];
  readonly words: CheckDefinition<F>['words'];
}

function sightingsOf<F extends Facts>(
  snapshot: Snapshot,
  signature: Signature<F>,
): readonly Sighting[] {
  return nodeViews(snapshot).flatMap((view) => {
    const found = presentSign(snapshot, view, signature.pattern);
    const match = found ? signature.pattern.exec(found.line.text) : null;
    if (!found || !match) return [];
    const sighting = { view, found, match };
    return signature.counts?.(snapshot, sighting) === false ? [] : [sighting];
  });
}

function evidenceOf<F extends Facts>(
  snapshot: Snapshot,
  signature: Signature<F>,
  sighting: Sighting,
): readonly Evidence[] {
  const { view, found } = sighting;
  const { pod, health } = view;
  if (!pod) return [];
  return [
    logEvidence(pod, found.container, found.line, found.previous),
    ...(health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : []),
    ...(signature.confirms?.(snapshot, sighting) ?? []),
  ];
}

function draftOf<F extends Facts>(
  snapshot: Snapshot,
  signature: Signature<F>,
  sightings: readonly Sighting[],
): Draft<F> {
  const affected = affectedBy(sightings.map(({ view }) => view));
  const evidence = sightings.map((sighting) => evidenceOf(snapshot, signature, sighting));
  const facts = signature.facts(snapshot, sightings);
  // The component's own words, and what the kubelet or another object says of the same pod.
  const confidence: Confidence = evidence.some((items) => items.length > 1)
    ? 'confirmed'
    : 'likely';
  return {
    severity: signature.severity ?? 'error',
    confidence,
    facts,
    affected,
    evidence: evidence.slice(0, 4).flat(),
    explains: ['pod-not-ready', ...(signature.explains ?? [])].map((id) => ({ id, affected })),
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

/** "worker-1", "worker-1 and worker-2", "12 nodes". */
export const someNodes = (nodes: readonly string[]): string =>
  nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ');
