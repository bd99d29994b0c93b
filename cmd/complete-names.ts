import { connect } from '../internal/cluster/connect.ts';
import { readKubeconfig } from '../internal/cluster/kubeconfig-files.ts';
import { listNames } from '../internal/cluster/list-names.ts';
import { createApi } from '../internal/cluster/request.ts';
import { core } from '../internal/cluster/target.ts';
import type { Flags } from './flags.ts';
import type { Shell } from './shell.ts';
import { toolVersion } from './version.ts';

// Longer than that nobody waits for a list of names.
const patienceMs = 2000;

const isWindows = process.platform === 'win32';

/** The names of contexts, clusters and users in the kubeconfig that the flags and the environment name. */
export function kubeconfigNames({ kubeconfig }: Flags, { env }: Shell) {
  const { contexts, clusters, users } = readKubeconfig({ file: kubeconfig, env, isWindows });
  return {
    contexts: [...contexts.keys()],
    clusters: [...clusters.keys()],
    users: [...users.keys()],
  };
}

/** The names of the cluster's nodes; what has come within two seconds, which may be nothing. */
export async function nodeNames(flags: Flags, { env, signal }: Shell): Promise<readonly string[]> {
  const connection = connect(flags, { env, isInteractive: false, isWindows });
  const names: string[] = [];
  const timeout = AbortSignal.timeout(patienceMs);
  const isOver = new Promise<void>((resolve) => {
    timeout.addEventListener('abort', () => resolve());
  });
  try {
    const api = createApi(connection, {
      signal: AbortSignal.any([signal, timeout]),
      userAgent: `kubectl-calico-fix/${toolVersion}`,
      requestTimeoutMs: patienceMs,
      deadlineMs: patienceMs,
    });
    const read = listNames(api, core('nodes'), (page) => names.push(...page));
    // Not even a login plugin that hangs keeps the shell waiting.
    await Promise.race([read.catch(() => undefined), isOver]);
  } finally {
    connection.close();
  }
  return [...names];
}
