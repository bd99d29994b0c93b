import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitize, sanitizeDiagnosis, sanitizeLines } from '../../internal/report/sanitize.ts';
import { diagnosisOf, findingOf, evidenceOf } from '../support/diagnosis.ts';

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
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitize(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('keeps the lines of a command', () => {
    expect(sanitizeLines('cat <<EOF\n\x1b[2J\nEOF')).toBe('cat <<EOF\n\\x1b[2J\nEOF');
  });
});

describe('sanitizeDiagnosis', () => {
  it('reaches every string that a text format prints', () => {
    const dirty = <T>(value: T): T =>
      JSON.parse(
        JSON.stringify(value, (_key, part: unknown) =>
          typeof part === 'string' ? `${part}\x1b` : part,
        ),
      );
    const finding = findingOf({
      affected: [{ kind: 'Pod', namespace: 'ns', name: 'p' }],
      evidence: [evidenceOf({ at: 'now', from: { kind: 'Pod', name: 'p', container: 'c' } })],
      symptoms: [{ id: 's', affected: [{ kind: 'Node', name: 'n' }] }],
    });
    const diagnosis = dirty(diagnosisOf({ findings: [finding], warnings: ['w'] }));
    const printed = sanitizeDiagnosis(diagnosis).findings.map(({ facts: _, ...rest }) => ({
      ...rest,
      remedies: rest.remedies.map(({ changes: _changes, ...remedy }) => remedy),
    }));
    const {
      verdict,
      install,
      checks,
      findings: _,
      toolVersion: _version,
      ...others
    } = sanitizeDiagnosis(diagnosis);
    expect(verdict).toContain('healthy');
    // Words of a closed list come from the tool itself; here they were made dirty too, so they are left out.
    const { renderer, owner, state, datastore, action, ...free } = install;
    expect([renderer, owner, state, datastore, action]).toHaveLength(5);
    const closed = new Set(['severity', 'confidence', 'action', 'risk', 'result', 'kind']);
    const text = JSON.stringify(
      [printed, free, others, checks.map(({ id: _id, ...check }) => check)],
      (key, value: unknown) => (closed.has(key) ? undefined : value),
    );
    expect(text).toContain('\\\\x1b');
    expect(text).not.toContain('\\u001b');
  });
});
