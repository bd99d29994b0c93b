import { describe, expect, it } from 'vitest';
import { renderPrediction, type PredictedFamily } from '../../internal/report/predict-report.ts';
import type { PredictRow } from '../../internal/report/predict-text.ts';
import { plainText } from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';
import { steering } from '../support/steering.ts';

const row = (node: string, outcome: 'same' | 'changes' | 'unknown'): PredictRow => ({
  node,
  now: { ip: '10.6.0.7', iface: 'bond0' },
  methods: [
    { method: '', outcome: 'same', addresses: [], sureness: 'certain', reason: null },
    {
      method: 'cidr=10.6.0.0/24',
      outcome,
      addresses: outcome === 'changes' ? [{ ip: '10.6.0.9', iface: 'vpn1' }] : [],
      sureness: outcome === 'unknown' ? null : 'likely',
      reason: outcome === 'unknown' ? 'interfaces-unknown' : null,
    },
  ],
});

const family = (parts: Partial<PredictedFamily> = {}): PredictedFamily => ({
  family: 4,
  methodInUse: '',
  rows: [row('hall-1', 'same'), row('hall-2', 'changes'), row('hall-3', 'unknown')],
  judgements: [
    { method: '', objections: [] },
    {
      method: 'cidr=10.6.0.0/24',
      objections: [
        { kind: 'changes-healthy-node', nodes: ['hall-2'] },
        { kind: 'not-foreseeable', nodes: ['hall-3'] },
      ],
    },
  ],
  ...parts,
});

const many = (count: number, outcome: 'same' | 'changes'): PredictedFamily =>
  family({
    rows: Array.from({ length: count }, (_, index) => row(`node-${index}`, outcome)),
  });

describe('the prediction', () => {
  it('looks as agreed', () => {
    const text = renderPrediction(
      [family(), family({ family: 6, methodInUse: null, rows: [], judgements: [] })],
      plainText(80),
      false,
    );
    expect(text).toBe(golden('predict.txt', text));
  });

  it.each([
    ['few that are quiet', many(12, 'same'), false, 12],
    ['many that are quiet', many(13, 'same'), false, 0],
    ['many that are quiet, wide', many(13, 'same'), true, 13],
    ['many that change', many(300, 'changes'), false, 40],
  ])('of %s shows so many as say something', (_name, one, isWide, expected) => {
    const text = renderPrediction([one], plainText(), isWide);
    expect(text.match(/^node-/gm)?.length ?? 0).toBe(expected);
    expect(text.includes('-o wide')).toBe(expected < one.rows.length);
  });

  it('is harmless to a terminal', () => {
    const evil = 'n\x1b[2J\u202e';
    const text = renderPrediction(
      [
        family({
          methodInUse: evil,
          rows: [
            {
              node: evil,
              now: { ip: evil, iface: evil },
              methods: [
                {
                  method: evil,
                  outcome: 'changes',
                  addresses: [{ ip: evil, iface: evil }],
                  sureness: null,
                  reason: null,
                },
              ],
            },
          ],
          judgements: [{ method: evil, objections: [{ kind: 'does-not-cure', nodes: [evil] }] }],
        }),
      ],
      plainText(),
      true,
    );
    expect(text).not.toMatch(steering);
    expect(text).toContain('\\x1b[2J');
  });
});
