import type { CheckOutcome } from '../model/check.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { affectedNames, fullName } from './references.ts';
import { sanitizeDiagnosis } from './sanitize.ts';
import { verdictSentence } from './verdict.ts';
import { words } from './words.ts';

// XML 1.0 has no way at all to write these, not even as references.
const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML, in an element or in a quoted attribute. */
export const xmlText = (text: string): string =>
  text.replaceAll(illegal, '').replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

interface Case {
  readonly id: string;
  readonly state: 'failure' | 'error' | 'skipped' | 'passed';
  readonly message: string;
  readonly body: string;
}

function findingBody(finding: Finding): string {
  const [first] = finding.remedies;
  return [
    finding.summary,
    `${words.en.labels.affected}: ${affectedNames(finding.affected).join(', ')}`,
    `${words.en.labels.evidence}:`,
    ...finding.evidence.map(({ from, field, text }) => `  ${fullName(from)} ${field}: ${text}`),
    ...(first
      ? [`${words.en.labels.fix}: ${first.title}`, ...first.manual.map((line) => `  ${line}`)]
      : []),
  ].join('\n');
}

function foundCase(id: string, own: readonly Finding[], counted: ReadonlySet<Severity>): Case {
  const isFailure = own.some(({ severity }) => counted.has(severity));
  return {
    id,
    state: isFailure ? 'failure' : 'passed',
    message: own.map(({ confidence, title }) => `${confidence}: ${title}`).join('; '),
    body: own.map(findingBody).join('\n\n'),
  };
}

function caseOf(
  check: CheckOutcome,
  findings: readonly Finding[],
  counted: ReadonlySet<Severity>,
): Case {
  const { id, reason } = check;
  const own = findings.filter((finding) => finding.id === id);
  if (own.length > 0) return foundCase(id, own, counted);
  if (check.result === 'passed') return { id, state: 'passed', message: '', body: '' };
  if (check.result !== 'found') {
    return { id, state: check.failed ? 'error' : 'skipped', message: reason, body: '' };
  }
  // Found, but no root cause: it is nested under what explains it, and counted there.
  const causes = findings.filter(({ symptoms }) => symptoms.some((symptom) => symptom.id === id));
  const message = words.en.explainedBy(causes.map((cause) => cause.id).join(', '));
  return { id, state: 'skipped', message, body: '' };
}

function caseXml({ id, state, message, body }: Case): string {
  const open = `    <testcase classname="calico-fix" name="${xmlText(id)}"`;
  if (state === 'passed') {
    return body === ''
      ? `${open}/>`
      : `${open}>\n      <system-out>${xmlText(`${message}\n${body}`)}</system-out>\n    </testcase>`;
  }
  const attributes = `message="${xmlText(message)}"${state === 'failure' ? ` type="${xmlText(id)}"` : ''}`;
  const element =
    body === ''
      ? `<${state} ${attributes}/>`
      : `<${state} ${attributes}>${xmlText(body)}</${state}>`;
  return `${open}>\n      ${element}\n    </testcase>`;
}

/**
 * The diagnosis as JUnit XML, a test case for each check: `failure` for findings whose severity is in `counted` (those
 * that decide the exit code), `error` where the input could not be read, `skipped` where a check could not tell, does not
 * apply, or found what another finding explains.
 */
export function renderJunit(
  diagnosis: Diagnosis,
  counted: ReadonlySet<Severity> = new Set(['error']),
): string {
  const clean = sanitizeDiagnosis(diagnosis);
  const known = new Set(clean.checks.map(({ id }) => id));
  const loose = [...new Set(clean.findings.map(({ id }) => id))].filter((id) => !known.has(id));
  const cases = [
    ...clean.checks.map((check) => caseOf(check, clean.findings, counted)),
    ...loose.map((id) =>
      foundCase(
        id,
        clean.findings.filter((finding) => finding.id === id),
        counted,
      ),
    ),
  ];
  const count = (state: Case['state']): number =>
    cases.filter((testCase) => testCase.state === state).length;
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubectl calico-fix" ${totals}>`,
    `  <testsuite name="diagnose" ${totals} skipped="${count('skipped')}">`,
    `    <properties><property name="verdict" value="${xmlText(clean.verdict)}"/></properties>`,
    ...cases.map(caseXml),
    `    <system-out>${xmlText(verdictSentence(clean))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
