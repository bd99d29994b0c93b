import type { Progress } from '../internal/cluster/run.ts';
import type { Diagnosis } from '../internal/model/diagnosis.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import type { Flags } from './flags.ts';

/** A stream to write to, as `process.stdout` is one. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
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
  readonly services: Services;
}

/** 0: healthy or done. 1: faults. 2: could not tell or could not do it. 130: interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;
