import type { ApplyEvent } from '../internal/model/apply.ts';
import { eventLines } from '../internal/report/apply-events.ts';
import { columns, shortenMiddle } from '../internal/report/layout.ts';
import type { Shell } from './shell.ts';
import { glyphsFor, isTerminal, widthOf } from './terminal.ts';

/** Tells on standard error what happens while a plan is carried out. */
export interface Narrator {
  readonly onEvent: (event: ApplyEvent) => void;
  /** Takes away what is only true while it goes on. */
  readonly end: () => void;
}

type Verb = 'fix' | 'undo';

const wipe = '\r\x1b[K';

// One line that is drawn anew for what passes, and a line of its own for what stays true.
function liveNarrator({ stderr, env }: Shell, verb: Verb): Narrator {
  const { ellipsis } = glyphsFor(env);
  const onEvent = (event: ApplyEvent): void => {
    const width = widthOf(stderr, env, 160) - 1;
    for (const { text, time, isPassing } of eventLines(event, verb)) {
      if (!isPassing) {
        stderr.write(`${wipe}${text}\n`);
        continue;
      }
      const end = time === '' ? '' : `  ${time}`;
      stderr.write(wipe + shortenMiddle(text, width - columns(end), ellipsis) + end);
    }
  };
  return { onEvent, end: () => stderr.write(wipe) };
}

// In a log each line stands for itself: only what is news is a line.
function plainNarrator({ stderr }: Shell, verb: Verb): Narrator {
  const said = new Map<string, string>();
  const onEvent = (event: ApplyEvent): void => {
    for (const { about, text, isPassing } of eventLines(event, verb)) {
      if (isPassing && said.get(about) === text) continue;
      said.set(about, text);
      stderr.write(`${text}\n`);
    }
  };
  return { onEvent, end: () => undefined };
}

/** On a terminal one live line; elsewhere, and with `-v`, a line for each change. */
export const narrator = (shell: Shell, verbosity: number, verb: Verb = 'fix'): Narrator =>
  isTerminal(shell.stderr, shell.env) && verbosity === 0
    ? liveNarrator(shell, verb)
    : plainNarrator(shell, verb);
