import type { Finding, ObjectRef, Severity } from '../model/finding.ts';

const severities: readonly Severity[] = ['error', 'warning', 'info'];
const confidences = ['confirmed', 'likely', 'possible'] as const;

const keyOf = (ref: ObjectRef): string => `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;

/** True if the cause names this finding among what it explains, for all the objects that the finding is about. */
export function explains(cause: Finding, other: Finding): boolean {
  return cause.symptoms.some(({ id, affected }) => {
    if (id !== other.id) return false;
    const objects = new Set(affected.map(keyOf));
    return other.affected.every((ref) => objects.has(keyOf(ref)));
  });
}

/**
 * Orders findings: errors first, then the surer one, then the order of the check list, in which causes stand before
 * what they cause. A finding that an earlier one explains is left out: it stays as a symptom of its cause.
 */
export function rank(findings: readonly Finding[], order: readonly string[]): readonly Finding[] {
  const place = (finding: Finding): number => {
    const index = order.indexOf(finding.id);
    return index === -1 ? order.length : index;
  };
  const sorted = findings.toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence) ||
      place(a) - place(b),
  );
  const kept: Finding[] = [];
  for (const finding of sorted) {
    const isExplained = sorted.some(
      (cause) =>
        cause !== finding &&
        explains(cause, finding) &&
        !(explains(finding, cause) && place(finding) < place(cause)),
    );
    if (!isExplained) kept.push(finding);
  }
  return kept;
}
