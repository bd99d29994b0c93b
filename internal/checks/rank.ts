import type { Finding, ObjectRef, Severity, Symptom } from '../model/finding.ts';
import { undeterminedId } from './undetermined.ts';

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

/** True if an error that is no symptom itself is about every node (or, without nodes, every object) of this symptom. */
function covers(cause: Finding, symptom: Finding): boolean {
  if (cause === symptom || cause.isSymptom === true || cause.severity !== 'error') return false;
  if (cause.id === undeterminedId) return false;
  const objects = new Set(
    [...cause.affected, ...cause.symptoms.flatMap(({ affected }) => affected)].map(keyOf),
  );
  const nodes = symptom.affected.filter(({ kind }) => kind === 'Node');
  const refs = nodes.length > 0 ? nodes : symptom.affected;
  return refs.length > 0 && refs.every((ref) => objects.has(keyOf(ref)));
}

const nested = (cause: Finding, symptom: Finding): Finding =>
  explains(cause, symptom)
    ? cause
    : { ...cause, symptoms: [...cause.symptoms, { id: symptom.id, affected: symptom.affected }] };

// A check names all that its cause may bring about; of other checks' findings only those that were there are told.
function observed(cause: Finding, findings: readonly Finding[], order: readonly string[]): Finding {
  const isSeen = ({ id, affected }: Symptom): boolean =>
    !order.includes(id) ||
    findings.some(
      (other) => other !== cause && explains({ ...cause, symptoms: [{ id, affected }] }, other),
    );
  return cause.symptoms.every(isSeen)
    ? cause
    : { ...cause, symptoms: cause.symptoms.filter(isSeen) };
}

/**
 * Orders findings: errors first, then the surer one, then the order of the check list, in which causes stand before
 * what they cause. A finding that another explains is left out: it stays as a symptom of its cause.
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
  const isExplained = (finding: Finding): boolean =>
    sorted.some(
      (cause) =>
        cause !== finding &&
        explains(cause, finding) &&
        // What does not work now is not told as a detail of a mere risk.
        severities.indexOf(cause.severity) <= severities.indexOf(finding.severity) &&
        !(explains(finding, cause) && place(finding) < place(cause)),
    );
  const kept = sorted.filter((finding) => !isExplained(finding));
  const below = kept.filter(
    (finding) => finding.isSymptom === true && kept.some((cause) => covers(cause, finding)),
  );
  return kept
    .filter((finding) => !below.includes(finding))
    .map((cause) => observed(cause, findings, order))
    .map((cause) => below.filter((symptom) => covers(cause, symptom)).reduce(nested, cause));
}
