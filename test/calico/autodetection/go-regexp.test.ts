import { assert as hold, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namePattern } from '../../../internal/calico/autodetection/go-regexp.ts';

function answer(patterns: readonly string[], name: string, version = 'v3.29.0'): boolean | string {
  const pattern = namePattern(patterns, version);
  return 'error' in pattern ? pattern.error : pattern.matches(name);
}

describe('namePattern', () => {
  it.each([
    [['uplink'], 'myuplink7', true],
    [['^uplink$'], 'uplink7', false],
    [['uplink'], 'UPLINK', false],
    [['(?i)UPLINK', 'WAN'], 'uplink0', true],
    [['(?i)UPLINK', 'WAN'], 'wan0', false],
    [['uplink0)|(wan'], 'wan3', true],
    [[''], 'anything', true],
    [['up{1', '2}'], 'up', false],
    [['[a', 'b]0'], 'b0', true],
    [['[a', 'b]0'], 'c0', false],
    [['\\pL\\d'], 'u0', true],
    [['\\Qa.b\\E'], 'axb', false],
    [['(?P<x>u)(?P<x>p)'], 'up', true],
    [['(?P<x>u)', '[(?P<x>]y'], 'xy', true],
  ])('%j on %s: %s', (patterns, name, wanted) => {
    expect(answer(patterns, name)).toBe(wanted);
  });

  it.each([
    ['(?!lo)', 'invalid or unsupported Perl syntax'],
    ['(u)\\1', 'invalid escape sequence'],
    ['(?>u)', 'invalid or unsupported Perl syntax'],
    ['u**', 'invalid nested repetition operator'],
    ['u{1001}', 'invalid repeat count'],
    ['(?:(?:u{32}){32}){2}', 'invalid repeat count'],
    ['(?=u)', 'invalid or unsupported Perl syntax'],
    ['u(', 'missing closing )'],
  ])('refuses %s as Go does', (pattern, problem) => {
    expect(answer([pattern], 'u')).toContain(`error parsing regexp: ${problem}`);
  });

  it('knows what the compilers of the releases take', () => {
    const refused = expect.stringContaining('error parsing regexp');
    expect(answer(['(?<n>u)'], 'u', 'v3.27.5')).toEqual(refused);
    expect(answer(['(?<n>u)'], 'u', 'v3.28.0')).toBe(true);
    expect(answer(['[\\p{lu}]'], 'U', 'v3.31.0')).toEqual(refused);
    expect(answer(['[\\p{lu}]'], 'U', 'v3.32.0')).toBe(true);
    expect(answer(['\\P{^greek}'], 'λ', 'v3.32.0')).toBe(true);
    expect(answer(['\\p{Ascii}'], 'u', 'v3.26.0')).toEqual(refused);
  });

  it('never throws', () => {
    const parts = constantFrom('\\p', '\\P{', '(?P<', '(?<a>', '[', ']', '\\Q', '\\', 'eth', '{2}');
    hold(
      property(string({ unit: parts, maxLength: 8 }), string(), (pattern, name) => {
        for (const version of ['v3.20.0', 'v3.32.0'])
          expect(['boolean', 'string']).toContain(typeof answer([pattern, name], name, version));
      }),
    );
  });
});
