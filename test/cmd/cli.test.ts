import { describe, expect, it } from 'vitest';
import type { Flags } from '../../cmd/flags.ts';
import { UserError } from '../../internal/model/error.ts';
import { formats } from '../../internal/report/render.ts';
import { runScene } from '../support/cli.ts';
import { diagnosisOf } from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';
import { steering } from '../support/steering.ts';
import { snapshotOf } from '../support/snapshot.ts';

const verbs = [
  'diagnose',
  'fix',
  'undo',
  'history',
  'predict',
  'explain',
  'collect',
  'completion',
  'version',
];

describe('help', () => {
  it('is what a run without a command prints', async () => {
    const bare = await runScene([]);
    const asked = await runScene(['--help']);
    expect(bare).toEqual({ code: 0, stdout: asked.stdout, stderr: '' });
    expect(bare.stdout).toBe(golden('help.txt', bare.stdout));
  });

  it.each(verbs)('of %s names it as the user calls it', async (verb) => {
    const { code, stdout, stderr } = await runScene([verb, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: kubectl calico-fix ${verb} `));
    expect(stdout).toBe(golden(`help-${verb}.txt`, stdout));
    expect(await runScene(['help', verb])).toMatchObject({ code: 0, stdout });
  });
});

describe('version', () => {
  it.each([[['--version']], [['version']], [['version', '-o', 'text']]])('%j', async (args) => {
    const { code, stdout } = await runScene(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^kubectl calico-fix v\d+\.\d+\.\d+\S*\n$/);
  });

  it('is data with -o json', async () => {
    const { stdout } = await runScene(['version', '-o=json']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Version',
      version: expect.stringMatching(/^\d/),
    });
  });
});

describe('a wrong command line exits with 2, says so on stderr, and hints at the help', () => {
  it.each([
    [['diagnos']],
    [['fix', 'one', 'two']],
    [['history', 'one']],
    [['diagnose', '--frm', 'x']],
    [['diagnose', 'dump.tar.gz']],
    [['diagnose', '--from']],
    [['--nope']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await runScene(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain('kubectl calico-fix --help');
  });

  it.each([
    [['diagnose', '-o', 'xml']],
    [['predict', '-o', 'sarif']],
    [['explain', '-o', 'json', 'undetermined']],
    [['version', '-o', 'wide']],
    [['diagnose', '--fail-on=info']],
    [['diagnose', '-v', 'lots']],
    [['collect']],
    [['explain', 'no-such-thing']],
    [['fix', '-o', 'sarif']],
    [['history', '-o', 'wide2']],
    [['fix', '--dry-run=maybe']],
    [['fix', '--timeout', 'soon']],
    [['fix', '--grace-period=x']],
    [['fix', '--from', 'dump']],
    [['fix', '--from', 'dump', '--dry-run=server']],
    [['fix', '--remedy', 'x']],
    [['fix', '--ipv6']],
    [['fix', '--method', 'cidr=10.0.0.0/8', '--method', 'first-found']],
    [['fix', 'undetermined', '--remedy', 'x', '--method', 'first-found']],
    [['--from', 'dump', 'undo']],
    [['--from', 'dump', 'history']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await runScene(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n\S/);
  });

  it('suggests what may have been meant', async () => {
    expect((await runScene(['diagnoze'])).stderr).toContain('diagnose');
    expect((await runScene(['diagnose', '--form', 'x'])).stderr).toContain('--from');
  });
});

describe('flags', () => {
  const given = async (args: readonly string[]): Promise<Flags | undefined> => {
    let seen: Flags | undefined;
    await runScene(args, {
      services: {
        gather: (flags) => {
          seen = flags;
          return Promise.resolve(snapshotOf());
        },
      },
    });
    return seen;
  };

  it.each([
    [['--context', 'prod', '-n', 'net', 'diagnose', '--node', 'a', '--node=b']],
    [['diagnose', '--context=prod', '-n=net', '--node', 'a', '--node', 'b']],
    [['--node', 'a', 'diagnose', '--node', 'b', '--namespace', 'net', '--context', 'prod']],
  ])('%j', async (args) => {
    expect(await given(args)).toMatchObject({
      context: 'prod',
      namespace: 'net',
      node: ['a', 'b'],
    });
  });

  it('of kubectl are all there', async () => {
    const args =
      '--kubeconfig f --cluster c --user u --as me --as-group g --as-group h --as-uid 7 -s https://h:1 --token t --insecure-skip-tls-verify --request-timeout 9s -v 6';
    expect(await given(['diagnose', ...args.split(' ')])).toMatchObject({
      kubeconfig: 'f',
      cluster: 'c',
      user: 'u',
      as: 'me',
      asGroup: ['g', 'h'],
      asUid: '7',
      server: 'https://h:1',
      token: 't',
      insecureSkipTlsVerify: true,
      requestTimeout: '9s',
      verbosity: 6,
    });
  });

  it('before the command may choose the format', async () => {
    const { stdout } = await runScene(['-o', 'json', 'diagnose']);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Diagnosis' });
  });
});

describe('errors', () => {
  const failing = (error: unknown) => ({
    services: {
      gather: () => {
        throw error;
      },
    },
  });

  it('that are expected: message and hint, harmless to a terminal', async () => {
    const error = new UserError('no \x1b[2Jaccess', { hint: 'one\ntwo\x07' });
    expect(await runScene(['diagnose'], failing(error))).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: no \\x1b[2Jaccess\none\ntwo\\x07\n',
    });
  });

  it.each([[new TypeError('x is \x1b[1mnot a function')], ['a string']])(
    'that are bugs: version, stack, where to report (%#)',
    async (error) => {
      const { code, stdout, stderr } = await runScene(['diagnose'], failing(error));
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/bug in kubectl calico-fix v\d/);
      expect(stderr).toContain('report');
      expect(stderr).not.toContain('\x1b');
      expect(stderr).toContain(error instanceof Error ? 'at ' : 'a string');
    },
  );
});

describe('interruption', () => {
  it('ends with 130 and a line on stderr, even if the work goes on', async () => {
    const controller = new AbortController();
    const running = runScene(['diagnose'], {
      signal: controller.signal,
      services: { gather: () => new Promise(() => {}) },
    });
    controller.abort();
    expect(await running).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(/\n$/),
    });
  });

  it('is no bug when the work ends because of it', async () => {
    const controller = new AbortController();
    const { code, stderr } = await runScene(['diagnose'], {
      signal: controller.signal,
      services: {
        gather: () => {
          controller.abort(new Error('interrupted'));
          return Promise.reject(new Error('interrupted'));
        },
      },
    });
    expect(code).toBe(130);
    expect(stderr).not.toContain('bug');
  });
});

describe('what a terminal would obey', () => {
  const evil = '\x1b]0;x\x07\u202e';
  const diagnosis = diagnosisOf({ warnings: [evil], source: { kind: 'live', name: evil } });
  it.each(formats)('stays out of every stream with -o %s', async (form) => {
    const { stdout, stderr } = await runScene(['diagnose', '-o', form], { diagnosis });
    expect(stdout + stderr).not.toMatch(steering);
  });
});
