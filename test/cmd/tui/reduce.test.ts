import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../cmd/tui/events.ts';
import { initialState, type State } from '../../../cmd/tui/state.ts';
import { diagnosisOf, findingOf, remedyOf } from '../../support/diagnosis.ts';
import {
  drainStepOf,
  forecastOf,
  outcomeOf,
  planOf,
  played,
  shown,
  size,
  twoFaults,
  type Input,
} from '../../support/wizard.ts';

const top = ({ screens }: State) => screens.at(-1);
const names = ({ screens }: State) => screens.map(({ name }) => name);
const kinds = (effects: readonly Effect[]) => effects.map((effect) => effect.do);
const request = { kind: 'method', finding: 0, method: 'kubernetes-internal-ip' } as const;
const columns = [
  { method: 'kubernetes-internal-ip', cells: [forecastOf()], objections: [] },
  { method: 'cidr=10.51.0.0/24', cells: [forecastOf()], objections: [] },
];
const trial = { kind: 'ask', answers: [], refusal: null } as const;
const methods: Input = { type: 'methods', finding: 0, columns };

/** The preview of a plan that the API server has accepted. */
function previewed(plan = planOf(), isDump = false): State {
  const asked = played(
    shown(twoFaults(), isDump),
    'enter',
    'enter',
    'enter',
    methods,
    'enter',
  ).state;
  const preview = top(asked);
  if (preview?.name !== 'preview') throw new Error('there is no preview');
  const planned = played(asked, {
    type: 'planned',
    request: preview.request,
    reply: { plan, problems: [], hints: [] },
  }).state;
  return played(planned, {
    type: 'dry-run',
    asked: plan,
    reply: { plan, trial, isRefused: false, missingRole: '' },
  }).state;
}

const applying = (): State => played(previewed(), 'enter', 'text:yes', 'enter').state;

describe('the way through', () => {
  test.each<{ readonly way: readonly Input[]; readonly screens: readonly string[] }>([
    { way: [], screens: ['verdict'] },
    { way: ['enter'], screens: ['verdict', 'finding'] },
    { way: ['enter', 'back'], screens: ['verdict'] },
    { way: ['back', 'back'], screens: ['verdict'] },
    { way: ['enter', 'enter'], screens: ['verdict', 'finding', 'remedies'] },
    { way: ['enter', 'enter', 'enter'], screens: ['verdict', 'finding', 'remedies', 'methods'] },
    {
      way: ['enter', 'enter', 'enter', methods, 'enter'],
      screens: ['verdict', 'finding', 'remedies', 'methods', 'preview'],
    },
    {
      way: ['enter', 'enter', 'down', 'down', 'enter'],
      screens: ['verdict', 'finding', 'remedies', 'runbook'],
    },
    {
      way: ['down', 'enter', 'enter', 'enter'],
      screens: ['verdict', 'finding', 'remedies', 'preview'],
    },
  ])('$way leads to $screens', ({ way, screens }) => {
    expect(names(played(shown(), ...way).state)).toEqual(screens);
  });

  test('the second method is chosen by the second remedy', () => {
    const { state } = played(shown(), 'enter', 'enter', 'down', 'enter', methods);
    expect(top(state)).toMatchObject({ column: 1 });
  });

  test('each preview asks for its plan', () => {
    const { effects } = played(shown(), 'down', 'enter', 'enter', 'enter');
    expect(effects).toEqual([
      { do: 'plan', request: { kind: 'remedy', finding: 1, remedy: 'drain-node' } },
    ]);
  });

  test('left and right go to the finding beside it', () => {
    expect(top(played(shown(), 'enter', 'right').state)).toMatchObject({ finding: 1 });
    expect(top(played(shown(), 'enter', 'right', 'right').state)).toMatchObject({ finding: 1 });
    expect(top(played(shown(), 'enter', 'right', 'left').state)).toMatchObject({ finding: 0 });
  });

  test('a runbook is gone through step by step, and its commands are copied', () => {
    const { state, effects } = played(
      shown(),
      ...(['enter', 'enter', 'down', 'down', 'enter', 'copy', 'enter', 'copy', 'again'] as const),
    );
    expect(effects.slice(-3)).toEqual([
      { do: 'copy', text: 'sudo ip link delete nerdctl0' },
      { do: 'copy', text: 'ip -brief address' },
      { do: 'gather' },
    ]);
    expect(state.gathering?.state).toBe('running');
  });
});

describe('the filter', () => {
  test('narrows the list while it is typed, and esc takes it away', () => {
    const typed = played(shown(), 'filter', 'text:n09').state;
    expect(top(typed)).toMatchObject({ filter: 'n09', row: 0 });
    expect(top(played(typed, 'enter', 'enter').state)).toMatchObject({
      name: 'finding',
      finding: 1,
    });
    expect(top(played(typed, 'erase').state)).toMatchObject({ filter: 'n0' });
    expect(top(played(typed, 'back').state)).toMatchObject({ name: 'verdict', filter: '' });
  });
});

describe('a method of one’s own', () => {
  const open = played(shown(), 'enter', 'enter', 'method', methods).state;

  test('is simulated with each letter, and what came late is left', () => {
    const { state, effects } = played(open, 'method', 'text:c', 'text:i');
    expect(effects).toEqual([
      { do: 'simulate', finding: 0, method: 'c' },
      { do: 'simulate', finding: 0, method: 'ci' },
    ]);
    const late = played(state, { type: 'simulated', method: 'c', column: 'no method' }).state;
    expect(top(late)).toMatchObject({ problem: '' });
    const column = { method: 'ci', cells: [forecastOf()], objections: [] };
    const answered = played(state, { type: 'simulated', method: 'ci', column }).state;
    expect(top(answered)).toMatchObject({ column: 2, own: { text: 'ci', column } });
    expect(played(answered, 'enter').effects).toEqual([
      { do: 'plan', request: { kind: 'method', finding: 0, method: 'ci' } },
    ]);
  });

  test('that is none yet leads nowhere', () => {
    const { state, effects } = played(open, 'method', 'text:x', 'enter');
    expect(top(state)?.name).toBe('methods');
    expect(state.notice).not.toBe('');
    expect(kinds(effects)).toEqual(['simulate']);
  });
});

describe('the preview', () => {
  test('a plan that may be sent is tried on the API server', () => {
    const plan = planOf();
    const asked = played(shown(), 'enter', 'enter', 'enter', methods, 'enter').state;
    const preview = top(asked);
    const mine = preview?.name === 'preview' ? preview.request : request;
    const reply = { plan, problems: [], hints: [] };
    expect(kinds(played(asked, { type: 'planned', request: mine, reply }).effects)).toEqual([
      'dry-run',
    ]);
    // The same question, asked from another preview.
    expect(played(asked, { type: 'planned', request: { ...request }, reply }).effects).toEqual([]);
  });

  test.each([
    { why: 'of a dump', preview: () => previewed(planOf(), true) },
    { why: 'that is refused', preview: () => previewed(planOf({ refusal: 'two installations' })) },
    { why: 'without a step', preview: () => previewed(planOf({ steps: [] })) },
    { why: 'that the API server refuses', preview: () => refusedByServer() },
  ])('a plan $why cannot be confirmed', ({ preview }) => {
    const { state, effects } = played(preview(), 'enter');
    expect(top(state)?.name).toBe('preview');
    expect(state.notice).not.toBe('');
    expect(effects).toEqual([]);
  });

  test('d and c show another part of it, and show the whole again', () => {
    expect(top(played(previewed(), 'diff').state)).toMatchObject({ part: 'diff' });
    expect(top(played(previewed(), 'diff', 'commands').state)).toMatchObject({ part: 'commands' });
    expect(top(played(previewed(), 'diff', 'diff').state)).toMatchObject({ part: 'summary' });
  });

  test('y copies the commands', () => {
    expect(played(previewed(), 'copy').effects).toEqual([
      { do: 'copy', text: planOf().steps[0]?.kubectl[0] },
    ]);
  });
});

function refusedByServer(): State {
  const state = previewed();
  const preview = top(state);
  const asked = preview?.name === 'preview' ? preview.plan : null;
  if (asked === null) throw new Error('there is no plan');
  const reply = { plan: asked, trial, isRefused: true, missingRole: '' };
  return played(state, { type: 'dry-run', asked, reply }).state;
}

describe('the last question', () => {
  test('nothing is sent before the word is typed', () => {
    const { state, effects } = played(previewed(), 'enter', 'enter', 'text:ye', 'enter');
    expect(effects).toEqual([]);
    expect(top(state)?.name).toBe('confirm');
    expect(kinds(played(state, 'text:s', 'enter').effects)).toEqual(['apply']);
  });

  test('a drain is confirmed by the node’s name', () => {
    const asked = played(previewed(planOf({ steps: [drainStepOf()] })), 'enter').state;
    expect(played(asked, 'text:yes', 'enter').effects).toEqual([]);
    expect(kinds(played(asked, 'text:rack2-n09', 'enter').effects)).toEqual(['apply']);
  });

  test('esc goes back to the preview', () => {
    expect(top(played(previewed(), 'enter', 'text:ye', 'back').state)?.name).toBe('preview');
  });
});

describe('while a change is under way', () => {
  test('no key but Ctrl-C does anything', () => {
    const before = applying();
    for (const key of ['enter', 'back', 'quit', 'again', 'undo', 'save', 'diff'] as const) {
      const { state, effects } = played(before, key);
      expect(top(state)?.name, key).toBe('applying');
      expect(effects, key).toEqual([]);
      expect(state.exitCode, key).toBeNull();
    }
  });

  test('the first Ctrl-C stops it in good order, the second leaves', () => {
    const once = played(applying(), 'interrupt');
    expect(kinds(once.effects)).toEqual(['stop']);
    expect(once.state.exitCode).toBeNull();
    expect(played(once.state, 'interrupt').state.exitCode).toBe(130);
  });

  test('its end is shown, with the cluster as it is then', () => {
    const { state } = played(applying(), { type: 'applied', outcome: outcomeOf() });
    expect(names(state)).toEqual(['verdict', 'outcome']);
    expect(state.diagnosis?.verdict).toBe('healthy');
    expect(state.recordId).toBe('20260301-120000-abc');
    expect(played(state, 'undo').effects).toEqual([
      { do: 'plan', request: { kind: 'undo', record: '20260301-120000-abc' } },
    ]);
    expect(played(state, 'quit').state.exitCode).toBe(0);
  });

  test('a fault of the tool ends it, and names the record', () => {
    const recorded = played(applying(), {
      type: 'apply-event',
      event: { kind: 'recorded', id: '20260301-120000-abc' },
    }).state;
    const { state } = played(recorded, { type: 'failed', problem: 'it broke', hint: '' });
    expect(top(state)).toMatchObject({
      name: 'outcome',
      outcome: { result: 'not-verified', recordId: '20260301-120000-abc' },
    });
  });
});

describe('reading', () => {
  const opening = initialState(size, { isDump: false, nowMs: 0 });

  test('what failed can be tried again', () => {
    const failed = played(opening, { type: 'gather-failed', problem: 'no', hint: '' }).state;
    expect(failed.gathering?.state).toBe('failed');
    expect(kinds(played(failed, 'again').effects)).toEqual(['gather']);
    expect(played(failed, 'quit').state.exitCode).toBe(2);
  });

  test('a second reading that fails says so, and esc shows the first again', () => {
    const again = played(shown(), 'enter', 'again').state;
    const failed = played(again, { type: 'gather-failed', problem: 'no', hint: '' }).state;
    expect(failed.gathering).toMatchObject({ state: 'failed', problem: 'no' });
    const { state } = played(failed, 'back');
    expect(names(state)).toEqual(['verdict', 'finding']);
    expect(state.gathering).toBeNull();
  });

  test('keys wait while it is read', () => {
    expect(names(played(shown(), 'again', 'enter').state)).toEqual(['verdict']);
  });
});

describe('leaving', () => {
  const healthy = diagnosisOf({ verdict: 'healthy', findings: [] });
  test.each([
    { diagnosis: twoFaults(), key: 'quit', code: 1 },
    { diagnosis: healthy, key: 'quit', code: 0 },
    { diagnosis: diagnosisOf({ verdict: 'undetermined' }), key: 'quit', code: 2 },
    { diagnosis: healthy, key: 'interrupt', code: 130 },
  ] as const)('$key after $diagnosis.verdict gives $code', ({ diagnosis, key, code }) => {
    expect(played(shown(diagnosis), key).state.exitCode).toBe(code);
  });

  test('help lies over everything, and any key takes it away', () => {
    const help = played(shown(), 'help').state;
    expect(help.isHelpOpen).toBe(true);
    const { state } = played(help, 'quit');
    expect(state).toMatchObject({ isHelpOpen: false, exitCode: null });
  });
});

test('a finding without remedies leads nowhere', () => {
  const bare = diagnosisOf({ verdict: 'findings', findings: [findingOf({ remedies: [] })] });
  expect(names(played(shown(bare), 'enter', 'enter', 'enter', 'copy', 'method').state)).toEqual([
    'verdict',
    'finding',
    'remedies',
  ]);
});

test('a remedy that only its source can take is previewed', () => {
  const emitted = remedyOf({ changes: [], action: 'emit', durable: ['installation: {}'] });
  const diagnosis = diagnosisOf({
    verdict: 'findings',
    findings: [findingOf({ remedies: [emitted] })],
  });
  expect(top(played(shown(diagnosis), 'enter', 'enter', 'enter').state)?.name).toBe('preview');
});
