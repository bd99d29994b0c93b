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
});
