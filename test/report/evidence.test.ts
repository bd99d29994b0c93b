import { describe, expect, it } from 'vitest';
import { clockTime, evidenceRows, messageOf, valueOf } from '../../internal/report/evidence.ts';
import { evidenceOf, plainText } from '../support/diagnosis.ts';

describe('messageOf', () => {
  it.each([
    ['2026-04-02 03:08:12.420 [INFO][11] startup/startup.go 103: Using it', 'Using it'],
    ['2021-04-02 03:08:12.420 [WARNING][8] startup.go 382: Old form', 'Old form'],
    ['2026-04-02 03:08:12.420 [INFO][1] cni-installer/<nil> <nil>: Copied', 'Copied'],
    [
      '2026-04-02T03:08:12.4Z stdout F 2026-04-02 03:08:12.420 [INFO][11] felix/a.go 1: In a file',
      'In a file',
    ],
    ['W0402 03:08:12.420123      14 feature_gate.go:241] Setting it', 'Setting it'],
    ['time="2026-04-02T03:08:12Z" level=info msg="Hello"', '"Hello"'],
    ['bird: no protocols', 'bird: no protocols'],
    [
      '2026-04-02 03:08:12.420 [INFO][11] felix/a.go 1: ',
      '2026-04-02 03:08:12.420 [INFO][11] felix/a.go 1: ',
    ],
  ])('%j', (line, message) => {
    expect(messageOf(line)).toBe(message);
  });
});

describe('clockTime', () => {
  const now = '2026-04-02T03:11:45Z';
  it.each([
    ['2026-04-02T03:08:12.420Z', '03:08:12'],
    ['2026-04-01T23:59:59Z', '04-01 23:59:59'],
    ['2025-04-02T03:08:12Z', '04-02 03:08:12'],
    [undefined, ''],
    ['yesterday', ''],
  ])('%j', (at, expected) => {
    expect(clockTime(at, now)).toBe(expected);
  });
});

describe('evidence', () => {
  const now = '2026-04-02T03:11:45Z';
  const from = { kind: 'Pod', name: 'calico-node-1', container: 'calico-node' };
  it.each([
    [evidenceOf({ field: 'spec.a', text: 'x' }), 'spec.a: x'],
    [evidenceOf({ field: 'event Killing', text: 'x', at: now }), '03:11:45 event Killing: x'],
    [evidenceOf({ from, field: 'log', text: 'x' }), 'x'],
    [evidenceOf({ from, field: 'previous log', text: 'x', at: now }), '03:11:45 (previous run) x'],
    [
      evidenceOf({ from: { ...from, container: 'mount-bpffs' }, field: 'log', text: 'x' }),
      'mount-bpffs: x',
    ],
  ])('%# reads as %s', (evidence, expected) => {
    expect(valueOf(evidence, now, false)).toBe(expected);
  });

  it('names an object once and cuts long values to two lines', () => {
    const long = evidenceOf({ field: 'f', text: `${'word '.repeat(200)}end` });
    const options = { ...plainText(), now, isWide: false, labelWidth: 12, valueWidth: 40 };
    const rows = evidenceRows(
      [evidenceOf({ field: 'f', text: 'x' }), long, evidenceOf({ from })],
      options,
    );
    expect(rows.map(({ label }) => label)).toEqual(['node/ra…-n07', '', 'calico-…de-1']);
    expect(rows[1]?.lines).toHaveLength(2);
    expect(rows[1]?.lines[1]).toMatch(/end$/);
    const wide = evidenceRows([long], { ...options, isWide: true });
    expect(wide[0]?.lines.length).toBeGreaterThan(20);
  });
});
