import type { CheckOutcome } from '../model/check.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { closingParts } from './closing.ts';
import { alignRows, columns, indent, labelWidth, wrap } from './layout.ts';
import { sanitizeDiagnosis } from './sanitize.ts';
import type { TextOptions } from './style.ts';
import { findingLines, remarkLines } from './text-finding.ts';
import { bySeverity, hasNoCalico, verdictSentence, verdictSign } from './verdict.ts';
import { words } from './words.ts';

const { labels } = words.en;
const mostReasons = 6;

function verdictLines(diagnosis: Diagnosis, { width, style, glyphs }: TextOptions): string[] {
  const sign = verdictSign(diagnosis, glyphs, style);
  const by = glyphs.ok.length > 1 && diagnosis.verdict === 'healthy' ? glyphs.ok.length + 1 : 2;
  const lines = wrap(verdictSentence(diagnosis), width - by).map(style.strong);
  return indent(lines, by, `${sign} `);
}

/** Why checks could not tell, the most frequent reason first, each with the number of checks that it stopped. */
export function unreadReasons(
  checks: readonly CheckOutcome[],
): readonly (readonly [string, number])[] {
  const unknown = checks.filter(({ result }) => result === 'unknown');
  const failed = unknown.filter((check) => check.failed);
  const counts = new Map<string, number>();
  for (const { reason } of failed.length > 0 ? failed : unknown) {
    // The runner joins the reasons of one check in this way.
    for (const part of reason.split('; ')) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

function nextCommand(diagnosis: Diagnosis): readonly [string, string] {
  if (diagnosis.source.kind === 'dump') {
    return [words.en.nextForDump, 'kubectl calico-fix collect -o calico.tar.gz'];
  }
  return hasNoCalico(diagnosis)
    ? [words.en.nextForNoCalico, 'kubectl get daemonsets --all-namespaces']
    : [words.en.nextForLive, 'kubectl calico-fix diagnose -v 6'];
}

function nextLines(
  diagnosis: Diagnosis,
  { width, style }: TextOptions,
  isApart: boolean,
): string[] {
  const [why, command] = nextCommand(diagnosis);
  const by = labels.next.length + 4;
  return [
    ...(isApart ? [''] : []),
    ...indent(wrap(why, width - by), by, `  ${style.strong(labels.next)}  `),
    ' '.repeat(by + 2) + style.command(command),
  ];
}

// What stands between this diagnosis and a better one. An undetermined finding names its own next step.
function unreadLines(diagnosis: Diagnosis, options: TextOptions): string[] {
  const { width, style } = options;
  const unknown = diagnosis.checks.filter(({ result }) => result === 'unknown').length;
  const reasons = unreadReasons(diagnosis.checks).slice(0, mostReasons);
  const rows = reasons.map(([reason, count]) => ({
    label: words.en.forChecks(count),
    lines: wrap(reason, width - 17),
  }));
  return [
    ...(rows.length === 0 ? [] : indent(wrap(words.en.unread(unknown), width - 2), 2)),
    ...indent(alignRows(rows, labelWidth(rows, 11), style.dim), 4),
    ...(diagnosis.verdict === 'unknown' ? nextLines(diagnosis, options, rows.length > 0) : []),
  ];
}

/** The last line: what was looked at, and how many checks passed. */
export function closingLines(
  diagnosis: Diagnosis,
  { width, style, glyphs }: TextOptions,
  isWide: boolean,
): string[] {
  const parts = closingParts(diagnosis, isWide);
  // Short parts are kept whole, so that no number stands apart from its noun.
  const joined = parts
    .map((part) => (columns(part) <= 24 ? part.replaceAll(' ', '\u00a0') : part))
    .join(` ${glyphs.dot} `);
  return wrap(joined, width).map((line) => {
    const text = line.replaceAll('\u00a0', ' ');
    return style.dim(text.endsWith(` ${glyphs.dot}`) ? text.slice(0, -2) : text);
  });
}

/** The parts of a text report that `text` and `wide` share, in the order in which they are read. */
export function diagnosisBlocks(
  clean: Diagnosis,
  options: TextOptions,
  isWide: boolean,
): readonly (readonly string[])[] {
  const { errors, remarks } = bySeverity(clean.findings);
  const base = { ...options, now: clean.takenAt, source: clean.source, isWide };
  const isTold = clean.verdict === 'healthy' || clean.verdict === 'findings';
  return [
    verdictLines(clean, options),
    ...errors.map((finding, index) => findingLines(finding, { ...base, hasTitle: index > 0 })),
    ...remarks.map((finding) =>
      isWide
        ? findingLines(finding, { ...base, hasTitle: true })
        : remarkLines(finding, { ...base, hasTitle: true }),
    ),
    ...(isTold ? [] : [unreadLines(clean, options)]),
  ];
}

/** Blocks as one text: a blank line between them, no blanks at line ends, a line end at the end. */
export const textOf = (blocks: readonly (readonly string[])[]): string =>
  `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')}\n`;

/** The default report for a terminal: the verdict, the findings with evidence and cure, what could not be told. */
export function renderText(diagnosis: Diagnosis, options: TextOptions): string {
  const clean = sanitizeDiagnosis(diagnosis, options.glyphs.newline);
  return textOf([...diagnosisBlocks(clean, options, false), closingLines(clean, options, false)]);
}
