import { readFileSync } from 'node:fs';
import { UserError } from '../model/error.ts';
import type { Clock } from '../model/clock.ts';
import { type Credential, type PluginPlace, runPlugin } from './exec-plugin.ts';
import { isRecord } from './json.ts';
import { type Login, textOf } from './kubeconfig.ts';

/** Credentials that must be fetched: from an exec plugin or a token file. */
export interface Credentials {
  readonly get: () => Promise<Credential>;
  /** What `get` gives at present; null if nothing is kept. */
  readonly current: () => Promise<Credential> | null;
  /** Makes the next `get` fetch anew. */
  readonly forget: () => void;
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new UserError(`The token file ${file} cannot be read`, { cause });
  }
}

// Read for each request, as the kubelet replaces a pod's token while it runs.
const fromFile = (file: string): Credentials => ({
  get: async () => ({ token: readToken(file), expiresAt: null }),
  current: () => null,
  forget: () => undefined,
});

function fromPlugin(run: () => Promise<Credential>, clock: Clock): Credentials {
  let current: Promise<Credential> | null = null;
  const start = (): Promise<Credential> => {
    current = run();
    return current;
  };
  const get = async (): Promise<Credential> => {
    const held = current ?? start();
    const credential = await held;
    if (credential.expiresAt === null || credential.expiresAt > clock.now()) return credential;
    // Many requests see the end of one credential; the first starts the plugin and the others wait for it.
    return current === held ? start() : (current ?? start());
  };
  return {
    get,
    current: () => current,
    forget: () => {
      current = null;
    },
  };
}

/**
 * The credentials that a login has to fetch; null if it has none to fetch. A token that stands in the kubeconfig goes before
 * the plugin and after the token file, as in client-go. Without TLS there are none.
 */
export function credentialsOf(login: Login, place: PluginPlace, clock: Clock): Credentials | null {
  const { server, cluster, user } = login;
  if (server.startsWith('http:')) return null;
  const tokenFile = textOf(user['tokenFile']);
  if (tokenFile !== '') return fromFile(tokenFile);
  const { exec } = user;
  if (!isRecord(exec) || textOf(user['token']) !== '') return null;
  return fromPlugin(() => runPlugin(exec, { ...cluster, server }, place), clock);
}
