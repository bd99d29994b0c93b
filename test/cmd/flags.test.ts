import { describe, expect, it } from 'vitest';
import { normalizeArguments, readFlags } from '../../cmd/flags.ts';

describe('normalizeArguments', () => {
  it.each([
    [['-o=json'], ['-o', 'json']],
    [
      ['-n=kube-system', 'diagnose', '-v=6'],
      ['-n', 'kube-system', 'diagnose', '-v', '6'],
    ],
    [['--output=json'], ['--output=json']],
    [['--insecure-skip-tls-verify=true'], ['--insecure-skip-tls-verify']],
    [
      ['--insecure-skip-tls-verify=false', '-o', 'x'],
      ['-o', 'x'],
    ],
    [['--insecure-skip-tls-verify=maybe'], ['--insecure-skip-tls-verify=maybe']],
    [
      ['explain', '--', '-o=json'],
      ['explain', '--', '-o=json'],
    ],
    [
      ['fix', '--dry-run'],
      ['fix', '--dry-run=client'],
    ],
    [
      ['fix', '--dry-run', 'some-finding'],
      ['fix', '--dry-run=client', 'some-finding'],
    ],
    [
      ['fix', '--dry-run', 'server', 'some-finding'],
      ['fix', '--dry-run=server', 'some-finding'],
    ],
    [['--dry-run=maybe'], ['--dry-run=maybe']],
    [['server'], ['server']],
    [
      ['--yes=true', '--force=false', '--ignore-daemonsets=1'],
      ['--yes', '--ignore-daemonsets'],
    ],
    [
      ['--', '--dry-run'],
      ['--', '--dry-run'],
    ],
    [[], []],
  ])('%j becomes %j', (args, expected) => {
    expect(normalizeArguments(args)).toEqual(expected);
  });
});

describe('readFlags', () => {
  it('takes the later flag, and adds up those that may be repeated', () => {
    const flags = readFlags(
      { output: 'json', context: 'a', node: ['n1'], asGroup: ['g'] },
      { output: 'yaml', node: ['n2', 'n3'], insecureSkipTlsVerify: true },
    );
    expect(flags).toMatchObject({
      output: 'yaml',
      context: 'a',
      node: ['n1', 'n2', 'n3'],
      asGroup: ['g'],
      insecureSkipTlsVerify: true,
      failOn: 'error',
      verbosity: 0,
    });
  });

  it.each([[{ v: 'much' }], [{ v: '-1' }], [{ failOn: 'info' }]])('refuses %j', (values) => {
    expect(() => readFlags({}, values)).toThrow(expect.objectContaining({ name: 'UserError' }));
  });

  it('reads those of a drain with the defaults of kubectl drain', () => {
    expect(readFlags({}, {}).fix).toEqual({
      remedy: undefined,
      dryRun: 'none',
      yes: false,
      freezeOperator: false,
      ipv6: false,
      all: false,
      timeoutSeconds: null,
      drain: {
        ignoreDaemonSets: false,
        deleteEmptyDirData: false,
        force: false,
        gracePeriodSeconds: -1,
        podSelector: '',
        disableEviction: false,
        skipWaitForDeleteTimeoutSeconds: 0,
        allowControlPlane: false,
      },
    });
    const values = { gracePeriod: '-1', skipWaitForDeleteTimeout: '20', ignoreDaemonsets: true };
    expect(readFlags({}, values).fix.drain).toMatchObject({
      gracePeriodSeconds: -1,
      skipWaitForDeleteTimeoutSeconds: 20,
      ignoreDaemonSets: true,
    });
  });

  it.each([
    ['300', 300],
    ['0', 0],
    ['5m', 300],
    ['1m30s', 90],
    ['1.5h', 5400],
    ['500ms', 0.5],
  ])('--timeout %s is %d seconds', (timeout, seconds) => {
    expect(readFlags({}, { timeout }).fix.timeoutSeconds).toBe(seconds);
  });

  it.each([
    [{ timeout: '' }],
    [{ timeout: '-5s' }],
    [{ timeout: '5 m' }],
    [{ gracePeriod: '1.5' }],
    [{ gracePeriod: '' }],
    [{ dryRun: 'yes' }],
  ])('refuses %j', (values) => {
    expect(() => readFlags({}, values)).toThrow(expect.objectContaining({ name: 'UserError' }));
  });
});
