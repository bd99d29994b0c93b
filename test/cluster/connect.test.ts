import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Surroundings, connect } from '../../internal/cluster/connect.ts';
import type { ConnectFlags } from '../../internal/cluster/kubeconfig.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { UserError } from '../../internal/model/error.ts';
import { type Authority, type Certificate, makeAuthority } from '../support/certificate.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Seen, startStub, status, type StubServer } from '../support/stub-api-server.ts';
import { startHttpProxy, startSocksProxy, type StubProxy } from '../support/stub-proxy.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts';

let authority: Authority;
let server: Certificate;
let stub: StubServer;
let folder: TemporaryFolder;
let reply: (request: Seen) => ReturnType<typeof status> = () => ({ json: {} });
const proxies: StubProxy[] = [];

beforeAll(async () => {
  authority = makeAuthority('orchard-ca');
  server = authority.issue('127.0.0.1');
  stub = await startStub((request) => reply(request), server);
});

afterAll(() => stub.close());

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  folder.remove();
  reply = () => ({ json: {} });
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Config {
  readonly cluster?: object;
  readonly user?: object;
}

function kubeconfig({ cluster, user }: Config): string {
  const defaults = { server: stub.url, 'certificate-authority-data': base64(authority.cert) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'orchard',
    contexts: [{ name: 'orchard', context: { cluster: 'orchard', user: 'gardener' } }],
    clusters: [{ name: 'orchard', cluster: { ...defaults, ...cluster } }],
    users: [{ name: 'gardener', user: user ?? {} }],
  });
}

/** Sends one request as a user with this kubeconfig would, and tells what the server saw of it. */
async function visit(config: Config, flags: ConnectFlags = {}, place: Partial<Surroundings> = {}) {
  const file = folder.write('config', kubeconfig(config));
  const connection = connect(
    { kubeconfig: file, ...flags },
    { env: {}, isInteractive: false, ...place },
  );
  const before = stub.seen.length;
  const outcome = await createApi(connection, { clock: fakeClock() }).getJson('/version');
  connection.close();
  return { outcome, seen: stub.seen.slice(before) };
}

describe('a login', () => {
  const cases: readonly [string, Config, ConnectFlags, Record<string, unknown>][] = [
    ['nobody', {}, {}, { authorization: undefined }],
    ['a token', { user: { token: 'apple' } }, {}, { authorization: 'Bearer apple' }],
    ['--token', { user: { token: 'apple' } }, { token: 'pear' }, { authorization: 'Bearer pear' }],
    [
      'name and password',
      { user: { username: 'eve', password: 'fig' } },
      {},
      { authorization: `Basic ${base64('eve:fig')}` },
    ],
    [
      '--as, --as-group, --as-uid',
      { user: { token: 'apple' } },
      { as: 'adam', asGroup: ['pickers', 'eaters'], asUid: '7' },
      {
        authorization: 'Bearer apple',
        'impersonate-user': 'adam',
        'impersonate-group': 'pickers, eaters',
        'impersonate-uid': '7',
      },
    ],
    [
      'impersonation in the kubeconfig',
      { user: { as: 'adam', 'as-groups': ['pickers'], 'as-user-extra': { 'a/b': ['x'] } } },
      {},
      {
        'impersonate-user': 'adam',
        'impersonate-group': 'pickers',
        'impersonate-extra-a%2fb': 'x',
      },
    ],
  ];
  test.each(cases)('by %s', async (_name, config, flags, headers) => {
    const { outcome, seen } = await visit(config, flags);
    expect(outcome.state).toBe('read');
    for (const [name, value] of Object.entries(headers)) expect(seen[0]?.headers[name]).toBe(value);
  });

  test('by a token file beside the kubeconfig, read anew each time', async () => {
    folder.write('tokens/own', 'quince\n');
    const user = { tokenFile: 'tokens/own', token: 'old' };
    expect((await visit({ user })).seen[0]?.headers.authorization).toBe('Bearer quince');
    folder.write('tokens/own', 'medlar\n');
    expect((await visit({ user })).seen[0]?.headers.authorization).toBe('Bearer medlar');
  });

  test('sends no credentials without TLS, but the name to act for', async () => {
    const plain = await startStub(() => ({ json: {} }));
    const config = { cluster: { server: plain.url }, user: { token: 'apple', as: 'adam' } };
    const { outcome } = await visit(config);
    expect(outcome.state).toBe('read');
    expect(plain.seen[0]?.headers.authorization).toBeUndefined();
    expect(plain.seen[0]?.headers['impersonate-user']).toBe('adam');
    await plain.close();
  });

  test('in a pod, by its service account', async () => {
    folder.write('token', 'plum');
    folder.write('ca.crt', authority.cert);
    const env = {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(stub.port),
    };
    const place = { env, isInteractive: false, serviceAccountDirectory: folder.path };
    const connection = connect({ as: 'adam' }, place);
    expect(connection.context).toBe('in-cluster');
    await createApi(connection).getJson('/version');
    expect(stub.seen.at(-1)?.headers).toMatchObject({
      authorization: 'Bearer plum',
      'impersonate-user': 'adam',
    });
  });
});

describe('a client certificate', () => {
  test.each(['data', 'files'])('as %s', async (form) => {
    const own = authority.issue('gardener');
    const strict = await startStub(() => ({ json: {} }), { ...server, ca: authority.cert });
    folder.write('pki/own.crt', own.cert);
    folder.write('pki/own.key', own.key);
    const user =
      form === 'data'
        ? { 'client-certificate-data': base64(own.cert), 'client-key-data': base64(own.key) }
        : { 'client-certificate': 'pki/own.crt', 'client-key': 'pki/own.key' };
    const config = { cluster: { server: strict.url } };
    expect((await visit({ ...config, user })).outcome.state).toBe('read');
    expect((await visit(config)).outcome).toMatchObject({ error: { kind: 'unreachable' } });
    await strict.close();
  });
});

describe('the server', () => {
  test('is not trusted without its authority', async () => {
    const { outcome, seen } = await visit({ cluster: { 'certificate-authority-data': '' } });
    expect(outcome).toMatchObject({ error: { kind: 'unreachable' } });
    expect(seen).toHaveLength(0);
  });

  test('is trusted all the same with --insecure-skip-tls-verify', async () => {
    const config = { cluster: { 'certificate-authority-data': '' } };
    const { outcome } = await visit(config, { insecureSkipTlsVerify: true });
    expect(outcome.state).toBe('read');
  });

  test('may have another name, until --server names another server', async () => {
    const named = await startStub(() => ({ json: {} }), authority.issue('api.orchard.example'));
    const config = { cluster: { server: named.url, 'tls-server-name': 'api.orchard.example' } };
    expect((await visit(config)).outcome.state).toBe('read');
    const { outcome } = await visit(config, { server: named.url });
    expect(outcome).toMatchObject({ error: { kind: 'unreachable' } });
    await named.close();
  });
});

describe('a proxy', () => {
  const far = 'api.orchard.example:6443';
  const start = async (kind: 'http' | 'socks'): Promise<{ proxy: StubProxy; port: StubServer }> => {
    const named = await startStub(() => ({ json: {} }), authority.issue('api.orchard.example'));
    const proxy = await (kind === 'http' ? startHttpProxy : startSocksProxy)(named.port);
    proxies.push(proxy, { ...proxy, close: named.close });
    return { proxy, port: named };
  };
  const cluster = { server: `https://${far}` };

  test.each([
    ['http', 'http://', undefined],
    ['http', 'http://eve:fig@', `Basic ${base64('eve:fig')}`],
    ['socks', 'socks5://', undefined],
  ] as const)('by proxy-url: %s, %s', async (kind, scheme, login) => {
    const { proxy } = await start(kind);
    const { outcome } = await visit({
      cluster: { ...cluster, 'proxy-url': `${scheme}${proxy.host}` },
    });
    expect(outcome).toMatchObject({ state: 'read' });
    expect(proxy.asked).toEqual([far]);
    expect(proxy.headers[0]?.['proxy-authorization']).toBe(login);
  });

  test('by HTTPS_PROXY, with a client certificate through it', async () => {
    const own = authority.issue('gardener');
    const tls = { ...authority.issue('api.orchard.example'), ca: authority.cert };
    const strict = await startStub(() => ({ json: {} }), tls);
    const proxy = await startHttpProxy(strict.port);
    proxies.push(proxy, { ...proxy, close: strict.close });
    const user = {
      'client-certificate-data': base64(own.cert),
      'client-key-data': base64(own.key),
    };
    const env = { HTTPS_PROXY: proxy.host };
    const { outcome } = await visit({ cluster, user }, {}, { env });
    expect(outcome).toMatchObject({ state: 'read' });
    expect(proxy.asked).toEqual([far]);
  });
});

describe('a login plugin', () => {
  // Prints a token with the number of its start; what it was told is written beside it.
  const plugin = `#!/bin/sh
echo start >> "$PLUGIN_FOLDER/starts"
printf '%s' "$KUBERNETES_EXEC_INFO" > "$PLUGIN_FOLDER/info"
n=$(wc -l < "$PLUGIN_FOLDER/starts" | tr -d ' ')
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s-%s"%s}}' "$1" "$n" "$PLUGIN_MORE"
`;
  const setUp = (more: object = {}, moreStatus = ''): Config => {
    folder.write('bin/plugin', plugin, 0o700);
    const env = [
      { name: 'PLUGIN_FOLDER', value: folder.path },
      { name: 'PLUGIN_MORE', value: moreStatus },
    ];
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'IfAvailable',
      command: './bin/plugin',
      args: ['cherry'],
      env,
      ...more,
    };
    return { user: { exec } };
  };
  const place = { env: { PATH: process.env['PATH'] } };
  const read = (name: string): string => readFileSync(path.join(folder.path, name), 'utf8');

  test('gives a token, and is told what kubectl tells it', async () => {
    const { outcome, seen } = await visit(setUp({ provideClusterInfo: true }), {}, place);
    expect(outcome.state).toBe('read');
    expect(seen[0]?.headers.authorization).toBe('Bearer cherry-1');
    expect(JSON.parse(read('info'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: { server: stub.url, 'certificate-authority-data': base64(authority.cert) },
      },
    });
  });

  test('starts once for all requests, and once more when the server refuses', async () => {
    reply = ({ headers }) =>
      headers.authorization === 'Bearer cherry-1' ? status(401, 'Unauthorized') : { json: {} };
    const config = kubeconfig(setUp());
    const file = folder.write('config', config);
    const connection = connect({ kubeconfig: file }, { ...place, isInteractive: false });
    const api = createApi(connection, { clock: fakeClock() });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => api.getJson('/version')));
    expect(outcomes.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'read'));
    expect(read('starts').trim().split('\n')).toHaveLength(2);
  });

  test('starts again when its token is over', async () => {
    const clock = fakeClock();
    const over = new Date(clock.now() - 1000).toISOString();
    const config = setUp({}, `,"expirationTimestamp":"${over}"`);
    const file = folder.write('config', kubeconfig(config));
    const connection = connect({ kubeconfig: file }, { ...place, clock, isInteractive: false });
    const api = createApi(connection, { clock });
    await api.getJson('/version');
    await api.getJson('/version');
    expect(stub.seen.at(-1)?.headers.authorization).not.toBe('Bearer cherry-1');
  });

  test('goes behind a token', async () => {
    const { seen } = await visit(setUp(), { token: 'apple' }, place);
    expect(seen[0]?.headers.authorization).toBe('Bearer apple');
  });

  test.each([
    ['is not there', { command: 'no-such-plugin', installHint: 'Get it at the market.' }, 'market'],
    ['speaks an old version', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }, 'v1beta1'],
    ['needs a person', { interactiveMode: 'Always' }, 'terminal'],
    ['fails', { command: 'false' }, ''],
    ['prints no JSON', { command: 'echo' }, 'kubectl'],
    ['gives nothing', { command: 'echo', args: ['{"status":{}}'] }, 'kubectl'],
  ])('that %s is told to the user', async (_name, more, hint) => {
    const error = await visit(setUp(more), {}, place).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ hint: expect.stringContaining(hint) });
  });
});

test('files that are not there are told to the user', async () => {
  folder = temporaryFolder();
  const user = { 'client-certificate': 'no.crt', 'client-key': 'no.key' };
  await expect(visit({ user })).rejects.toThrow(UserError);
  await expect(visit({ user: { tokenFile: 'no-token' } })).rejects.toThrow(UserError);
});
