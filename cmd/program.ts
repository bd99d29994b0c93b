import { Command, Option } from 'commander';
import { readFlags, type Flags } from './flags.ts';
import {
  clusterOptions,
  failOn,
  fixOptions,
  historyOptions,
  output,
  repeated,
  sourceOptions,
  undoOptions,
} from './options.ts';
import type { ExitCode, Output, Shell } from './shell.ts';
import { canDraw } from './terminal.ts';
import { versionLine, versionText } from './version.ts';
import { words } from './words.ts';

const { commands, flags: says, headings } = words.en;
const unknownCommand = { code: 'commander.unknownCommand' };

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly argument?: readonly [string, string];
  /** Reads no cluster: kubectl's flags are taken, but there is nothing to say about them. */
  readonly isLocal?: boolean;
  readonly run: (flags: Flags, shell: Shell, argument?: string) => Promise<ExitCode>;
}

// Each command's code is loaded when it is called, so that help and version stay quick.
const verbs = (): readonly Verb[] => [
  {
    name: 'diagnose',
    description: commands.diagnose,
    options: [
      output(says.output('text, wide, json, yaml, junit, sarif, markdown')),
      ...sourceOptions(),
      failOn(),
    ],
    run: async (flags, shell) => await (await import('./diagnose.ts')).diagnose(flags, shell),
  },
  {
    name: 'fix',
    description: commands.fix,
    options: fixOptions(),
    argument: ['[finding]', says.finding],
    run: async (flags, shell, id) => await (await import('./fix.ts')).fix(id, flags, shell),
  },
  {
    name: 'undo',
    description: commands.undo,
    options: undoOptions(),
    argument: ['[change]', says.change],
    run: async (flags, shell, id) => await (await import('./undo.ts')).undo(id, flags, shell),
  },
  {
    name: 'history',
    description: commands.history,
    options: historyOptions(),
    run: async (flags, shell) => await (await import('./history.ts')).history(flags, shell),
  },
  {
    name: 'predict',
    description: commands.predict,
    options: [
      output(says.output('text, wide, json, yaml')),
      ...sourceOptions(),
      repeated('--method <method>', says.method),
    ],
    run: async (flags, shell) => await (await import('./predict.ts')).predict(flags, shell),
  },
  {
    name: 'explain',
    description: commands.explain,
    options: [output(says.output('text, markdown'))],
    argument: ['[id]', says.id],
    isLocal: true,
    run: async (flags, shell, id) => await (await import('./explain.ts')).explain(id, flags, shell),
  },
  {
    name: 'collect',
    description: commands.collect,
    options: [
      new Option('-o, --output <file>', says.outputFile),
      new Option('--from <path>', says.from),
    ],
    run: async (flags, shell) => await (await import('./collect.ts')).collect(flags, shell),
  },
  {
    name: 'completion',
    description: commands.completion,
    options: [],
    argument: ['<shell>', says.shell],
    isLocal: true,
    run: async (_flags, shell, what) =>
      await (await import('./completion.ts')).completion(what, shell),
  },
  {
    name: 'version',
    description: commands.version,
    options: [output(says.output('text, json'))],
    isLocal: true,
    run: ({ output: form }, shell) => {
      shell.stdout.write(versionText(form));
      return Promise.resolve(0);
    },
  },
];

function addVerb(
  program: Command,
  verb: Verb,
  shell: Shell,
  finish: (code: ExitCode) => void,
): void {
  const command = program
    .command(verb.name)
    .description(verb.description)
    .optionsGroup(headings.flags)
    .helpOption('-h, --help', says.help);
  if (verb.argument) command.argument(...verb.argument);
  for (const option of verb.options) command.addOption(option);
  for (const option of clusterOptions()) command.addOption(option.hideHelp(verb.isLocal === true));
  command.action(async () => {
    const flags = readFlags(program.opts(), command.opts());
    finish(await verb.run(flags, shell, command.args[0]));
  });
}

// Without a command: the wizard where somebody can use it, else the help.
function addWizard(program: Command, shell: Shell, finish: (code: ExitCode) => void): void {
  program.allowExcessArguments().action(async () => {
    const [unknown] = program.args;
    if (unknown !== undefined) program.error(words.en.unknownCommand(unknown), unknownCommand);
    const flags = readFlags(program.opts(), {});
    if (!flags.plain && !canDraw(shell)) program.outputHelp();
    else finish(await (await import('./wizard.ts')).wizard(flags, shell));
  });
}

/** The command line as commander needs it. `complain` takes what commander has to say about wrong flags. */
export function buildProgram(
  shell: Shell,
  finish: (code: ExitCode) => void,
  complain: (text: string) => void,
): Command {
  const { stdout }: { readonly stdout: Output } = shell;
  const program = new Command('kubectl calico-fix')
    .description(words.en.description)
    .commandsGroup(headings.commands)
    .optionsGroup(headings.flags)
    .version(versionLine, '--version', says.version)
    .helpOption('-h, --help', says.help)
    .helpCommand('help [command]', commands.help)
    .addHelpText('after', `\n${words.en.examples}`)
    // Flags before the command are the program's, those after it the command's: `-o` means another thing for collect.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError(words.en.usageHint)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: complain,
      getOutHelpWidth: () => Math.min(120, stdout.columns ?? 80),
      getErrHelpWidth: () => 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  // Flags may also stand before the command, but its own help is the place to read about them.
  for (const option of [output(''), ...sourceOptions(), failOn(), ...clusterOptions()]) {
    program.addOption(option.hideHelp());
  }
  program.addOption(new Option('--plain', says.plain));
  for (const verb of verbs()) addVerb(program, verb, shell, finish);
  addWizard(program, shell, finish);
  return program;
}
