import type { CheckOutcome, CheckResult } from '../model/check.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { installLines } from './install-text.ts';
import { alignRows, indent, labelWidth, wrap, type Row } from './layout.ts';
import { sanitize, sanitizeDiagnosis } from './sanitize.ts';
import type { TextOptions } from './style.ts';
import { closingLines, diagnosisBlocks, textOf } from './text.ts';
import { words } from './words.ts';

const order: readonly CheckResult[] = ['found', 'unknown', 'not-applicable', 'passed'];

function checkRow(check: CheckOutcome, width: number): Row {
  const result = words.en.results[check.result];
  const why = check.reason === '' ? check.title : check.reason;
  return { label: check.id, lines: wrap(`${result}: ${why}`, width) };
}

/** All checks with their result and its reason; found ones first, then those that could not tell. */
function checkLines({ checks }: Diagnosis, { width, style }: TextOptions): string[] {
  const column = labelWidth(
    checks.map(({ id }) => ({ label: id })),
    34,
  );
  const rows = order.flatMap((result) =>
    checks
      .filter((check) => check.result === result)
      .map((check) => checkRow(check, width - 4 - column)),
  );
  return rows.length === 0
    ? []
    : [style.strong(words.en.labels.checks), ...indent(alignRows(rows, column), 2)];
}

function listLines(title: string, lines: readonly string[], options: TextOptions): string[] {
  const { width, style } = options;
  const wrapped = lines.flatMap((line) => indent(wrap(line, width - 4), 4, '  '));
  return wrapped.length === 0 ? [] : [style.strong(title), ...wrapped];
}

/** The long report: everything of `text` uncut, the installation, and all checks with their reasons. */
export function renderWide(diagnosis: Diagnosis, options: TextOptions): string {
  const newline = options.glyphs.newline;
  const clean = sanitizeDiagnosis(diagnosis, newline);
  const install = installLines(clean.install).map((line) => sanitize(line, newline));
  const { labels } = words.en;
  return textOf([
    ...diagnosisBlocks(clean, options, true),
    listLines(labels.install, install, options),
    checkLines(clean, options),
    closingLines(clean, options, true),
  ]);
}
