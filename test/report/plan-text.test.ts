import { describe, expect, it } from 'vitest';
import type { Plan } from '../../internal/model/plan.ts';
import { columns } from '../../internal/report/layout.ts';
import type { PlanOptions } from '../../internal/report/plan-steps.ts';
import { renderPlan } from '../../internal/report/plan-text.ts';
import {
  changesNothing,
  isRefused,
  type Answer,
  type Trial,
} from '../../internal/report/plan-verdict.ts';
import type { Style } from '../../internal/report/style.ts';
import { installOf, plainText } from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';
import {
  changeStepOf,
  drainStepOf,
  forecastOf,
  judgedPodOf,
  planFixture,
  planItemOf,
} from '../support/plan.ts';
import { steering } from '../support/steering.ts';

const options = (width = 80, isWide = false): PlanOptions => ({
  ...plainText(width),
  isWide,
  undoes: null,
});
const client: Trial = { kind: 'client' };
const answerOf = (parts: Partial<Answer> = {}): Answer => ({
  ref: { kind: 'Installation', name: 'default' },
  state: 'changes',
  warnings: [],
  reason: null,
  ...parts,
});
const served = (...answers: readonly Answer[]): Trial => ({
  kind: 'server',
  answers,
  refusal: null,
});

const stays = Array.from({ length: 9 }, (_, index) =>
  forecastOf({ node: `rack2-n1${index}`, now: `10.40.2.3${index}`, then: `10.40.2.3${index}` }),
);
const moves = forecastOf({
  node: 'rack2-n07',
  now: '10.77.0.1',
  nowInterface: 'podbr3',
  then: '10.40.2.17',
  outcome: 'changes',
});

const address = (): Plan =>
  planFixture({
    addresses: [...stays, moves],
    install: installOf({ owner: 'helm', action: 'apply-temporary' }),
    durable: ['# in the values of the release', 'installation.calicoNetwork: …'],
  });

const pods = [
  judgedPodOf({ name: 'cache', reason: 'deleting Pods with local storage' }),
  ...Array.from({ length: 9 }, (_, index) => judgedPodOf({ name: `till-${index}` })),
  ...['a', 'b', 'c'].map((name) =>
    judgedPodOf({ name, verdict: 'skip', reason: 'ignoring DaemonSet-managed Pods' }),
  ),
];

const drain = (): Plan =>
  planFixture({
    items: [
      planItemOf({
        remedy: {
          id: 'drain-node',
          title: 'Take the load off the node',
          action: 'apply',
          risk: 'interrupts-traffic',
        },
      }),
      planItemOf(),
    ],
    steps: [
      drainStepOf({
        pods,
        concerns: [{ id: 'tight', text: 'The other nodes are nearly full.', isBlocking: false }],
      }),
      changeStepOf(),
    ],
    manual: ['# on rack2-n03, only if the load stays:', 'sudo systemctl reboot'],
  });

describe('the preview', () => {
  it.each([80, 120])('of an address, at %d columns', (width) => {
    const text = renderPlan(address(), served(answerOf()), options(width));
    expect(text).toBe(golden(`plan-address.${width}.txt`, text));
  });

  it.each([80, 120])('of a drain, at %d columns', (width) => {
    const text = renderPlan(drain(), client, options(width));
    expect(text).toBe(golden(`plan-drain.${width}.txt`, text));
  });

  it('in full', () => {
    const text = renderPlan(
      { ...drain(), addresses: address().addresses },
      client,
      options(120, true),
    );
    expect(text).toBe(golden('plan.wide.120.txt', text));
  });

  it.each([60, 80, 100, 160])('fits %d columns, but for commands', (width) => {
    const lines = [address(), drain()].flatMap((plan) =>
      renderPlan(
        plan,
        served(answerOf({ warnings: ['deprecated '.repeat(20)] })),
        options(width),
      ).split('\n'),
    );
    const long = lines.filter((line) => columns(line) > width && !line.includes('kubectl '));
    expect(long).toEqual([]);
  });

  it('marks by role and never by colour alone', () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style: Style = {
      error: tag('e'),
      warning: tag('w'),
      ok: tag('o'),
      dim: tag('d'),
      strong: tag('s'),
      command: tag('c'),
    };
    const text = renderPlan(address(), client, { ...options(), style });
    expect(text).toMatch(/<e> +- +firstFound: true<\/e>/);
    expect(text).toMatch(/<o> +\+ +kubernetes: NodeInternalIP<\/o>/);
    expect(text).toMatch(/<w>rack2-n07 .*changes<\/w>/);
  });

  it('lets nothing of the cluster reach the terminal', () => {
    const evil = '\x1b[2J\u202e\u009bx\ny';
    const step = changeStepOf();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: evil } };
    const text = renderPlan(
      planFixture({
        source: { kind: 'live', name: evil },
        items: [
          planItemOf({
            finding: { id: 'f', title: evil, affected: [{ kind: 'Node', name: evil }] },
          }),
        ],
        steps: [
          {
            ...step,
            change: { ...step.change, ref: { apiVersion: 'v1', kind: 'ConfigMap', name: evil } },
          },
          changeStepOf({
            before: object,
            after: Object.assign({}, object, { data: { [evil]: evil } }),
          }),
          changeStepOf({ before: null, after: null, kubectl: [evil] }),
          drainStepOf({
            node: evil,
            pods: [judgedPodOf({ name: evil, verdict: 'blocks', reason: evil })],
            concerns: [{ id: 'x', text: evil, isBlocking: true }],
          }),
        ],
        addresses: [forecastOf({ node: evil, now: evil, nowInterface: evil, then: evil })],
        consequences: [evil],
        manual: [evil],
        durable: [evil],
        conflicts: [{ ref: { kind: 'Node', name: evil }, field: evil, remedies: [evil] }],
        refusal: evil,
      }),
      served(answerOf({ state: 'refused', reason: evil, warnings: [evil] })),
      options(80, true),
    );
    expect(text).not.toMatch(steering);
  });
});

describe('the table of addresses', () => {
  const rowsOf = (plan: Plan, isWide = false): readonly string[] =>
    renderPlan(plan, client, options(80, isWide))
      .split('\n')
      .filter((line) => /^ {2}(?:rack2|\(\d+ more)/.test(line));

  it('folds what stays, but one, where there are many', () => {
    expect(rowsOf(address()).map((line) => line.trim().split(/ +/)[0])).toEqual([
      'rack2-n10',
      'rack2-n07',
      '(8',
    ]);
    expect(rowsOf(address(), true)).toHaveLength(10);
  });

  it('shows each where there are few', () => {
    expect(rowsOf(planFixture({ addresses: [...stays.slice(0, 5), moves] }))).toHaveLength(6);
  });

  it('shows forty of those that change', () => {
    const many = Array.from({ length: 90 }, (_, index) => ({ ...moves, node: `rack2-m${index}` }));
    expect(rowsOf(planFixture({ addresses: many }))).toHaveLength(41);
  });
});

describe('what a plan comes to', () => {
  const blocked = drainStepOf({
    concerns: [{ id: 'last', text: 'No other node can take the pods.', isBlocking: true }],
  });
  it.each([
    ['a plan that was not tried', planFixture(), client, false, false],
    ['nothing to send', planFixture({ steps: [] }), client, true, false],
    ['all as it should be', planFixture(), served(answerOf({ state: 'unchanged' })), true, false],
    ['gone already', planFixture(), served(answerOf({ state: 'gone' })), true, false],
    ['refused by the server', planFixture(), served(answerOf({ state: 'refused' })), false, true],
    ['not tried', planFixture(), served(answerOf({ state: 'not-tried' })), false, false],
    ['refused as a whole', planFixture({ refusal: 'no' }), client, false, true],
    ['missing rights', planFixture(), { ...served(), refusal: 'no right' }, false, true],
    ['a drain that is blocked', planFixture({ steps: [blocked] }), client, false, true],
  ] as const)('%s', (_name, plan, trial, isNothing, isRefusal) => {
    expect(isRefused(plan, trial)).toBe(isRefusal);
    expect(isRefusal || changesNothing(plan, trial)).toBe(isRefusal || isNothing);
    const last = renderPlan(plan, trial, options())
      .trimEnd()
      .split('\n\n')
      .at(-1)
      ?.replaceAll('\n', ' ');
    expect(last).toMatch(isNothing ? /nothing to change/ : /Nothing was changed/);
  });

  it('says of the patch that is sent in the dark what it is', () => {
    const text = renderPlan(
      planFixture({ steps: [changeStepOf({ before: null, after: null })] }),
      client,
      options(),
    );
    expect(text).toMatch(/\+ +kubernetes: NodeInternalIP/);
    expect(text).not.toContain('already');
  });

  it('says the edit at its source once', () => {
    const durable = ['# in Git', 'spec: {}'];
    const parts = { durable, manual: durable, steps: [], refusal: 'elsewhere' };
    const text = renderPlan(planFixture(parts), client, options());
    expect(text.match(/# in Git/g)).toHaveLength(1);
  });

  it('never cuts what is left for a person to do', () => {
    const manual = Array.from({ length: 40 }, (_, index) => `sudo step ${index}`);
    const text = renderPlan(
      planFixture({ steps: [], manual, refusal: 'by hand' }),
      client,
      options(),
    );
    expect(text.match(/sudo step/g)).toHaveLength(40);
  });
});
