import { Command, Option } from 'commander';
import { readFlags } from './flags.ts';
import { nearest } from './nearest.ts';
import { clusterOptions, failOn, output, sourceOptions } from './options.ts';
import type { ExitCode, Output, Shell } from './shell.ts';
import { canDraw } from './terminal.ts';
import { verbs, type Verb } from './verbs.ts';
import { versionLine } from './version.ts';
import { words } from './words.ts';

const { commands, flags: says, headings } = words.en;
const unknownCommand = { code: 'commander.unknownCommand' };

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

function complaint(unknown: string, program: Command): string {
  const near = nearest(
    unknown,
    program.commands.map((command) => command.name()),
  );
  const meant = near.length > 0 ? `\n${words.en.didYouMean(near.join(', '))}` : '';
  return words.en.unknownCommand(unknown) + meant;
}

// Without a command: the wizard where somebody can use it, else the help.
function addWizard(program: Command, shell: Shell, finish: (code: ExitCode) => void): void {
  program.allowExcessArguments().action(async () => {
    const [unknown] = program.args;
    if (unknown !== undefined) program.error(complaint(unknown, program), unknownCommand);
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
