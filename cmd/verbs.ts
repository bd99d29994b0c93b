import { Option } from 'commander';
import type { Flags } from './flags.ts';
import {
  failOn,
  fixOptions,
  historyOptions,
  output,
  repeated,
  sourceOptions,
  undoOptions,
} from './options.ts';
import type { ExitCode, Shell } from './shell.ts';
import { versionText } from './version.ts';
import { words } from './words.ts';

const { commands, flags: says } = words.en;

/** A command: what help says of it, and what it does. */
export interface Verb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly argument?: readonly [string, string];
  /** Reads no cluster: kubectl's flags are taken, but there is nothing to say about them. */
  readonly isLocal?: boolean;
  readonly run: (flags: Flags, shell: Shell, argument?: string) => Promise<ExitCode>;
}

// Each command's code is loaded when it is called, so that help and version stay quick.
const changing = (): readonly Verb[] => [
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
];

const local = (): readonly Verb[] => [
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

/** All commands, in the order in which help lists them. */
export const verbs = (): readonly Verb[] => [
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
  ...changing(),
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
  ...local(),
];
