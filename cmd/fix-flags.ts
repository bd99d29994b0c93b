import { UserError } from '../internal/model/error.ts';
import type { DrainOptions } from '../internal/model/plan.ts';
import { words } from './words.ts';

/** What of a fix is only shown, and who reckons it: nobody sends, this tool; the API server; nothing is only shown. */
export type DryRunMode = 'none' | 'client' | 'server';

/** The flags of the commands that change a cluster. */
export interface FixFlags {
  readonly remedy: string | undefined;
  readonly dryRun: DryRunMode;
  readonly yes: boolean;
  readonly freezeOperator: boolean;
  /** `--method` is for IPv6 addresses. */
  readonly ipv6: boolean;
  /** Records of all clusters. */
  readonly all: boolean;
  /** Null where none was given: then the size of the rollout decides. */
  readonly timeoutSeconds: number | null;
  /** `force` also lets a method through that the simulation is against. */
  readonly drain: Omit<DrainOptions, 'timeoutSeconds'>;
}

export const dryRunModes = ['none', 'client', 'server'] as const satisfies readonly DryRunMode[];

/** Flags that are given alone, or with `=true` and `=false`, by the names that commander gives them. */
export const booleanFlags = [
  'insecure-skip-tls-verify',
  'yes',
  'force',
  'freeze-operator',
  'ipv6',
  'plain',
  'all',
  'ignore-daemonsets',
  'delete-emptydir-data',
  'disable-eviction',
  'allow-control-plane',
] as const;

type Text = (name: string) => string | undefined;

function dryRunOf(text: string | undefined): DryRunMode {
  if (text === undefined) return 'none';
  const mode = dryRunModes.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw new UserError(words.en.notADryRun(text), { hint: words.en.dryRuns });
}

const unitSeconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3 };

// As kubectl reads a duration (`5m`, `1m30s`), and a bare number as seconds.
function durationOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|m|s))+$/.test(text)) {
    throw new UserError(words.en.notADuration(flag, text), { hint: words.en.durations });
  }
  return [...text.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  );
}

function wholeOf(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new UserError(words.en.notANumber(flag, text), { hint: words.en.wholeNumbers });
}

/** The flags of `fix`, `undo` and `history`, checked. Throws a UserError for a value that does not fit. */
export function readFixFlags(text: Text, isSet: (name: string) => boolean): FixFlags {
  return {
    remedy: text('remedy'),
    dryRun: dryRunOf(text('dryRun')),
    yes: isSet('yes'),
    freezeOperator: isSet('freezeOperator'),
    ipv6: isSet('ipv6'),
    all: isSet('all'),
    timeoutSeconds: durationOf('--timeout', text('timeout')),
    drain: {
      ignoreDaemonSets: isSet('ignoreDaemonsets'),
      deleteEmptyDirData: isSet('deleteEmptydirData'),
      force: isSet('force'),
      gracePeriodSeconds: wholeOf('--grace-period', text('gracePeriod'), -1),
      podSelector: text('podSelector') ?? '',
      disableEviction: isSet('disableEviction'),
      skipWaitForDeleteTimeoutSeconds: wholeOf(
        '--skip-wait-for-delete-timeout',
        text('skipWaitForDeleteTimeout'),
        0,
      ),
      allowControlPlane: isSet('allowControlPlane'),
    },
  };
}
