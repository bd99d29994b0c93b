import { expect, test } from 'vitest';
import { memoised } from '../../internal/calico/memo.ts';
import { itemsOf } from '../../internal/calico/snapshot-lists.ts';
import type { ListName, Snapshot } from '../../internal/model/snapshot.ts';
import { snapshotOf } from '../support/snapshot.ts';

const whole = snapshotOf({ lists: { nodes: [], events: [], leases: [] } });
const hidden = { state: 'not-asked', reason: 'hidden' } as const;
const noLogs: Snapshot['logs'] = [];

// The same snapshot for somebody who may not see these lists.
const without = (...names: readonly ListName[]): Snapshot => ({
  ...whole,
  lists: { ...whole.lists, ...Object.fromEntries(names.map((name) => [name, hidden])) },
});

// What reads events, and leases only where there are events to read; and how often it was computed.
function sample() {
  let count = 0;
  const get = memoised((snapshot) => {
    count += 1;
    const events = snapshot.lists.events.state;
    return events === 'read' ? [events, snapshot.lists.leases.state] : [events];
  });
  return { get, count: () => count };
}

test.each<readonly [string, Snapshot, number]>([
  ['of the same snapshot', whole, 1],
  ['of a view that has what it was computed from', without('pods', 'services'), 1],
  ['of one without a list that was read', without('leases'), 2],
  ['of another time', { ...whole, takenAt: '2031-01-01T00:00:00Z' }, 2],
  ['of other nodes', { ...whole, lists: { ...whole.lists, nodes: hidden } }, 2],
])('a value %s is computed as often as it has to be', (_name, other, times) => {
  const { get, count } = sample();
  const first = get(whole);
  const second = get(other);
  expect(count()).toBe(times);
  expect(second === first).toBe(times === 1);
  expect(get(whole)).toBe(first);
  expect(get(other)).toBe(second);
  expect(count()).toBe(times);
});

test('what was not read makes no difference, whoever asks first', () => {
  const { get } = sample();
  expect(get(without('events'))).toEqual(['not-asked']);
  expect(get(without('events', 'leases'))).toEqual(['not-asked']);
  expect(get(without('leases'))).toEqual(['read', 'not-asked']);
  expect(get(whole)).toEqual(['read', 'read']);
});

test('logs count as soon as they are read', () => {
  let count = 0;
  const get = memoised(({ logs }) => [logs.length, (count += 1)]);
  expect(get(whole)).toBe(get({ ...whole }));
  expect(get({ ...whole, logs: noLogs })).not.toBe(get(whole));
  expect(count).toBe(2);
});

test('what one value takes from another counts for both, also where the other is there already', () => {
  const events = memoised((snapshot) => itemsOf(snapshot, 'events').length);
  const both = memoised((snapshot) => [events(snapshot)]);
  expect(events(whole)).toBe(0);
  expect(both(whole)).not.toBe(both(without('events')));
  expect(both(whole)).toBe(both(without('pods')));
});
