import http, { type OutgoingHttpHeaders } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import tls from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { UserError } from '../model/error.ts';
import type { Credentials } from './credentials.ts';
import type { Credential } from './exec-plugin.ts';
import { isList, isRecord } from './json.ts';
import { type Login, textOf } from './kubeconfig.ts';
import { proxyUrl } from './proxy.ts';

/** What one request takes along. */
export type LoginOptions = Omit<RequestOptions, 'headers'> & {
  readonly headers: OutgoingHttpHeaders;
};

/** A cluster to speak to, with the means to log in. */
export interface Connection {
  /** The kubeconfig context, `in-cluster`, or the server where no context is used. */
  readonly context: string;
  readonly server: string;
  /** TLS, agent and credentials as they are now. A UserError if they cannot be had. */
  readonly login: () => Promise<LoginOptions>;
  /** Says that the server refused this login; true if the next one may do better. */
  readonly renew: (refused: LoginOptions) => boolean;
  /** Closes idle connections. */
  readonly close: () => void;
}

type User = Parameters<KubeConfig['loadFromClusterAndUser']>[1];

// Like kubectl: no credentials without TLS. A token file is read anew each time, so it goes before a token written down once.
function userOf({ server, user }: Login): User {
  if (server.startsWith('http:')) return { name: 'user' };
  return {
    name: 'user',
    certData: textOf(user['client-certificate-data']),
    certFile: textOf(user['client-certificate']),
    keyData: textOf(user['client-key-data']),
    keyFile: textOf(user['client-key']),
    token: textOf(user['tokenFile']) === '' ? textOf(user['token']) : '',
    username: textOf(user['username']),
    password: textOf(user['password']),
    authProvider: user['auth-provider'],
  };
}

// The client resolves files, TLS, tokens, proxies and the old auth providers. It refuses plain HTTP unless TLS is "skipped".
function clientOf(login: Login, proxy: string | null, credentials: Credentials | null): KubeConfig {
  const { server, cluster } = login;
  const client = new KubeConfig();
  client.loadFromClusterAndUser(
    {
      name: 'cluster',
      server,
      caData: textOf(cluster['certificate-authority-data']),
      caFile: textOf(cluster['certificate-authority']),
      skipTLSVerify: server.startsWith('http:') || cluster['insecure-skip-tls-verify'] === true,
      tlsServerName: textOf(cluster['tls-server-name']),
      ...(proxy === null ? {} : { proxyUrl: proxyUrl(proxy) }),
    },
    userOf(login),
  );
  if (credentials) {
    client.addAuthenticator({
      isAuthProvider: () => true,
      applyAuthentication: async (_user, options: RequestOptions) =>
        apply(await credentials.get(), options),
    });
  }
  return client;
}

function apply({ token, certificate, key }: Credential, options: RequestOptions): void {
  if (token) options.headers = { ...headersOf(options), Authorization: `Bearer ${token}` };
  if (certificate) Object.assign(options, { cert: certificate, key });
}

const headersOf = ({ headers }: RequestOptions): OutgoingHttpHeaders =>
  headers === undefined || isList(headers) ? {} : { ...headers };

// client-go transport/round_trippers.go, impersonatingRoundTripper. The client knows the user's name only.
function impersonation({ user }: Login): OutgoingHttpHeaders {
  const name = textOf(user['as']);
  if (name === '') return {};
  const headers: OutgoingHttpHeaders = { 'Impersonate-User': name };
  const uid = textOf(user['as-uid']);
  if (uid !== '') headers['Impersonate-Uid'] = uid;
  const groups = isList(user['as-groups']) ? user['as-groups'].map(String) : [];
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  const extra = isRecord(user['as-user-extra']) ? user['as-user-extra'] : {};
  for (const [key, values] of Object.entries(extra)) {
    if (!isList(values)) continue;
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = values.map(String);
  }
  return headers;
}

// kubectl trusts the system's authorities where the kubeconfig names none; Node by itself only those that it carries.
function systemAuthorities(): string[] {
  if (typeof tls.getCACertificates !== 'function') return [...tls.rootCertificates];
  return [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
}

/** The connection of a login. `proxy` is where requests go through; `credentials` what must be fetched first. */
export function connectionOf(
  login: Login,
  proxy: string | null,
  credentials: Credentials | null,
): Connection {
  const { server, context } = login;
  const client = clientOf(login, proxy, credentials);
  const isPlain = server.startsWith('http:');
  // The client's own agents open a new connection for each request; behind a proxy they are all there is.
  const direct = new (isPlain ? http : https).Agent({ keepAlive: true });
  const extraHeaders = impersonation(login);
  const loggedInWith = new WeakMap<LoginOptions, Promise<Credential>>();
  let authorities: string[] | null = null;

  const applied = async (): Promise<RequestOptions> => {
    const options: RequestOptions = {};
    try {
      await client.applyToHTTPSOptions(options);
      return options;
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(`Logging in to ${server} failed: ${reason}`, { cause });
    }
  };

  const loginNow = async (): Promise<LoginOptions> => {
    const options = await applied();
    const trusts = options.ca !== undefined || options.rejectUnauthorized === false || isPlain;
    if (!trusts) options.ca = authorities ??= systemAuthorities();
    if (proxy === null) options.agent = direct;
    const ready = { ...options, headers: { ...headersOf(options), ...extraHeaders } };
    const used = credentials?.current();
    if (used) loggedInWith.set(ready, used);
    return ready;
  };

  return {
    context: context || server,
    server,
    login: loginNow,
    renew: (refused) => {
      const used = loggedInWith.get(refused);
      if (used && used === credentials?.current()) credentials.forget();
      return used !== undefined;
    },
    close: () => direct.destroy(),
  };
}
