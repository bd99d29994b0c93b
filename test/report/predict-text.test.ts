import { describe, expect, it } from 'vitest';
import { columns } from '../../internal/report/layout.ts';
import {
  predictLines,
  type PredictedMethod,
  type PredictRow,
} from '../../internal/report/predict-text.ts';
import { plainStyle, unicodeGlyphs } from '../../internal/report/style.ts';

const options = (width: number) => ({ width, style: plainStyle, glyphs: unicodeGlyphs });

const method = (changes: Partial<PredictedMethod> = {}): PredictedMethod => ({
  method: 'cidr=192.0.2.0/24',
  outcome: 'changes',
  addresses: [{ ip: '192.0.2.7', iface: 'uplink' }],
  sureness: 'certain',
  reason: null,
  ...changes,
});

const row = (changes: Partial<PredictRow> = {}): PredictRow => ({
  node: 'hall-1',
  now: { ip: '10.7.0.1', iface: 'bridge9' },
  methods: [method()],
  ...changes,
});

/** The cells of the lines below the head. */
const cells = (rows: readonly PredictRow[], width = 80): readonly (readonly string[])[] =>
  predictLines(rows, options(width))
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));

describe('predictLines', () => {
  it('has a line for now, and one for each method', () => {
    expect(cells([row()])).toEqual([
      ['hall-1', 'now', '10.7.0.1 bridge9'],
      ['cidr=192.0.2.0/24', '192.0.2.7 uplink', 'certain'],
    ]);
  });

  it.each([
    [{ method: '', outcome: 'same' }, ['first-found', 'stays', 'certain']],
    [
      { outcome: 'fails', addresses: [], reason: 'no-match' },
      ['cidr=192.0.2.0/24', 'none: no match', 'certain'],
    ],
    [
      { outcome: 'unknown', addresses: [], sureness: null, reason: 'route-unknown' },
      ['cidr=192.0.2.0/24', 'routes not known', 'unknown'],
    ],
  ] as const)('%j: %j', (changes, wanted) => {
    expect(cells([row({ methods: [method(changes)] })])[1]).toEqual(wanted);
  });

  it('gives each choice of an ambiguous one its line', () => {
    const addresses = [
      { ip: '192.0.2.7', iface: 'uplink' },
      { ip: '10.7.0.1', iface: null },
    ];
    const [, ...rest] = cells([row({ methods: [method({ addresses, sureness: 'ambiguous' })] })]);
    expect(rest).toEqual([['cidr=192.0.2.0/24', '192.0.2.7 uplink', 'ambiguous'], ['or 10.7.0.1']]);
  });

  it('says so where a node has no address, and where there is no node', () => {
    expect(cells([row({ now: null })])[0]).toEqual(['hall-1', 'now', 'none']);
    expect(predictLines([], options(80))).toHaveLength(1);
  });

  it.each([40, 60, 80, 120])('fits %d columns', (width) => {
    const long = row({
      node: 'a-node-with-a-name.of-many-parts.in-a-long-domain.example',
      methods: [
        method({ method: `interface=${'^an-interface$,'.repeat(9)}` }),
        method({
          addresses: [{ ip: '2001:db8:1111:2222:3333:4444:5555:6666', iface: 'uplink-of-all' }],
        }),
      ],
    });
    for (const line of predictLines([long, row()], options(width)))
      expect(columns(line)).toBeLessThanOrEqual(width);
  });

  it('keeps an IPv4 address whole at 80 columns', () => {
    const long = row({
      node: 'n'.repeat(60),
      methods: [method({ method: `cidr=${'x'.repeat(60)}` })],
    });
    expect(predictLines([long], options(80)).join('\n')).toContain('192.0.2.7 uplink');
  });

  it('makes names from the cluster harmless', () => {
    const bad = row({ node: 'a\u001b[31m', now: { ip: '10.7.0.1', iface: 'x\u0007' } });
    const text = predictLines([bad], options(80)).join('\n');
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u0007');
  });
});
