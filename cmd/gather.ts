import { gather } from '../internal/cluster/gather.ts';
import { createApi } from '../internal/cluster/request.ts';
import type { Progress } from '../internal/cluster/run.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import type { Flags } from './flags.ts';
import { connectionFor, scopeOf } from './open-cluster.ts';
import type { Shell } from './shell.ts';

/** Reads the cluster that the flags and the environment name. Throws a UserError where there is none to reach. */
export async function gatherCluster(
  flags: Flags,
  shell: Shell,
  onProgress: (progress: Progress) => void,
): Promise<Snapshot> {
  const { connection, api } = connectionFor(flags, shell);
  try {
    const now = new Date().toISOString();
    return await gather(createApi(connection, api), { ...scopeOf(flags), now, onProgress });
  } finally {
    connection.close();
  }
}
