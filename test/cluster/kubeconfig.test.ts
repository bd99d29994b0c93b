import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { connect } from '../../internal/cluster/connect.ts';
import { chooseLogin, type ConnectFlags } from '../../internal/cluster/kubeconfig.ts';
import { type Kubeconfig, readKubeconfig } from '../../internal/cluster/kubeconfig-files.ts';
import { UserError } from '../../internal/model/error.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const config = (name: string, more: object = {}): string =>
  stringify({
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: `https://${name}.example:6443` } }],
    users: [{ name, user: { token: `${name}-token` } }],
    ...more,
  });

describe('several files', () => {
  const read = (...files: readonly string[]): Kubeconfig =>
    readKubeconfig({ env: { KUBECONFIG: files.join(':') } });

  test('the first to name a thing wins, missing ones are passed over', () => {
    const empty = folder.write('empty', '');
    const first = folder.write('first', config('pear'));
    const again = { clusters: [{ name: 'pear', cluster: { server: 'https://other' } }] };
    const second = folder.write('second', config('plum', again));
    const merged = read(path.join(folder.path, 'none'), '', empty, first, second, first);
    expect(merged.files).toEqual([empty, first, second]);
    expect(merged.currentContext).toBe('pear');
    expect([...merged.contexts.keys()]).toEqual(['pear', 'plum']);
    expect(merged.clusters.get('pear')).toEqual({ server: 'https://pear.example:6443' });
    expect(chooseLogin(merged, {})).toMatchObject({ user: { token: 'pear-token' } });
  });

  test('paths are meant from their own file', () => {
    const one = folder.write(
      'one/config',
      stringify({
        clusters: [{ name: 'a', cluster: { 'certificate-authority': 'ca.crt' } }],
        users: [
          { name: 'a', user: { 'client-key': '../pki/a.key', tokenFile: '/run/token' } },
          { name: 'b', user: { exec: { command: './login', args: ['./x'] } } },
          { name: 'c', user: { exec: { command: 'login' } } },
        ],
      }),
    );
    const merged = read(one);
    expect(merged.clusters.get('a')).toEqual({
      'certificate-authority': path.join(folder.path, 'one/ca.crt'),
    });
    expect(merged.users.get('a')).toEqual({
      'client-key': path.join(folder.path, 'pki/a.key'),
      tokenFile: '/run/token',
    });
    expect(merged.users.get('b')).toEqual({
      exec: { command: path.join(folder.path, 'one/login'), args: ['./x'] },
    });
    expect(merged.users.get('c')).toEqual({ exec: { command: 'login' } });
  });
});

describe('where it is looked for', () => {
  const home = (): string => folder.write('home/.kube/config', config('pear'));
  test('in the home folder', () => {
    const file = home();
    const env = { HOME: path.join(folder.path, 'home') };
    expect(readKubeconfig({ env }).files).toEqual([file]);
  });

  test('on Windows in the first home that has one', () => {
    const file = home();
    const env = { HOME: path.join(folder.path, 'no'), USERPROFILE: path.join(folder.path, 'home') };
    expect(readKubeconfig({ env, isWindows: true }).files).toEqual([file]);
  });

  test('--kubeconfig alone, if it is given', () => {
    const env = { KUBECONFIG: folder.write('other', config('plum')) };
    expect(readKubeconfig({ file: home(), env }).currentContext).toBe('pear');
  });
});

describe('flags go before the file', () => {
  const choose = (flags: ConnectFlags) => {
    const two = {
      contexts: [
        { name: 'pear', context: { cluster: 'pear', user: 'pear' } },
        { name: 'plum', context: { cluster: 'plum', user: 'gone' } },
      ],
      clusters: [
        { name: 'pear', cluster: { server: 'https://pear.example', 'tls-server-name': 'p' } },
        {
          name: 'plum',
          cluster: { server: 'https://plum.example/', 'certificate-authority-data': 'Y2E=' },
        },
      ],
    };
    const file = folder.write('config', config('pear', two));
    return chooseLogin(readKubeconfig({ file, env: {} }), flags);
  };
  const cases: readonly [ConnectFlags, object][] = [
    [{}, { context: 'pear', server: 'https://pear.example', user: { token: 'pear-token' } }],
    [{ context: 'plum' }, { context: 'plum', server: 'https://plum.example', user: {} }],
    [{ cluster: 'plum' }, { context: 'pear', server: 'https://plum.example' }],
    [{ context: 'plum', user: 'pear' }, { user: { token: 'pear-token' } }],
    [
      { server: 'https://fig.example:1' },
      { server: 'https://fig.example:1', cluster: { server: 'https://pear.example' } },
    ],
    [{ server: '127.0.0.1:8001' }, { server: 'http://127.0.0.1:8001' }],
    [{ server: '127.0.0.1:8001', cluster: 'plum' }, { server: 'https://127.0.0.1:8001' }],
    [
      { cluster: 'plum', insecureSkipTlsVerify: true },
      { cluster: { server: 'https://plum.example/', 'insecure-skip-tls-verify': true } },
    ],
    [
      { as: 'adam', asGroup: ['a', 'b'] },
      { user: { token: 'pear-token', as: 'adam', 'as-groups': ['a', 'b'] } },
    ],
  ];
  test.each(cases)('%j', (flags, login) => {
    expect(choose(flags)).toMatchObject(login);
  });

  test('the file may say insecure by itself', () => {
    const clusters = [
      { name: 'pear', cluster: { server: 'https://p', 'insecure-skip-tls-verify': true } },
    ];
    const file = folder.write('config', config('pear', { clusters }));
    const flags = { insecureSkipTlsVerify: false };
    expect(chooseLogin(readKubeconfig({ file, env: {} }), flags)).toMatchObject({
      cluster: { 'insecure-skip-tls-verify': true },
    });
  });

  test('--insecure-skip-tls-verify puts the authority aside', () => {
    const login = choose({ cluster: 'plum', insecureSkipTlsVerify: true });
    expect(login?.cluster).not.toHaveProperty('certificate-authority-data');
  });

  test.each<[string, ConnectFlags]>([
    ['pear, plum', { context: 'fig' }],
    ['pear, plum', { cluster: 'fig' }],
    ['pear', { user: 'fig' }],
    ['https://HOST:PORT', { server: 'ftp://pear' }],
    ['kubeconfig user', { server: 'https://eve:fig@pear' }],
  ])('what is not there is told, with %s', (hint, flags) => {
    expect(() => choose(flags)).toThrow(
      expect.objectContaining({ name: 'UserError', hint: expect.stringContaining(hint) }),
    );
  });

  test('groups need a name', () => {
    expect(() => choose({ asGroup: ['a'] })).toThrow(UserError);
  });
});

describe('what cannot be used is told to the user', () => {
  const env = () => ({ HOME: folder.path });
  const failure = (flags: ConnectFlags, variables = env()): unknown => {
    try {
      return connect(flags, { env: variables, isInteractive: false });
    } catch (error) {
      return error;
    }
  };

  test('no kubeconfig at all: where it was looked for', () => {
    const file = path.join(folder.path, '.kube/config');
    expect(failure({})).toMatchObject({ name: 'UserError', hint: expect.stringContaining(file) });
  });

  test('no context chosen: which there are', () => {
    folder.write('.kube/config', config('pear', { 'current-context': '' }));
    expect(failure({})).toMatchObject({ name: 'UserError', hint: expect.stringContaining('pear') });
  });

  test.each([
    ['not YAML', 'a: [b'],
    ['a list', '- a'],
    ['a word', 'kubeconfig'],
  ])('%s', (_name, text) => {
    const file = folder.write('config', text);
    expect(failure({ kubeconfig: file })).toBeInstanceOf(UserError);
  });

  test('--kubeconfig that is not there', () => {
    expect(failure({ kubeconfig: path.join(folder.path, 'none') })).toBeInstanceOf(UserError);
  });

  test('but a server alone is enough', () => {
    const server = 'https://pear.example:6443';
    expect(failure({ server })).toMatchObject({ server, context: server });
  });
});
