import { describe, expect, it } from 'vitest';
import type { ApplyEvent, ApplyResult } from '../../internal/model/apply.ts';
import { eventLines } from '../../internal/report/apply-events.ts';
import { renderOutcome } from '../../internal/report/apply-text.ts';
import { columns } from '../../internal/report/layout.ts';
import { plainText } from '../support/diagnosis.ts';
import { outcomeOf } from '../support/plan.ts';
import { steering } from '../support/steering.ts';

const ref = { kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' };

describe('what is told while it happens', () => {
  const rollout: ApplyEvent = {
    kind: 'rollout',
    ref,
    desired: 9,
    updated: 4,
    ready: 3,
    nodes: [
      { node: 'n1', state: 'ready', reason: '' },
      { node: 'n2', state: 'starting', reason: '' },
      { node: 'n3', state: 'failing', reason: 'CrashLoopBackOff' },
      { node: 'n4', state: 'replacing', reason: '' },
      { node: 'n5', state: 'starting', reason: '' },
    ],
    elapsedSeconds: 65,
    expectedSeconds: 180,
    limitSeconds: 600,
  };

  it('of a rollout: counts, what fails first, and the time', () => {
    const [line] = eventLines(rollout);
    expect(line).toMatchObject({
      isPassing: true,
      time: expect.stringMatching(/1:05.*3:00/),
    });
    expect(line?.text).toMatch(/4\/9.*3 ready.*n3 .*CrashLoopBackOff.*n4 .*n2 .*1 more/);
    expect(line?.text).not.toContain('n1');
  });

  it('the same again is the same text, whatever the time', () => {
    const later = { ...rollout, elapsedSeconds: 70 };
    expect(eventLines(later)[0]?.text).toBe(eventLines(rollout)[0]?.text);
  });

  it.each([
    [{ kind: 'recorded', id: 'r1' }, false],
    [{ kind: 'sent', ref, warnings: [] }, false],
    [{ kind: 'unchanged', ref }, false],
    [{ kind: 'note', text: 'x' }, false],
    [{ kind: 'node', node: 'n1', state: 'cordoned' }, false],
    [{ kind: 'waiting', text: 'x', elapsedSeconds: 1, limitSeconds: 2 }, true],
    [{ kind: 'phase', phase: 'rights', expectedSeconds: null, limitSeconds: null }, true],
    [{ kind: 'pod', node: 'n', namespace: 's', name: 'p', state: 'evicting', reason: '' }, true],
    [{ kind: 'pod', node: 'n', namespace: 's', name: 'p', state: 'gone', reason: '' }, false],
  ] as const)('%j passes: %s', (event, isPassing) => {
    expect(eventLines(event).map((line) => line.isPassing)).toEqual([isPassing]);
  });

  it('a warning of the server has a line of its own', () => {
    const lines = eventLines({ kind: 'sent', ref, warnings: ['old', 'older'] });
    expect(lines.map(({ text }) => text)).toEqual([
      expect.stringContaining('DaemonSet/calico-node'),
      expect.stringContaining('old'),
      expect.stringContaining('older'),
    ]);
  });

  it('what an undo takes back is no alarm', () => {
    const event: ApplyEvent = {
      kind: 'phase',
      phase: 'roll-back',
      expectedSeconds: 90,
      limitSeconds: 300,
    };
    expect(eventLines(event, 'fix')[0]?.text).toMatch(/worse.*1:30.*5:00/);
    expect(eventLines(event, 'undo')[0]?.text).not.toMatch(/worse/);
  });

  it('lets nothing of the cluster reach the terminal', () => {
    const evil = '\x1b[2J\u202ex\ny';
    const events: readonly ApplyEvent[] = [
      { kind: 'note', text: evil },
      { kind: 'waiting', text: evil, elapsedSeconds: 0, limitSeconds: 1 },
      { kind: 'sent', ref: { kind: evil, name: evil }, warnings: [evil] },
      { kind: 'pod', node: evil, namespace: evil, name: evil, state: 'failed', reason: evil },
      { ...rollout, nodes: [{ node: evil, state: 'failing', reason: evil }] },
    ];
    for (const { text } of events.flatMap((event) => eventLines(event)))
      expect(text).not.toMatch(/\n/);
    expect(
      events
        .flatMap((event) => eventLines(event))
        .map(({ text }) => text)
        .join(''),
    ).not.toMatch(steering);
  });
});

describe('how it ended', () => {
  const undo = /calico-fix undo 20260402-031145-k3f/;
  const table: readonly (readonly [ApplyResult, string, boolean])[] = [
    ['verified', '✓', true],
    ['nothing-to-do', '✓', false],
    ['not-verified', '!', true],
    ['rolled-back', '✗', false],
    ['roll-back-failed', '✗', true],
    ['refused', '✗', false],
    ['interrupted', '!', true],
  ];
  it.each(table)('%s: %s, with the way back: %s', (result, sign, hasUndo) => {
    const text = renderOutcome(outcomeOf({ result, messages: ['One. Two.'] }), 'fix', plainText());
    expect(text.slice(0, 1)).toBe(sign);
    expect(text).toContain('One. Two.');
    expect(undo.test(text)).toBe(hasUndo);
    expect(renderOutcome(outcomeOf({ result }), 'undo', plainText())).not.toMatch(undo);
  });

  it('says the way back once', () => {
    const hints = ['kubectl calico-fix undo 20260402-031145-k3f'];
    const text = renderOutcome(outcomeOf({ hints }), 'fix', plainText());
    expect(text.match(new RegExp(undo, 'g'))).toHaveLength(1);
  });

  it('fits the line, but for commands', () => {
    const messages = ['word '.repeat(60)];
    const hints = ['a sentence '.repeat(20), `kubectl ${'x'.repeat(100)}`];
    const lines = renderOutcome(outcomeOf({ messages, hints }), 'fix', plainText(70)).split('\n');
    expect(lines.filter((line) => columns(line) > 70)).toEqual([`    ${hints[1] ?? ''}`]);
  });

  it('lets nothing of the cluster reach the terminal', () => {
    const evil = '\x1b[2J\u202ex\ny';
    const outcome = outcomeOf({ messages: [evil], hints: [evil, `kubectl ${evil}`] });
    expect(renderOutcome(outcome, 'fix', plainText())).not.toMatch(steering);
  });
});
