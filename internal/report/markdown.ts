import type { Diagnosis } from '../model/diagnosis.ts';
import type { Evidence, Finding } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Source } from '../model/snapshot.ts';
import { closingParts } from './closing.ts';
import { listNames } from './layout.ts';
import { affectedNames, fullName } from './references.ts';
import { sanitizeDiagnosis } from './sanitize.ts';
import { unicodeGlyphs } from './style.ts';
import { unreadReasons } from './text.ts';
import { explainCommand, fixCommand, remedyTerms } from './text-finding.ts';
import { verdictSentence } from './verdict.ts';
import { words } from './words.ts';

const { labels } = words.en;
const mostEvidence = 30;
const signs = { healthy: '✓', findings: '✗', undetermined: '?', unknown: '?' } as const;

/** Prose for Markdown: nothing in it is read as markup, HTML or a table. */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/^(\s*)([-+]|\d+[.)])(?=\s)/, '$1\\$2');

const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

/** A value as a code span, whatever backticks it has. */
export function codeSpan(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  const blank = text.startsWith('`') || text.endsWith('`') || text === '' ? ' ' : '';
  return `${fence}${blank}${text}${blank}${fence}`;
}

function codeBlock(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`${fence}sh`, text, fence];
}

const bullet = (text: string): string => `- ${text}`;

const evidenceItem = ({ from, field, text, at }: Evidence): string =>
  bullet(
    `${codeSpan(fullName(from))} ${escapeMarkdown(field)}${at === undefined ? '' : ` at ${escapeMarkdown(at)}`}: ${codeSpan(text)}`,
  );

function remedyLines(remedy: Remedy, fix: string | null): string[] {
  const terms = remedyTerms(remedy, unicodeGlyphs.dot);
  return [
    bullet(`**${escapeMarkdown(remedy.title)}** (${escapeMarkdown(terms)})`),
    ...remedy.consequences.map((text) => `  ${escapeMarkdown(text)}`),
    ...(fix === null ? [] : [`  ${words.en.preview} ${codeSpan(fix)}`]),
    ...(remedy.manual.length === 0 ? [] : ['', ...codeBlock(remedy.manual), '']),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : ['', `**${title.charAt(0).toUpperCase()}${title.slice(1)}**`, '', ...lines];

function evidenceItems(evidence: readonly Evidence[]): string[] {
  const hidden = evidence.length - mostEvidence;
  const items = evidence.slice(0, mostEvidence).map(evidenceItem);
  return hidden > 0 ? [...items, bullet(words.en.moreRows(hidden))] : items;
}

function findingLines(finding: Finding, source: Source): string[] {
  const { severity, confidence, affected, symptoms, ruledOut } = finding;
  const names = affectedNames(affected).map(codeSpan);
  const symptomItems = symptoms.map(({ id, affected: objects }) => {
    const on = objects.length === 0 ? '' : listNames(affectedNames(objects), Infinity, 20);
    return bullet(codeSpan(id) + escapeMarkdown(words.en.onNodes(on)));
  });
  return [
    `## ${escapeMarkdown(finding.title)}`,
    '',
    `${codeSpan(finding.id)} · ${severity} · ${confidence} · ${listNames(names, Infinity, 20)}`,
    '',
    escapeMarkdown(finding.summary),
    ...section(labels.evidence, evidenceItems(finding.evidence)),
    ...section(labels.explains, symptomItems),
    ...section(
      labels.ruledOut,
      ruledOut.map((text) => bullet(escapeMarkdown(text))),
    ),
    ...section(
      labels.fix,
      finding.remedies.flatMap((remedy) =>
        remedyLines(remedy, fixCommand(finding, remedy, source)),
      ),
    ),
    '',
    `${labels.more} ${codeSpan(explainCommand(finding.id))}`,
    '',
  ];
}

/** The diagnosis as Markdown, for an issue or a chat. */
export function renderMarkdown(diagnosis: Diagnosis): string {
  const clean = sanitizeDiagnosis(diagnosis);
  const unread = unreadReasons(clean.checks).map(([reason, count]) =>
    bullet(`${words.en.forChecks(count)}: ${escapeMarkdown(reason)}`),
  );
  const unknown = clean.checks.filter(({ result }) => result === 'unknown').length;
  const lines = [
    `# ${signs[clean.verdict]} ${escapeMarkdown(verdictSentence(clean))}`,
    '',
    ...clean.findings.flatMap((finding) => findingLines(finding, clean.source)),
    ...(unread.length === 0 ? [] : [words.en.unread(unknown), '', ...unread, '']),
    escapeMarkdown(closingParts(clean, true).join(` ${unicodeGlyphs.dot} `)),
  ];
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}
