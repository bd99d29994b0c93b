import type { ApplyContext, ApplyOptions, Journal } from '../internal/apply/context.ts';
import type { DryRun } from '../internal/apply/dry-run.ts';
import type { UndoPlan } from '../internal/apply/undo.ts';
import type { Progress } from '../internal/cluster/run.ts';
import type { ApplyOutcome } from '../internal/model/apply.ts';
import type { Clock } from '../internal/model/clock.ts';
import type { Cluster } from '../internal/model/cluster.ts';
import type { Diagnosis } from '../internal/model/diagnosis.ts';
import type { Plan } from '../internal/model/plan.ts';
import type { ChangeRecord } from '../internal/model/record.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import type { DrainFacts } from '../internal/plan/drain-facts.ts';
import type { Flags } from './flags.ts';

/** A stream to write to, as `process.stdout` is one. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** A cluster to which a connection is open. */
export interface OpenCluster {
  readonly cluster: Cluster;
  readonly close: () => void;
}

/** What tries, carries out and takes back plans, and what that needs of the machine. */
export interface Engine {
  readonly dryRunPlan: (
    plan: Plan,
    context: Pick<ApplyContext, 'cluster' | 'signal'>,
  ) => Promise<DryRun>;
  readonly applyPlan: (
    plan: Plan,
    context: ApplyContext,
    options: ApplyOptions,
  ) => Promise<ApplyOutcome>;
  readonly readDrainFacts: (
    cluster: Cluster,
    nodes: readonly string[],
    clock: Clock,
  ) => Promise<DrainFacts>;
  readonly undoPlan: (
    record: ChangeRecord,
    context: Pick<ApplyContext, 'cluster' | 'diagnose' | 'signal'>,
  ) => Promise<UndoPlan>;
  /** Throws a UserError where there is no place for records. */
  readonly journal: () => Journal;
  readonly clock: Clock;
  readonly newSuffix: () => string;
}

/** What the commands call. The real ones load their code when they are called, so that `--help` stays quick. */
export interface Services {
  readonly gather: (
    flags: Flags,
    shell: Shell,
    onProgress: (progress: Progress) => void,
  ) => Promise<Snapshot>;
  readonly readDump: (path: string) => Promise<Snapshot>;
  readonly diagnose: (snapshot: Snapshot, nodes: readonly string[]) => Promise<Diagnosis>;
  readonly writeBundle: (snapshot: Snapshot, path: string) => Promise<void>;
  /** Connects to the cluster that the flags and the environment name; `onProgress` is told when it is gathered. */
  readonly openCluster: (
    flags: Flags,
    shell: Shell,
    onProgress: (progress: Progress) => void,
  ) => Promise<OpenCluster>;
  readonly engine: (shell: Shell) => Promise<Engine>;
}

/** The terminal itself, for what is drawn on it. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** Everything of the outside world that a command may touch. */
export interface Shell {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True if somebody sits at standard input, whom a login plugin may ask. */
  readonly isInteractive: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Asks on the terminal and waits for a line; null where the input has ended. */
  readonly ask: (question: string) => Promise<string | null>;
  /** Says that from now on the command itself answers Ctrl-C, as it must bring something to an end. */
  readonly holdInterrupt?: () => void;
  /** Absent in tests, and where nothing can be drawn. */
  readonly terminal?: Terminal;
  readonly services: Services;
}

/** 0: healthy or done. 1: faults. 2: could not tell or could not do it. 130: interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;
