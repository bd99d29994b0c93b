import type { Command, Option } from 'commander';
import { sanitize } from '../internal/report/sanitize.ts';
import { dryRunModes } from './fix-flags.ts';
import { readFlags, type Flags } from './flags.ts';
import { buildProgram } from './program.ts';
import { parseWords, type Position } from './complete-words.ts';
import type { ExitCode, Shell } from './shell.ts';

/** Something that the word under the cursor may become. */
export interface Candidate {
  readonly value: string;
  /** What it is, in a few words; empty if the value says it all. */
  readonly text: string;
}

/** Where names come from that no code knows. Each gives an empty list where nothing can be read. */
export interface Sources {
  /** The names in the kubeconfig that the flags and the environment name. */
  readonly kubeconfig: (
    flags: Flags,
    shell: Shell,
  ) => Promise<Readonly<Record<'contexts' | 'clusters' | 'users', readonly string[]>>>;
  readonly nodes: (flags: Flags, shell: Shell) => Promise<readonly string[]>;
  readonly findings: () => Promise<readonly Candidate[]>;
  /** What was changed from this machine, in any cluster, the newest first. */
  readonly records: (shell: Shell) => Promise<readonly Candidate[]>;
}

const realSources: Sources = {
  kubeconfig: async (flags, shell) =>
    (await import('./complete-names.ts')).kubeconfigNames(flags, shell),
  nodes: async (flags, shell) =>
    await (await import('./complete-names.ts')).nodeNames(flags, shell),
  findings: async () => {
    const { titles } = await import('./explain.ts');
    return titles().map(([value, text]) => ({ value, text }));
  },
  records: async (shell) => {
    const { journal } = await shell.services.engine(shell);
    return journal()
      .list()
      .records.map(({ id, items, cluster }) => ({
        value: id,
        text: `${items[0]?.remedy.title ?? ''} (${cluster.context})`,
      }));
  },
};

/**
 * What the shell shall do with the candidates, as cobra numbers it (cobra completions.go, ShellCompDirective): offer files where there
 * are none, or not; put no space behind one.
 */
const directives = { files: 0, noFiles: 4, noFilesNorSpace: 6 } as const;

interface Answer {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

const plain = (values: readonly string[]): Answer => ({
  candidates: values.map((value) => ({ value, text: '' })),
  directive: directives.noFiles,
});

const files: Answer = { candidates: [], directive: directives.files };

const outputs: Readonly<Record<string, readonly string[]>> = {
  diagnose: ['text', 'wide', 'json', 'yaml', 'junit', 'sarif', 'markdown'],
  fix: ['text', 'wide', 'json', 'yaml'],
  undo: ['text', 'wide', 'json', 'yaml'],
  history: ['text', 'wide', 'json', 'yaml'],
  predict: ['text', 'wide', 'json', 'yaml'],
  explain: ['text', 'markdown'],
  version: ['text', 'json'],
};

const methods = [
  'first-found',
  'kubernetes-internal-ip',
  'can-reach=',
  'interface=',
  'skip-interface=',
  'cidr=',
];

interface Question {
  readonly command: string;
  readonly flags: Flags;
  readonly shell: Shell;
  readonly sources: Sources;
}

async function valuesOf(
  option: string,
  { command, flags, shell, sources }: Question,
): Promise<Answer> {
  switch (option) {
    case 'output':
      return command in outputs ? plain(outputs[command] ?? []) : files;
    case 'from':
    case 'kubeconfig':
      return files;
    case 'failOn':
      return plain(['error', 'warning']);
    case 'dryRun':
      return plain(dryRunModes);
    case 'method':
      return { ...plain(methods), directive: directives.noFilesNorSpace };
    case 'context':
    case 'cluster':
    case 'user':
      return plain((await sources.kubeconfig(flags, shell))[`${option}s`]);
    case 'node':
      // The nodes of a dump are not those of the cluster at hand.
      return plain(flags.from === undefined ? await sources.nodes(flags, shell) : []);
    default:
      return plain([]);
  }
}

function flagsFor(program: Command, { command, given }: Position): Answer {
  const isRepeated = ({ parseArg }: Option): boolean => parseArg !== undefined;
  const options = program.createHelp().visibleOptions(command);
  const candidates = options
    .filter((option) => !given.has(option.attributeName()) || isRepeated(option))
    .map(({ long, description }) => ({ value: long ?? '', text: description }));
  return { candidates, directive: directives.noFiles };
}

const commandsOf = (program: Command): readonly Candidate[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ value: command.name(), text: command.description() }));

async function argumentsFor(
  program: Command,
  position: Position,
  question: Question,
): Promise<Answer> {
  const directive = directives.noFiles;
  if (position.command === program) return { candidates: commandsOf(program), directive };
  if (position.arguments > 0) return plain([]);
  switch (question.command) {
    case 'explain':
    case 'fix':
      return { candidates: await question.sources.findings(), directive };
    case 'undo':
      return { candidates: await question.sources.records(question.shell), directive };
    case 'help':
      return { candidates: commandsOf(program), directive };
    case 'completion':
      return plain(['bash', 'zsh', 'fish', 'powershell', 'install']);
    default:
      return plain([]);
  }
}

async function answer(words: readonly string[], shell: Shell, sources: Sources): Promise<Answer> {
  const program = buildProgram(
    shell,
    () => undefined,
    () => undefined,
  );
  const position = parseWords(program, words.slice(0, -1));
  const last = words.at(-1) ?? '';
  const flags = readFlags({}, position.values);
  const question = { command: position.command.name(), flags, shell, sources };
  if (position.awaits !== null) return await valuesOf(position.awaits, question);
  if (position.isAfterDashes || !last.startsWith('-')) {
    return await argumentsFor(program, position, question);
  }
  if (!last.includes('=')) return flagsFor(program, position);
  // Shells put the flag before the value themselves.
  const { awaits } = parseWords(program, [...words.slice(0, -1), last.slice(0, last.indexOf('='))]);
  return awaits === null ? plain([]) : await valuesOf(awaits, question);
}

const isPrintable = (value: string): boolean => value !== '' && sanitize(value) === value;

const typedOf = (last: string): string =>
  last.startsWith('-') && last.includes('=') ? last.slice(last.indexOf('=') + 1) : last;

/**
 * Prints what the last word may become, in the form of cobra's `__complete`, which kubectl hands on to the shell: a candidate a
 * line, a tab before its description, and the directive behind a colon at the end. Never fails and never speaks of errors:
 * somebody is in the midst of typing.
 */
export async function complete(
  words: readonly string[],
  shell: Shell,
  sources: Sources = realSources,
): Promise<ExitCode> {
  const typed = typedOf(words.at(-1) ?? '');
  const { candidates, directive } = await answer(words, shell, sources).catch(() => plain([]));
  const lines = candidates
    .filter(({ value }) => value.startsWith(typed) && isPrintable(value))
    .map(({ value, text }) => (text === '' ? value : `${value}\t${sanitize(text)}`));
  shell.stdout.write(`${[...lines, `:${directive}`].join('\n')}\n`);
  return 0;
}
