import { indent, wrap } from '../../../internal/report/layout.ts';
import { keyWords } from '../key-words.ts';
import type { RunbookScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { scrolled, titled, type Body, type ViewOptions } from './frame.ts';

/** A runbook: one command at a time, with what to know before it. */
export function runbookView(state: State, screen: RunbookScreen, options: ViewOptions): Body {
  const { width, style, height } = options;
  const step = screen.steps[screen.row];
  if (!step) return { lines: titled(screen.title, [words.noSteps], options), keys: [] };
  const next = screen.steps[screen.row + 1];
  const title = titled(screen.title, [], options);
  const last = state.isDump ? words.lastOnDump : words.lastStep;
  const lines = [
    style.dim(words.stepOf(screen.row + 1, screen.steps.length)),
    '',
    ...step.remarks.flatMap((remark) => wrap(remark, width)),
    ...(step.remarks.length > 0 ? [''] : []),
    // A command is not laid out anew: what is copied from the screen has to work.
    ...step.command.split('\n').map((line) => (line === '' ? '' : style.command(line))),
    '',
    ...(next
      ? indent(wrap(words.then(next.remarks.join(' ') || next.command), width - 2), 2)
          .slice(0, 2)
          .map(style.dim)
      : wrap(last, width)),
  ];
  const shown = scrolled(lines, screen.scroll, { ...options, height: height - title.length });
  return { ...shown, lines: [...title, ...shown.lines], keys: keyWords.runbook(!next) };
}
