import { indent, wrap } from '../../../internal/report/layout.ts';
import type { RunbookScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

/** A runbook: one command at a time, with what to know before it. */
export function runbookView(_state: State, screen: RunbookScreen, options: ViewOptions): Body {
  const { width, style, height } = options;
  const step = screen.steps[screen.row];
  if (!step) return { lines: titled(screen.title, [words.noSteps], options), keys: [] };
  const next = screen.steps[screen.row + 1];
  const lines = [
    style.dim(words.stepOf(screen.row + 1, screen.steps.length)),
    '',
    ...step.remarks.flatMap((remark) => wrap(remark, width)),
    ...(step.remarks.length > 0 ? [''] : []),
    // A command is not broken: what is copied from the screen has to work.
    ...step.command.split('\n').map((line) => style.command(line)),
    '',
    ...(next
      ? indent(wrap(words.then(next.command || next.remarks.join(' ')), width - 2), 2).slice(0, 2)
      : [words.lastStep]),
  ];
  return { lines: titled(screen.title, lines, options).slice(0, height), keys: words.keys.runbook };
}
