import { UserError } from '../internal/model/error.ts';
import { booleanFlags, dryRunModes, readFixFlags, type FixFlags } from './fix-flags.ts';
import { words } from './words.ts';

/** The flags of a command line, checked. Names are those of the flags; what was not given is undefined or empty. */
export interface Flags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
  readonly as: string | undefined;
  readonly asGroup: readonly string[];
  readonly asUid: string | undefined;
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly requestTimeout: string | undefined;
  readonly verbosity: number;
  readonly output: string | undefined;
  readonly from: string | undefined;
  readonly node: readonly string[];
  readonly method: readonly string[];
  readonly failOn: 'error' | 'warning';
  /** The wizard asks line by line. */
  readonly plain: boolean;
  readonly fix: FixFlags;
}

type Values = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

function verbosityOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UserError(words.en.notALevel(text), { hint: words.en.levels });
}

function failOnOf(text: string | undefined): Flags['failOn'] {
  if (text === undefined || text === 'error') return 'error';
  if (text === 'warning') return 'warning';
  throw new UserError(words.en.notASeverity(text), { hint: words.en.severities });
}

/**
 * The flags given before the command and after it, as one. A flag after the command wins; those that may be repeated
 * add up. Throws a UserError for a value that no command takes.
 */
export function readFlags(before: Values, after: Values): Flags {
  const text = (name: string): string | undefined => textOf(after[name]) ?? textOf(before[name]);
  const list = (name: string): readonly string[] => [
    ...listOf(before[name]),
    ...listOf(after[name]),
  ];
  const isSet = (name: string): boolean => (after[name] ?? before[name]) === true;
  return {
    kubeconfig: text('kubeconfig'),
    context: text('context'),
    cluster: text('cluster'),
    user: text('user'),
    namespace: text('namespace'),
    as: text('as'),
    asGroup: list('asGroup'),
    asUid: text('asUid'),
    server: text('server'),
    token: text('token'),
    insecureSkipTlsVerify: isSet('insecureSkipTlsVerify'),
    requestTimeout: text('requestTimeout'),
    verbosity: verbosityOf(text('v')),
    output: text('output'),
    from: text('from'),
    node: list('node'),
    method: list('method'),
    failOn: failOnOf(text('failOn')),
    plain: isSet('plain'),
    fix: readFixFlags(text, isSet),
  };
}

const booleanFlag = new RegExp(`^(--(?:${booleanFlags.join('|')}))=(.*)$`);

// commander takes `--force=false` for a mistake; kubectl does not.
function withoutValue(arg: string): readonly string[] {
  const boolean = booleanFlag.exec(arg);
  if (!boolean) return [arg];
  if (/^(true|t|1)$/i.test(boolean[2] ?? '')) return [boolean[1] ?? ''];
  return /^(false|f|0)$/i.test(boolean[2] ?? '') ? [] : [arg];
}

// `--dry-run` alone is `client`, and the word behind it a finding; only its own words are taken for its value.
function withValue(args: readonly string[]): readonly string[] {
  const isMode = (word: string | undefined): boolean => dryRunModes.some((mode) => mode === word);
  return args.flatMap((arg, index) => {
    if (arg === '--dry-run') {
      return isMode(args[index + 1])
        ? [`--dry-run=${args[index + 1] ?? ''}`]
        : ['--dry-run=client'];
    }
    return isMode(arg) && args[index - 1] === '--dry-run' ? [] : [arg];
  });
}

/**
 * Writes a command line in the form that commander reads. kubectl also takes `-o=json`, `--insecure-skip-tls-verify=false` and a
 * bare `--dry-run`. Nothing behind `--` is touched.
 */
export function normalizeArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  const rest = end === -1 ? [] : args.slice(end);
  const normal = withValue(flags).flatMap((arg) => {
    const short = /^(-[a-zA-Z])=(.*)$/s.exec(arg);
    return short ? [short[1] ?? '', short[2] ?? ''] : withoutValue(arg);
  });
  return [...normal, ...rest];
}
