import { connect } from '../internal/cluster/connect.ts';
import { parseTimeout } from '../internal/cluster/duration.ts';
import { gather } from '../internal/cluster/gather.ts';
import { createApi } from '../internal/cluster/request.ts';
import type { Progress } from '../internal/cluster/run.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import type { Flags } from './flags.ts';
import type { Shell } from './shell.ts';
import { toolVersion } from './version.ts';

// The level from which kubectl shows its requests.
const requestLevel = 6;

/** Reads the cluster that the flags and the environment name. Throws a UserError where there is none to reach. */
export async function gatherCluster(
  flags: Flags,
  { stderr, env, signal, isInteractive }: Shell,
  onProgress: (progress: Progress) => void,
): Promise<Snapshot> {
  const { requestTimeout, verbosity, namespace, node } = flags;
  const requestTimeoutMs = requestTimeout === undefined ? undefined : parseTimeout(requestTimeout);
  const isWindows = process.platform === 'win32';
  const connection = connect(flags, { env, isInteractive, isWindows });
  const log = (line: string): void => {
    stderr.write(`${sanitize(line)}\n`);
  };
  try {
    const api = createApi(connection, {
      signal,
      userAgent: `kubectl-calico-fix/${toolVersion}`,
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ...(verbosity >= requestLevel ? { log } : {}),
    });
    const now = new Date().toISOString();
    const scope = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(node.length > 0 ? { nodes: node } : {}),
    };
    return await gather(api, { ...scope, now, onProgress });
  } finally {
    connection.close();
  }
}
