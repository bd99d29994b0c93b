import type { Journey } from './journey.ts';
import { run } from './run.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** The commands of a runbook, without its remarks. */
export const commandsIn = (manual: readonly string[]): readonly string[] =>
  manual.filter((line) => !line.startsWith('#'));

/** What somebody does with one command of a runbook. */
export type Doing = (command: string) => Promise<void>;

const isForMachine = (command: string): boolean => command.startsWith('sudo ');
const restarts = /^sudo systemctl restart /;

/**
 * Somebody who does what a runbook says, command by command: those for kubectl as they stand, in a shell; of those for the machine,
 * which nobody has, the first restart is what cures it. Throws where a command fails.
 */
export function doingBy({ cluster, user }: Journey, { cure }: Scenario): Doing {
  let isCured = false;
  return async (command) => {
    if (isForMachine(command)) {
      if (isCured || !restarts.test(command)) return;
      isCured = true;
      cure?.does(cluster);
      return;
    }
    const { code, stderr } = await run('/bin/sh', ['-c', command], user.env);
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr}`);
  };
}
