import { describe, expect, it } from 'vitest';
import { historyData } from '../../internal/report/history-json.ts';
import { renderHistory, type History } from '../../internal/report/history-text.ts';
import { columns } from '../../internal/report/layout.ts';
import { renderConflicts } from '../../internal/report/undo-text.ts';
import { plainText } from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';
import { recordOf } from '../support/plan.ts';
import { schemaErrors } from '../support/plan-schema.ts';
import { steering } from '../support/steering.ts';

const historyOf = (parts: Partial<History> = {}): History => ({
  records: [
    recordOf({
      id: '20260403-090000-zz9',
      at: '2026-04-03T09:00:00Z',
      undoes: '20260402-031145-k3f',
    }),
    recordOf({ state: 'undone' }),
  ],
  damaged: [],
  isOfAll: false,
  newest: null,
  ...parts,
});

const evil = '\x1b[2J\u202ex\ny';

describe('the history', () => {
  it.each([80, 120])('at %d columns', (width) => {
    const history = historyOf({
      isOfAll: true,
      damaged: [{ file: '/home/me/state/x.json', reason: 'it is cut off' }],
    });
    const text = renderHistory(history, plainText(width));
    expect(text).toBe(golden(`history.${width}.txt`, text));
    expect(text.split('\n').filter((line) => columns(line) > width)).toEqual([]);
  });

  it('says so where there is none', () => {
    expect(renderHistory(historyOf({ records: [] }), plainText())).toMatch(/^No change/);
  });

  it('says how to take the newest back, if there is one', () => {
    expect(renderHistory(historyOf(), plainText())).not.toContain('calico-fix undo');
    expect(renderHistory(historyOf({ newest: 'x' }), plainText())).toContain('calico-fix undo');
  });

  it('as data is as published', () => {
    const history = historyOf({ damaged: [{ file: 'f', reason: 'r' }], newest: 'x' });
    const data: unknown = JSON.parse(JSON.stringify(historyData(history, '1.2.3')));
    expect(schemaErrors(data)).toEqual([]);
    expect(data).toMatchObject({ records: [{ undoes: '20260402-031145-k3f' }, {}] });
    expect(JSON.stringify(data)).not.toContain('"before"');
  });

  it('lets nothing of a record reach the terminal', () => {
    const record = recordOf({
      id: evil,
      at: evil,
      undoes: evil,
      cluster: { uid: evil, context: evil, server: evil },
    });
    const history = historyOf({
      records: [record],
      damaged: [{ file: evil, reason: evil }],
      isOfAll: true,
    });
    expect(renderHistory(history, plainText())).not.toMatch(steering);
  });
});

describe('what stands in the way of an undo', () => {
  const conflict = {
    ref: { kind: 'Installation', name: 'default' },
    field: 'spec.calicoNetwork.mtu',
    before: 1400,
    ours: 1450,
    now: undefined,
  };

  it('is told with its three values', () => {
    const text = renderConflicts([conflict], plainText());
    expect(text).toMatch(
      /Installation\/default\n +spec\.calicoNetwork\.mtu\n.* 1400\n.* 1450\n.*\(not set\)/,
    );
  });

  it('fits the line and harms no terminal', () => {
    const long = { ...conflict, field: evil, before: evil, ours: ['x'.repeat(500)], now: evil };
    const text = renderConflicts([long], plainText(70));
    expect(text).not.toMatch(steering);
    expect(text.split('\n').filter((line) => columns(line) > 70)).toEqual([]);
  });
});
