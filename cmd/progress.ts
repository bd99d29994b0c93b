import { isTerminal, widthOf } from './terminal.ts';
import type { Progress } from '../internal/cluster/run.ts';
import type { Shell } from './shell.ts';
import { words } from './words.ts';

/** One line on standard error that is drawn anew; nothing at all where that is no terminal. */
export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

const nothing: ProgressLine = { show: () => {}, clear: () => {} };

/** A progress line for this shell. With `-v` there is none: the lines of the requests tell more. */
export function progressLine(shell: Shell, verbosity: number): ProgressLine {
  const { stderr, env } = shell;
  if (!isTerminal(stderr, env) || verbosity > 0) return nothing;
  const width = widthOf(stderr, env, 120) - 1;
  return {
    show: ({ phase, done, total }) => {
      const count = total > 0 ? ` ${done}/${total}` : '';
      stderr.write(`\r\x1b[K${`${words.en.phases[phase]}${count}`.slice(0, width)}`);
    },
    clear: () => stderr.write('\r\x1b[K'),
  };
}
