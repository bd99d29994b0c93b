import { UserError } from '../model/error.ts';
import type { Kubeconfig, Raw } from './kubeconfig-files.ts';

/** kubectl's global flags, as the user gave them. */
export interface ConnectFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  readonly server?: string;
  readonly token?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** Which cluster to speak to and as whom: kubeconfig entries with the flags laid over them. */
export interface Login {
  /** The context's name; empty where none is used. */
  readonly context: string;
  readonly server: string;
  readonly cluster: Raw;
  readonly user: Raw;
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const known = (entries: ReadonlyMap<string, Raw>): string =>
  entries.size === 0 ? 'It has none.' : `It has: ${[...entries.keys()].join(', ')}.`;

function entry(entries: ReadonlyMap<string, Raw>, kind: string, name: string): Raw {
  const found = entries.get(name);
  if (found) return found;
  throw new UserError(`The kubeconfig has no ${kind} "${name}"`, { hint: known(entries) });
}

function withScheme(server: string, cluster: Raw): string {
  if (server.includes('://')) return server;
  const isTls =
    cluster['insecure-skip-tls-verify'] === true ||
    'certificate-authority' in cluster ||
    'certificate-authority-data' in cluster;
  return `${isTls ? 'https' : 'http'}://${server}`;
}

function checked(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UserError(`"${server}" is not the address of an API server`, {
      hint: 'It looks like https://HOST:PORT.',
    });
  }
  // The address is shown and logged.
  if (url.username || url.password) {
    throw new UserError(`The address of ${url.host} has a password in it`, {
      hint: 'Put username and password into the kubeconfig user.',
    });
  }
  return server.replace(/\/+$/, '');
}

function without(raw: Raw, ...fields: readonly string[]): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([field]) => !fields.includes(field)));
}

// client-go tools/clientcmd/client_config.go: no authority beside "insecure"; another server has another name.
function clusterWithFlags(cluster: Raw, flags: ConnectFlags): Raw {
  const other = flags.server ? without(cluster, 'tls-server-name') : cluster;
  const isInsecure = flags.insecureSkipTlsVerify || other['insecure-skip-tls-verify'] === true;
  if (!isInsecure) return without(other, 'insecure-skip-tls-verify');
  const open = without(other, 'certificate-authority', 'certificate-authority-data');
  return { ...open, 'insecure-skip-tls-verify': true };
}

function userWithFlags(user: Raw, flags: ConnectFlags): Raw {
  const own = flags.token
    ? {
        ...without(user, 'tokenFile', 'exec', 'auth-provider', 'username', 'password'),
        token: flags.token,
      }
    : user;
  if (!flags.as && !flags.asUid && !flags.asGroup?.length) return own;
  if (!flags.as && textOf(own['as']) === '') {
    throw new UserError('--as-group and --as-uid need --as: whose groups would they be?');
  }
  return {
    ...own,
    ...(flags.as ? { as: flags.as } : {}),
    ...(flags.asGroup?.length ? { 'as-groups': flags.asGroup } : {}),
    ...(flags.asUid ? { 'as-uid': flags.asUid } : {}),
  };
}

/** Chooses context, cluster and user, flags first. Null if neither kubeconfig nor flags name a server at all. */
export function chooseLogin(kubeconfig: Kubeconfig, flags: ConnectFlags): Login | null {
  const { contexts, clusters, users } = kubeconfig;
  const context = flags.context ?? kubeconfig.currentContext;
  const chosen = context === '' ? {} : entry(contexts, 'context', context);
  const clusterName = flags.cluster ?? textOf(chosen['cluster']);
  const raw = clusterName === '' ? {} : entry(clusters, 'cluster', clusterName);
  const cluster = clusterWithFlags(raw, flags);
  const userName = flags.user ?? textOf(chosen['user']);
  const user = flags.user ? entry(users, 'user', flags.user) : (users.get(userName) ?? {});
  const server = flags.server ?? textOf(cluster['server']);
  if (server === '') return null;
  return {
    context,
    server: checked(withScheme(server, cluster)),
    cluster,
    user: userWithFlags(user, flags),
  };
}

/** Says that no cluster is configured: what was looked for, and what to do. */
export function nothingToConnectTo({ files, lookedFor, contexts }: Kubeconfig): UserError {
  if (files.length === 0) {
    return new UserError('No kubeconfig was found', {
      hint: `Looked for ${lookedFor.join(', ') || '~/.kube/config (HOME is not set)'}. Name one with --kubeconfig or KUBECONFIG, or read a dump with --from PATH.`,
    });
  }
  return new UserError(`No context is chosen in ${files.join(', ')}`, {
    hint: `${known(contexts)} Choose one with --context, or once and for all with kubectl config use-context.`,
  });
}
