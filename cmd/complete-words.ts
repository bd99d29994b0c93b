import type { Command, Option } from 'commander';

/** Where in a command line the cursor stands, after the words before it. */
export interface Position {
  /** The program itself as long as no command was named. */
  readonly command: Command;
  /** How many arguments the command has got already. */
  readonly arguments: number;
  /** The option whose value comes next, by its attribute's name; null if none does. */
  readonly awaits: string | null;
  /** True behind `--`, where nothing is a flag any longer. */
  readonly isAfterDashes: boolean;
  /** Attribute names of the options that were given. */
  readonly given: ReadonlySet<string>;
  /** Their values, a list for each that may be repeated. */
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

function optionOf({ options }: Command, name: string): Option | undefined {
  return options.find(({ long, short }) => long === name || short === name);
}

interface Flag {
  readonly option: Option;
  /** Undefined if it was not in the same word. */
  readonly value: string | undefined;
}

// `--name`, `--name=value`, `-n`, `-n=value` and `-nvalue`.
function flagOf(command: Command, word: string): Flag | null {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word : word.slice(0, equals);
  const whole = optionOf(command, name);
  if (whole) return { option: whole, value: equals === -1 ? undefined : word.slice(equals + 1) };
  const short = word.startsWith('--') ? undefined : optionOf(command, word.slice(0, 2));
  return short ? { option: short, value: word.slice(2) } : null;
}

function withValue(position: Position, option: Option, value: string): Position {
  const name = option.attributeName();
  const before = position.values[name];
  const list = typeof before === 'object' ? before : [];
  const next = option.parseArg ? [...list, value] : value;
  return { ...position, awaits: null, values: { ...position.values, [name]: next } };
}

function afterFlag(position: Position, word: string): Position {
  const flag = flagOf(position.command, word);
  if (!flag) return position;
  const { option, value } = flag;
  const name = option.attributeName();
  const next = { ...position, given: new Set([...position.given, name]) };
  if (!takesValue(option)) return next;
  return value === undefined ? { ...next, awaits: name } : withValue(next, option, value);
}

function afterArgument(position: Position, program: Command, word: string): Position {
  if (position.command !== program) return { ...position, arguments: position.arguments + 1 };
  const command = program.commands.find((known) => known.name() === word);
  if (command) return { ...position, command };
  // `help` is no entry of the list, as commander makes it itself.
  const help = program
    .createHelp()
    .visibleCommands(program)
    .find((known) => known.name() === word);
  return { ...position, command: help ?? program };
}

function afterWord(position: Position, program: Command, word: string): Position {
  const { awaits, command } = position;
  if (awaits !== null) {
    const option = command.options.find((known) => known.attributeName() === awaits);
    return option ? withValue(position, option, word) : { ...position, awaits: null };
  }
  if (position.isAfterDashes) return afterArgument(position, program, word);
  if (word === '--') return { ...position, isAfterDashes: true };
  return word.startsWith('-') && word !== '-'
    ? afterFlag(position, word)
    : afterArgument(position, program, word);
}

/** Reads the words before the cursor as the program would, without complaining about any of them. */
export function parseWords(program: Command, words: readonly string[]): Position {
  const start: Position = {
    command: program,
    arguments: 0,
    awaits: null,
    isAfterDashes: false,
    given: new Set(),
    values: {},
  };
  return words.reduce((position, word) => afterWord(position, program, word), start);
}
