import type { ApplyResult } from '../internal/model/apply.ts';
import { UserError } from '../internal/model/error.ts';
import { toJson } from '../internal/report/json.ts';
import { sanitizeLines } from '../internal/report/sanitize.ts';
import { toYaml } from '../internal/report/yaml.ts';
import { words } from './fix-words.ts';
import type { Flags } from './flags.ts';
import type { ExitCode, Shell } from './shell.ts';
import { words as shellWords } from './words.ts';

const says = words.en;

/** The forms in which plans, results and the history are printed. */
export const planFormats = ['text', 'wide', 'json', 'yaml'] as const;

export type PlanFormat = (typeof planFormats)[number];

/** True for the forms that programs read. */
export const isData = (format: PlanFormat): format is 'json' | 'yaml' =>
  format === 'json' || format === 'yaml';

/** The form that `-o` asks for. A UserError for any other word. */
export function formatOf(output = 'text', command: string): PlanFormat {
  const format = planFormats.find((known) => known === output);
  if (format !== undefined) return format;
  throw new UserError(shellWords.en.notAFormat(output, command), {
    hint: shellWords.en.formats(planFormats.join(', ')),
  });
}

/** Refuses `--from` where only a cluster will do. */
export function refuseDump({ from }: Flags, command: string): void {
  if (from !== undefined) {
    throw new UserError(says.notOfDump(command), { hint: says.notOfDumpHint });
  }
}

/** Prints a document of data on standard output. */
export function printData(data: unknown, format: 'json' | 'yaml', { stdout }: Shell): void {
  const json = toJson(data);
  stdout.write(format === 'json' ? json : toYaml(json));
}

// One binding for each role that the YAML holds, in the words of kubectl.
function bindings(role: string): readonly string[] {
  return role.split(/^---$/m).flatMap((document) => {
    const kind = /^kind: (Role|ClusterRole)$/m.exec(document)?.[1];
    const name = /^ {2}name: (\S+)$/m.exec(document)?.[1];
    const namespace = /^ {2}namespace: (\S+)$/m.exec(document)?.[1];
    if (kind === undefined || name === undefined) return [];
    return kind === 'Role'
      ? [
          `kubectl create rolebinding ${name} -n ${namespace ?? 'default'} --role=${name} --user=USER`,
        ]
      : [`kubectl create clusterrolebinding ${name} --clusterrole=${name} --user=USER`];
  });
}

/** Says on standard error which role would have the rights that are missing, and how to bind it. */
export function printMissingRole(role: string | null, { stderr }: Shell): void {
  if (role === null) return;
  const clean = sanitizeLines(role).trimEnd();
  const commands = bindings(clean).map((command) => `  ${command}`);
  stderr.write(`${says.missingRole}\n${clean}\n`);
  if (commands.length > 0) stderr.write(`${says.bindRole}\n${commands.join('\n')}\n`);
}

/** The exit code of a plan that was carried out. */
export function exitCodeOfResult(result: ApplyResult): ExitCode {
  switch (result) {
    case 'verified':
    case 'nothing-to-do':
      return 0;
    case 'not-verified':
    case 'rolled-back':
    case 'roll-back-failed':
      return 1;
    case 'refused':
      return 2;
    case 'interrupted':
      return 130;
  }
}
