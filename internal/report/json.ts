import type { Diagnosis } from '../model/diagnosis.ts';
import type { Evidence, Finding, ObjectRef } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';

/** The version of the JSON form; a change that breaks readers makes it v2. */
export const apiVersion = 'calico-fix/v1';

// What JSON.stringify leaves as it is though a terminal would act on it: DEL, C1, bidi controls and other format characters.
const unsafe = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;
// JSON.stringify writes lone surrogates as escapes, which readers in other languages refuse. `\\` is matched to be skipped.
const loneSurrogate = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** Any data as JSON, indented by two, in which no character is left that could steer a terminal. */
export function toJson(data: unknown): string {
  const json = JSON.stringify(data, null, 2)
    .replaceAll(loneSurrogate, (match) => (match === '\\\\' ? match : '\\ufffd'))
    .replaceAll(unsafe, escaped);
  return `${json}\n`;
}

// Only what the schema names: objects of a dump may have brought more along.
const refData = ({ kind, namespace, name }: ObjectRef) => ({ kind, namespace, name });

const remedyData = ({ id, title, action, risk, target, ...rest }: Remedy) => ({
  id,
  title,
  action,
  risk,
  target: target && refData(target),
  changes: rest.changes,
  drains: rest.drains,
  addresses: rest.addresses,
  consent: rest.consent,
  consequences: rest.consequences,
  manual: rest.manual,
  durable: rest.durable,
});

const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const evidenceData = ({ from, field, text, at }: Evidence) => ({
  from: { ...refData(from), container: from.container },
  field,
  text,
  at: at !== undefined && time.test(at) ? at : undefined,
});

const findingData = (finding: Finding) => ({
  id: finding.id,
  severity: finding.severity,
  confidence: finding.confidence,
  title: finding.title,
  summary: finding.summary,
  ruledOut: finding.ruledOut,
  facts: finding.facts,
  affected: finding.affected.map(refData),
  evidence: finding.evidence.map(evidenceData),
  symptoms: finding.symptoms.map(({ id, affected }) => ({
    id,
    affected: affected.map(refData),
  })),
  remedies: finding.remedies.map(remedyData),
});

/** The diagnosis as plain data, in the published form (diagnosis.schema.json). Optional fields may be undefined. */
export function diagnosisData(diagnosis: Diagnosis) {
  const { install, source } = diagnosis;
  return {
    kind: 'Diagnosis',
    apiVersion,
    takenAt: diagnosis.takenAt,
    tool: { version: diagnosis.toolVersion },
    source,
    cluster: {
      context: source.kind === 'live' ? source.name : null,
      kubernetesVersion: install.kubernetesVersion,
      nodes: diagnosis.nodes,
      nodesWithWorkingCalico: diagnosis.nodesWithWorkingCalico,
    },
    install,
    verdict: diagnosis.verdict,
    findings: diagnosis.findings.map(findingData),
    checks: diagnosis.checks.map(({ id, title, result, reason }) => ({
      id,
      title,
      result,
      reason,
    })),
    warnings: diagnosis.warnings,
  };
}

/** The diagnosis as JSON. */
export const renderJson = (diagnosis: Diagnosis): string => toJson(diagnosisData(diagnosis));
