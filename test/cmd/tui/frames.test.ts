import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { noProgress, progressAfter } from '../../../cmd/tui/apply-progress.ts';
import { initialState, type Screen, type State } from '../../../cmd/tui/state.ts';
import { frameOf } from '../../../cmd/tui/view/screen.ts';
import type { ApplyEvent } from '../../../internal/model/apply.ts';
import { findingOf, diagnosisOf, plainText } from '../../support/diagnosis.ts';
import { golden } from '../../support/golden.ts';
import { forecastOf, outcomeOf, planOf, played, shown, twoFaults } from '../../support/wizard.ts';

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];
const { style, glyphs } = plainText();

const nodes = Array.from({ length: 60 }, (_, index) => `rack-with-a-long-name-${index}`);
const columns = ['kubernetes-internal-ip', 'cidr=10.51.0.0/24', 'interface=^ens3$'].map(
  (method, place) => ({
    method,
    cells: nodes.map((node, index) =>
      forecastOf({ node, outcome: (['stays', 'changes', 'none', 'unknown'] as const)[index % 4] }),
    ),
    objections: place === 2 ? ['finds nothing on rack-with-a-long-name-2'] : [],
  }),
);

const events: readonly ApplyEvent[] = [
  { kind: 'phase', phase: 'rights', expectedSeconds: null, limitSeconds: null },
  { kind: 'recorded', id: '20260301-120000-abc' },
  { kind: 'phase', phase: 'rollout', expectedSeconds: 240, limitSeconds: 600 },
  {
    kind: 'rollout',
    ref: { kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' },
    desired: 60,
    updated: 3,
    ready: 58,
    nodes: nodes.map((node, index) => ({
      node,
      state: (['ready', 'starting', 'failing'] as const)[index % 3] ?? 'ready',
      reason: index % 3 === 2 ? 'CrashLoopBackOff' : '',
    })),
    elapsedSeconds: 61,
    expectedSeconds: 240,
    limitSeconds: 600,
  },
];
const progress = events.reduce((all, one) => progressAfter(all, one, 0), noProgress(0));

const laid = (screen: Screen): State => {
  const state = shown();
  return { ...state, nowMs: 61_000, screens: [...state.screens, screen] };
};
const task = {
  title: 'Use the address that Kubernetes knows',
  undoes: null,
  afterwards: [],
};
const preview = {
  name: 'preview',
  task,
  consent: null,
  request: { kind: 'remedy', finding: 0, remedy: 'autodetection-method' },
  plan: planOf(),
  problems: [],
  hints: [],
  dryRun: 'accepted',
  trial: { kind: 'ask', answers: [], refusal: null },
  part: 'summary',
  scroll: 0,
} as const;
const methods = {
  name: 'methods',
  finding: 0,
  columns,
  problem: '',
  column: 2,
  row: 30,
  filter: '',
  own: null,
} as const;

const screens: Readonly<Record<string, State>> = {
  gathering: initialState(sizes[0] ?? { columns: 80, rows: 24 }, { isDump: false, nowMs: 0 }),
  verdict: shown(),
  checks: played(shown(), 'checks').state,
  filter: played(shown(), 'filter', 'text:n09').state,
  finding: played(shown(), 'enter').state,
  remedies: played(shown(), 'enter', 'enter').state,
  methods: laid(methods),
  'own-method': laid({ ...methods, own: { text: 'cidr=10', column: null }, problem: 'no network' }),
  preview: laid(preview),
  'preview-commands': laid({ ...preview, part: 'commands' }),
  confirm: laid({
    name: 'confirm',
    plan: planOf(),
    task,
    words: ['yes'],
    typed: 0,
    text: 'ye',
  }),
  applying: laid({ name: 'applying', task, progress, isStopping: false }),
  outcome: laid({ name: 'outcome', task, outcome: outcomeOf(), scroll: 0 }),
  runbook: played(shown(), 'enter', 'enter', 'down', 'down', 'enter').state,
  help: played(shown(), 'help').state,
};

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

// On narrower terminals the ends of rows are cut off as they are painted.
test.each(sizes)('only commands are wider than $columns columns', (size) => {
  for (const [name, state] of Object.entries(screens)) {
    if (/preview|runbook|finding/.test(name)) continue;
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
