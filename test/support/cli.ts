import { runCli } from '../../cmd/cli.ts';
import type { Engine, ExitCode, OpenCluster, Services, Shell } from '../../cmd/shell.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import { diagnosisOf } from './diagnosis.ts';
import { snapshotOf } from './snapshot.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Scene {
  readonly diagnosis?: Diagnosis;
  /** In place of services that touch nothing. */
  readonly services?: Partial<Services>;
  readonly env?: Shell['env'];
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** What is typed, a line for each question; then the input ends. Without it nobody is there. */
  readonly answers?: readonly string[];
  /** In place of `answers`. */
  readonly ask?: Shell['ask'];
}

/** Services that touch nothing: an empty snapshot, and the diagnosis of the scene. */
const fakeServices = ({ diagnosis, services }: Scene): Services => ({
  gather: () => Promise.resolve(snapshotOf()),
  readDump: () => Promise.resolve(snapshotOf()),
  diagnose: () => Promise.resolve(diagnosis ?? diagnosisOf()),
  writeBundle: () => Promise.resolve(),
  openCluster: (): Promise<OpenCluster> => Promise.reject(new Error('there is no cluster')),
  engine: (): Promise<Engine> => Promise.reject(new Error('there is no engine')),
  ...services,
});

/** Runs a command line inside the process and gives back what it printed. */
export async function runScene(args: readonly string[], scene: Scene = {}): Promise<Ran> {
  const printed = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      printed[name] += text;
      return true;
    },
    isTTY: scene.isTerminal ?? false,
    columns: scene.columns,
  });
  const lines = [...(scene.answers ?? [])];
  const code = await runCli(args, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: scene.env ?? {},
    isInteractive: scene.answers !== undefined,
    signal: scene.signal ?? new AbortController().signal,
    ask: (question) => {
      printed.stderr += question;
      return scene.ask?.(question) ?? Promise.resolve(lines.shift() ?? null);
    },
    services: fakeServices(scene),
  });
  return { code, ...printed };
}
