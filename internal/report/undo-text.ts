import type { ObjectRef } from '../model/finding.ts';
import { alignRows, indent, shortenMiddle } from './layout.ts';
import { cleanRef } from './plan-clean.ts';
import { objectName } from './plan-steps.ts';
import { sanitize } from './sanitize.ts';
import type { TextOptions } from './style.ts';
import { textOf } from './text.ts';

/** A field that somebody changed after the tool did: its value before, as the tool left it, and now. */
export interface FieldConflict {
  readonly ref: ObjectRef;
  readonly field: string;
  readonly before: unknown;
  readonly ours: unknown;
  readonly now: unknown;
}

const en = {
  head: (count: number) =>
    count === 1
      ? 'Somebody changed a field since, so nothing is taken back:'
      : `Somebody changed ${count} fields since, so nothing is taken back:`,
  before: 'before the fix',
  ours: 'as the fix left it',
  now: 'now',
  absent: '(not set)',
  next: 'Decide which value is right, and set it by hand. Nothing was changed.',
};

const valueText = (value: unknown): string =>
  value === undefined || value === null ? en.absent : sanitize(JSON.stringify(value));

function conflictLines(conflict: FieldConflict, { width, style, glyphs }: TextOptions): string[] {
  const { ref, field, before, ours, now } = conflict;
  const column = en.ours.length;
  const row = (label: string, value: unknown) => ({
    label,
    lines: [shortenMiddle(valueText(value), Math.max(20, width - column - 8), glyphs.ellipsis)],
  });
  const rows = [row(en.before, before), row(en.ours, ours), row(en.now, now)];
  return [
    `  ${style.strong(objectName(cleanRef(ref, sanitize)))}`,
    `    ${sanitize(field)}`,
    ...indent(alignRows(rows, column, style.dim), 6),
  ];
}

/** What stands in the way of an undo, each field with its three values. */
export const renderConflicts = (
  conflicts: readonly FieldConflict[],
  options: TextOptions,
): string =>
  textOf([
    [`${options.style.error(options.glyphs.error)} ${en.head(conflicts.length)}`],
    ...conflicts.map((conflict) => conflictLines(conflict, options)),
    [en.next],
  ]);
