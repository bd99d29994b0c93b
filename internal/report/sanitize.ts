import type { CheckOutcome } from '../model/check.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Evidence, Finding, ObjectRef, Symptom } from '../model/finding.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { unicodeGlyphs } from './style.ts';

// Cc: C0, DEL, C1. Cf: bidi controls, zero-width and tag characters. Cs: lone surrogates. Zl, Zp: line separators.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x09) return ' ';
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

// Not by a regular expression: `[\r\n]+$` takes quadratic time on a long run of line ends.
function withoutLastLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

/**
 * Makes a string from a cluster safe for one line of a terminal or a text file: what could move the cursor, colour,
 * reorder or hide text is replaced by a visible form (`\x1b`), a line end inside by `newline`; those at the end are dropped.
 */
export function sanitize(text: string, newline: string = unicodeGlyphs.newline): string {
  return withoutLastLineEnds(text).replaceAll(lineEnd, newline).replaceAll(unsafe, visible);
}

/** The same for text that may have several lines, such as a command with a here-document: its line ends stay. */
export function sanitizeLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => sanitize(line))
    .join('\n');
}

type Clean = (text: string) => string;

const cleanRef = <R extends ObjectRef & { readonly container?: string }>(
  ref: R,
  clean: Clean,
): R => ({
  ...ref,
  kind: clean(ref.kind),
  name: clean(ref.name),
  ...(ref.namespace === undefined ? {} : { namespace: clean(ref.namespace) }),
  ...(ref.container === undefined ? {} : { container: clean(ref.container) }),
});

const cleanEvidence = (evidence: Evidence, clean: Clean): Evidence => ({
  from: cleanRef(evidence.from, clean),
  field: clean(evidence.field),
  text: clean(evidence.text),
  ...(evidence.at === undefined ? {} : { at: clean(evidence.at) }),
});

const cleanSymptom = (symptom: Symptom, clean: Clean): Symptom => ({
  id: clean(symptom.id),
  affected: symptom.affected.map((ref) => cleanRef(ref, clean)),
});

const cleanRemedy = (remedy: Remedy, clean: Clean): Remedy => ({
  ...remedy,
  id: clean(remedy.id),
  title: clean(remedy.title),
  ...(remedy.target === undefined ? {} : { target: cleanRef(remedy.target, clean) }),
  consequences: remedy.consequences.map(clean),
  manual: remedy.manual.map(sanitizeLines),
  ...(remedy.durable === undefined ? {} : { durable: remedy.durable.map(sanitizeLines) }),
});

const cleanFinding = (finding: Finding, clean: Clean): Finding => ({
  ...finding,
  id: clean(finding.id),
  title: clean(finding.title),
  summary: clean(finding.summary),
  ruledOut: finding.ruledOut.map(clean),
  affected: finding.affected.map((ref) => cleanRef(ref, clean)),
  evidence: finding.evidence.map((evidence) => cleanEvidence(evidence, clean)),
  symptoms: finding.symptoms.map((symptom) => cleanSymptom(symptom, clean)),
  remedies: finding.remedies.map((remedy) => cleanRemedy(remedy, clean)),
});

const cleanCheck = (check: CheckOutcome, clean: Clean): CheckOutcome => ({
  ...check,
  title: clean(check.title),
  reason: clean(check.reason),
});

const orNull = (text: string | null, clean: Clean): string | null =>
  text === null ? null : clean(text);

const cleanInstall = (install: Install, clean: Clean): Install => ({
  ...install,
  ownerName: orNull(install.ownerName, clean),
  namespace: orNull(install.namespace, clean),
  daemonSet: orNull(install.daemonSet, clean),
  installation: orNull(install.installation, clean),
  calicoVersion: orNull(install.calicoVersion, clean),
  operatorVersion: orNull(install.operatorVersion, clean),
  kubernetesVersion: orNull(install.kubernetesVersion, clean),
  reasons: install.reasons.map(clean),
});

/**
 * A copy of the diagnosis whose strings are all safe to print, so that no renderer can forget one. `facts` and the
 * bodies of changes stay as they are: only JSON and YAML carry them.
 */
export function sanitizeDiagnosis(diagnosis: Diagnosis, newline?: string): Diagnosis {
  const clean: Clean = (text) => sanitize(text, newline);
  const { source } = diagnosis;
  return {
    ...diagnosis,
    takenAt: clean(diagnosis.takenAt),
    source: {
      ...source,
      name: clean(source.name),
      ...(source.server === undefined ? {} : { server: clean(source.server) }),
    },
    install: cleanInstall(diagnosis.install, clean),
    findings: diagnosis.findings.map((finding) => cleanFinding(finding, clean)),
    checks: diagnosis.checks.map((check) => cleanCheck(check, clean)),
    warnings: diagnosis.warnings.map(clean),
  };
}
