import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../model/clock.ts';
import { systemClock } from './clock.ts';
import { type Connection, connectionOf } from './connection.ts';
import { credentialsOf } from './credentials.ts';
import {
  chooseLogin,
  type ConnectFlags,
  type Login,
  nothingToConnectTo,
  textOf,
} from './kubeconfig.ts';
import { type Kubeconfig, readKubeconfig } from './kubeconfig-files.ts';
import { type Environment, proxyFromEnvironment } from './proxy.ts';

/** What is taken from the process, as this room does not know it. */
export interface Surroundings {
  readonly env: Environment;
  /** True if standard input is a terminal: then a login plugin may ask. */
  readonly isInteractive: boolean;
  readonly isWindows?: boolean;
  readonly clock?: Clock;
  /** Where a pod finds its token; another place in tests. */
  readonly serviceAccountDirectory?: string;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

// A pod's own login in the form of a kubeconfig, so that flags work there too. Null outside of a pod.
function kubeconfigOfPod(env: Environment, directory: string): Kubeconfig | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const tokenFile = path.join(directory, 'token');
  if (!host || !port || !existsSync(tokenFile)) return null;
  const name = 'in-cluster';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const authority = path.join(directory, 'ca.crt');
  return {
    files: [],
    lookedFor: [],
    currentContext: name,
    contexts: new Map([[name, { cluster: name, user: name }]]),
    clusters: new Map([[name, { server, 'certificate-authority': authority }]]),
    users: new Map([[name, { tokenFile }]]),
  };
}

function findLogin(flags: ConnectFlags, place: Surroundings): Login {
  const { env, isWindows, serviceAccountDirectory = serviceAccount } = place;
  const kubeconfig = readKubeconfig({ file: flags.kubeconfig, env, isWindows });
  const hasFiles = kubeconfig.files.length > 0;
  const pod = hasFiles ? null : kubeconfigOfPod(env, serviceAccountDirectory);
  const login = chooseLogin(pod ?? kubeconfig, flags);
  if (!login) throw nothingToConnectTo(kubeconfig);
  return login;
}

/**
 * Finds the cluster that kubectl would speak to with the same flags and environment: `--kubeconfig`, KUBECONFIG,
 * `~/.kube/config`, or the pod's own service account. Nothing is sent yet. Throws a UserError that says what was looked for
 * and what to do.
 */
export function connect(flags: ConnectFlags, place: Surroundings): Connection {
  const login = findLogin(flags, place);
  const proxy =
    textOf(login.cluster['proxy-url']) || proxyFromEnvironment(new URL(login.server), place.env);
  const credentials = credentialsOf(login, place, place.clock ?? systemClock);
  return connectionOf(login, proxy || null, credentials);
}
