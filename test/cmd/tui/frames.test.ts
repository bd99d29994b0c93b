import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { noProgress, progressAfter } from '../../../cmd/tui/apply-progress.ts';
import type { State } from '../../../cmd/tui/state.ts';
import { frameOf } from '../../../cmd/tui/view/screen.ts';
import { findingOf, diagnosisOf, plainText } from '../../support/diagnosis.ts';
import { golden } from '../../support/golden.ts';
import {
  columns,
  everyScreen,
  laid,
  methods,
  preview,
  task,
} from '../../support/wizard-screens.ts';
import { forecastOf, outcomeOf, planOf, played, shown, twoFaults } from '../../support/wizard.ts';

const sizes = [
  { columns: 60, rows: 16 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];
const { style, glyphs } = plainText();

const screens = everyScreen();

const frame = (state: State, size: { readonly columns: number; readonly rows: number }) =>
  frameOf({ ...state, ...size }, { style, glyphs }).lines;

describe.each(sizes)('$columns by $rows', (size) => {
  test.each(Object.keys(screens))('%s', (name) => {
    const lines = frame(screens[name] ?? shown(), size);
    expect(lines).toHaveLength(size.rows);
    const text = `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
    expect(text).toBe(golden(`tui-${name}-${size.columns}.txt`, text));
  });
});

test.each(sizes)('nothing is wider than $columns columns', (size) => {
  for (const [name, state] of Object.entries(screens)) {
    for (const line of frame(state, size))
      expect(stringWidth(line), `${name}: ${line}`).toBeLessThanOrEqual(size.columns);
  }
});

test('a list of 5,000 nodes is drawn within 50 ms', () => {
  const many = Array.from({ length: 5000 }, (_, index) => forecastOf({ node: `node-${index}` }));
  const state = laid({
    ...methods,
    columns: columns.map((column) => ({ ...column, cells: many })),
    row: 2500,
  });
  frame(state, { columns: 200, rows: 60 });
  const before = performance.now();
  frame(played(state, 'down').state, { columns: 200, rows: 60 });
  expect(performance.now() - before).toBeLessThan(50);
});

test('what a cluster says cannot leave its line', () => {
  const hostile = 'a\u001B[2Jb\u202Ec\nd';
  const diagnosis = diagnosisOf({
    verdict: 'findings',
    findings: [findingOf({ title: hostile }), ...twoFaults().findings],
  });
  const state = shown(diagnosis);
  const dirty: readonly State[] = [
    laid({
      ...methods,
      columns: [
        {
          ...columns[0],
          method: 'x',
          objections: [hostile],
          cells: [forecastOf({ node: hostile, now: hostile, then: hostile })],
        },
      ],
    }),
    laid({
      ...preview,
      problems: [hostile],
      hints: [hostile],
      plan: planOf({ consequences: [hostile] }),
    }),
    laid({
      name: 'confirm',
      plan: planOf({ consequences: [hostile] }),
      task,
      words: ['yes'],
      typed: 0,
      text: hostile,
    }),
    laid({
      name: 'outcome',
      task: { ...task, title: hostile },
      outcome: outcomeOf({ messages: [hostile], hints: [hostile] }),
      scroll: 0,
    }),
    laid({
      name: 'applying',
      task: { ...task, title: hostile },
      isStopping: false,
      progress: progressAfter(
        noProgress(0),
        {
          kind: 'pod',
          node: 'n',
          namespace: 'shop',
          name: hostile,
          state: 'failed',
          reason: hostile,
        },
        0,
      ),
    }),
    played(state, { type: 'failed', problem: hostile, hint: '' }).state,
  ];
  for (const one of dirty) {
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(frame(one, { columns: 80, rows: 40 }).join('')).not.toMatch(/[\u0000-\u001F\u202E]/);
  }
});
