import type { CheckOutcome } from '../model/check.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Finding, ObjectRef, Severity } from '../model/finding.ts';
import { toJson } from './json.ts';
import { fullName } from './references.ts';
import { sanitizeDiagnosis } from './sanitize.ts';
import { explainCommand } from './text-finding.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

interface Rule {
  readonly id: string;
  readonly title: string;
}

// Findings that no check made, such as `undetermined`, need a rule as well.
function rulesOf({ checks, findings }: Diagnosis): readonly Rule[] {
  const rules = new Map(checks.map(({ id, title }) => [id, title]));
  for (const { id, title } of findings) if (!rules.has(id)) rules.set(id, title);
  return [...rules].map(([id, title]) => ({ id, title }));
}

const location = (ref: ObjectRef) => ({
  logicalLocations: [{ name: ref.name, fullyQualifiedName: fullName(ref), kind: 'resource' }],
});

const result = (finding: Finding, ruleIndex: number) => ({
  ruleId: finding.id,
  ruleIndex,
  level: levels[finding.severity],
  message: { text: `${finding.title}. ${finding.summary}` },
  locations: finding.affected.slice(0, 1).map(location),
  relatedLocations: finding.affected
    .slice(1)
    .map((ref, index) => ({ id: index + 1, ...location(ref) })),
  properties: {
    confidence: finding.confidence,
    evidence: finding.evidence.map(
      ({ from, field, text }) => `${fullName(from)} ${field}: ${text}`,
    ),
    remedies: finding.remedies.map(({ title }) => title),
  },
});

const notification = ({ id, reason, failed }: CheckOutcome) => ({
  level: failed ? 'error' : 'note',
  message: { text: reason },
  associatedRule: { id },
});

/**
 * The diagnosis as SARIF 2.1.0 (OASIS standard): a rule for each check, a result for each finding with the objects as
 * logical locations, a notification for each check that could not tell.
 */
export function renderSarif(diagnosis: Diagnosis): string {
  const clean = sanitizeDiagnosis(diagnosis);
  const rules = rulesOf(clean);
  const places = new Map(rules.map(({ id }, index) => [id, index]));
  const unknown = clean.checks.filter(({ result: outcome }) => outcome === 'unknown');
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kubectl calico-fix',
            semanticVersion: clean.toolVersion,
            rules: rules.map(({ id, title }) => ({
              id,
              shortDescription: { text: title },
              help: { text: explainCommand(id) },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: clean.verdict !== 'unknown',
            endTimeUtc: clean.source.kind === 'live' ? clean.takenAt : undefined,
            toolExecutionNotifications: unknown.map(notification),
          },
        ],
        results: clean.findings.map((finding) => result(finding, places.get(finding.id) ?? -1)),
        properties: { verdict: clean.verdict },
      },
    ],
  });
}
