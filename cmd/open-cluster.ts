import type { ApiOptions } from '../internal/cluster/api.ts';
import { connect } from '../internal/cluster/connect.ts';
import type { Connection } from '../internal/cluster/connection.ts';
import { parseTimeout } from '../internal/cluster/duration.ts';
import { liveCluster } from '../internal/cluster/live-cluster.ts';
import type { Progress } from '../internal/cluster/run.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import type { Flags } from './flags.ts';
import type { OpenCluster, Shell } from './shell.ts';
import { toolVersion } from './version.ts';

// The level from which kubectl shows its requests.
const requestLevel = 6;

/** The connection to the cluster that the flags and the environment name, and how requests to it are made. */
export function connectionFor(
  flags: Flags,
  { stderr, env, signal, isInteractive }: Shell,
): { readonly connection: Connection; readonly api: ApiOptions } {
  const { requestTimeout, verbosity } = flags;
  const requestTimeoutMs = requestTimeout === undefined ? undefined : parseTimeout(requestTimeout);
  const connection = connect(flags, {
    env,
    isInteractive,
    isWindows: process.platform === 'win32',
  });
  const log = (line: string): void => {
    stderr.write(`${sanitize(line)}\n`);
  };
  const api = {
    signal,
    userAgent: `kubectl-calico-fix/${toolVersion}`,
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
    ...(verbosity >= requestLevel ? { log } : {}),
  };
  return { connection, api };
}

/** What of the cluster is read, as the flags say. */
export const scopeOf = ({ namespace, node }: Flags) => ({
  ...(namespace === undefined ? {} : { namespace }),
  ...(node.length > 0 ? { nodes: node } : {}),
});

/** Opens the cluster that the flags name for reading and changing. Throws a UserError where there is none to reach. */
export function openCluster(
  flags: Flags,
  shell: Shell,
  onProgress: (progress: Progress) => void,
): OpenCluster {
  const { connection, api } = connectionFor(flags, shell);
  const cluster = liveCluster(connection, { api, gather: { ...scopeOf(flags), onProgress } });
  return { cluster, close: () => connection.close() };
}
