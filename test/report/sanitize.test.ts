import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitize, sanitizeDiagnosis, sanitizeLines } from '../../internal/report/sanitize.ts';
import { checkOf, diagnosisOf, evidenceOf, findingOf, installOf } from '../support/diagnosis.ts';

const byName = (a: string, b: string): number => (a < b ? -1 : 1);

describe('sanitize', () => {
  it.each([
    ['worker-3', 'worker-3'],
    ['Grüße aus 東京 🦊', 'Grüße aus 東京 🦊'],
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['a\x7fb\x00', 'a\\x7fb\\x00'],
    ['abc\u202edef', 'abc\\u202edef'],
    ['\u2066x\u2069\u200f\u061c', '\\u2066x\\u2069\\u200f\\u061c'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['lone \ud83d here', 'lone \\ud83d here'],
    ['one\ttwo', 'one two'],
    ['one\ntwo\r\nthree\n\n', 'one ⏎ two ⏎ three'],
    ['over\rwritten', 'over ⏎ written'],
    ['nel\u0085ls\u2028ps\u2029', 'nel ⏎ ls ⏎ ps ⏎ '],
  ])('%j becomes %j', (text, expected) => {
    expect(sanitize(text)).toBe(expected);
  });

  it('writes line ends as it is told', () => {
    expect(sanitize('a\nb', ' | ')).toBe('a | b');
  });

  it('takes a run of line ends in linear time', () => {
    expect(sanitize(`${'\n'.repeat(200_000)}x`, '|')).toHaveLength(200_001);
  });

  it('leaves nothing that steers a terminal, whatever comes', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(sanitize(text)).not.toMatch(/\n|(?:[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])/u);
      }),
    );
  });

  it('keeps the lines of a command', () => {
    expect(sanitizeLines('cat <<EOF\n\x1b[2J\nEOF')).toBe('cat <<EOF\n\\x1b[2J\nEOF');
  });
});

/** The paths of all strings that hold a control character; places in lists are left out. */
function dirtyPaths(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'string') return value.includes('\x1b') ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    dirtyPaths(part, Array.isArray(value) ? path : `${path}.${key}`),
  );
}

const dirty = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'string' ? `${part}\x1b` : part,
    ),
  );

describe('sanitizeDiagnosis', () => {
  it('reaches every string but words of closed lists and what only JSON carries', () => {
    const finding = findingOf({
      affected: [{ kind: 'Pod', namespace: 'ns', name: 'p' }],
      evidence: [evidenceOf({ at: 'now', from: { kind: 'Pod', name: 'p', container: 'c' } })],
      symptoms: [{ id: 's', affected: [{ kind: 'Node', name: 'n' }] }],
    });
    const diagnosis = diagnosisOf({
      source: { kind: 'live', name: 'c', server: 's' },
      install: installOf({ ownerName: 'o', distribution: 'kind' }),
      findings: [finding],
      checks: [checkOf({ reason: 'r' })],
      warnings: ['w'],
    });
    const left = new Set(dirtyPaths(sanitizeDiagnosis(dirty(diagnosis))));
    const ofChanges = '.findings.remedies.changes';
    expect([...left].filter((path) => !path.startsWith(ofChanges)).toSorted(byName)).toEqual([
      '.checks.id',
      '.checks.result',
      '.findings.confidence',
      '.findings.facts.addresses.interface',
      '.findings.facts.addresses.ip',
      '.findings.facts.node',
      '.findings.remedies.action',
      '.findings.remedies.risk',
      '.findings.severity',
      '.install.action',
      '.install.datastore',
      '.install.distribution',
      '.install.owner',
      '.install.renderer',
      '.install.state',
      '.source.kind',
      '.toolVersion',
      '.verdict',
    ]);
  });
});
