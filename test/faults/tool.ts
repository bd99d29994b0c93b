import { runCli } from '../../cmd/cli.ts';
import { engineFor } from '../../cmd/engine.ts';
import { connectionFor, scopeOf } from '../../cmd/open-cluster.ts';
import { services } from '../../cmd/services.ts';
import type { Services } from '../../cmd/shell.ts';
import { gather } from '../../internal/cluster/gather.ts';
import { liveCluster } from '../../internal/cluster/live-cluster.ts';
import { createApi } from '../../internal/cluster/request.ts';
import type { Clock } from '../../internal/model/clock.ts';

/** How a command ended, and what it printed. */
export interface Ran {
  readonly args: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** As the tool's clock counts them. */
  readonly seconds: number;
}

/** A clock that runs so many times faster than the machine's, so that polls and pauses take less. It never goes back. */
export function fastClock(speed: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * speed,
    after: (ms, run) => {
      const timer = setTimeout(run, Math.min(ms / speed, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
}

// The real ones, but for the clock.
function servicesWith(clock: Clock): Services {
  return {
    ...services,
    gather: async (flags, shell, onProgress) => {
      const { connection, api } = connectionFor(flags, shell);
      try {
        const now = new Date().toISOString();
        const reader = createApi(connection, { ...api, clock });
        return await gather(reader, { ...scopeOf(flags), now, onProgress });
      } finally {
        connection.close();
      }
    },
    openCluster: (flags, shell, onProgress) => {
      const { connection, api } = connectionFor(flags, shell);
      const options = { api: { ...api, clock }, gather: { ...scopeOf(flags), onProgress } };
      const cluster = liveCluster(connection, options);
      return Promise.resolve({ cluster, close: () => connection.close() });
    },
    engine: (shell) => Promise.resolve({ ...engineFor(shell), clock }),
  };
}

export interface ToolOptions {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs a command line in this process, from its arguments to its exit code. */
export async function runTool(
  args: readonly string[],
  { clock, env, signal }: ToolOptions,
): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const start = clock.now();
  const code = await runCli(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    isInteractive: false,
    signal,
    ask: () => Promise.resolve(null),
    services: servicesWith(clock),
  });
  return { args, code, stdout, stderr, seconds: (clock.now() - start) / 1000 };
}
