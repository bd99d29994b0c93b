import { describe, expect, it } from 'vitest';
import { nextStep } from '../../internal/apply/drain-answer.ts';
import { drainSetting, podRef, web, writesOf } from '../support/drain-setting.ts';
import { cause, refusal, silence, tooBusy } from '../support/memory-answers.ts';

it.each([
  [refusal(404, 'pods "a" not found'), 'gone'],
  [refusal(404, '404 page not found', { reason: '' }), 'hopeless'],
  [refusal(429, 'x', { causes: [cause('DisruptionBudget', '', 'y')] }), 'blocked'],
  [refusal(429, "Cannot evict pod as it would violate the pod's disruption budget."), 'blocked'],
  [tooBusy(), 'busy'],
  [refusal(403, 'x', { causes: [cause('NamespaceTerminating', '', 'y')] }), 'blocked'],
  [refusal(403, 'x'), 'hopeless'],
  [refusal(422, 'x'), 'hopeless'],
  [refusal(409, 'x'), 'look'],
  [refusal(503, 'x'), 'look'],
  [
    refusal(500, 'This pod has more than one PodDisruptionBudget, which is not supported.'),
    'hopeless',
  ],
  [refusal(500, 'etcd'), 'look'],
  [silence(true), 'look'],
  [silence(false), 'look'],
])('%o: %s', (refused, expected) => {
  expect(nextStep(refused)).toBe(expected);
});

describe('answers', () => {
  it('takes a pod that is gone for done', async () => {
    const own = drainSetting([web('a', 'n'), web('b', 'n')]);
    own.cluster.before({ verb: 'evict', isDryRun: false, name: 'a' }, () =>
      own.cluster.remove(podRef('a')),
    );
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'drained', evicted: ['orders/b'] });
    expect(own.journal).toContain('refused evict a');
  });

  it('leaves alone a pod of the same name that came after', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'evict', isDryRun: false, nth: 1 }, () => {
      own.cluster.remove(podRef('a'));
      own.cluster.put({
        ...web('a', 'm'),
        metadata: { ...web('a', 'm').metadata, uid: 'another' },
      });
    });
    expect(await own.drain()).toMatchObject({ state: 'drained', evicted: [] });
    expect(own.cluster.stored(podRef('a')).metadata.deletionTimestamp).toBeUndefined();
  });

  it('waits as long as a busy server asks', async () => {
    const own = drainSetting([web('a', 'n')], { ending: () => 1 });
    own.cluster.before({ verb: 'evict', isDryRun: false, nth: 1 }, () => ({
      ...tooBusy(),
      retryAfterSeconds: 20,
    }));
    expect(await own.drain()).toMatchObject({ state: 'drained' });
    const [first = 0, second = 0] = own.cluster.requests.flatMap(({ verb, isDryRun, at }) =>
      verb === 'evict' && !isDryRun ? [at] : [],
    );
    expect(second - first).toBeGreaterThanOrEqual(20_000);
  });

  it.each([
    ['carried out', () => 'lost' as const, 1],
    ['not carried out', () => silence(true), 2],
  ])('clears up a lost answer of a request that was %s', async (_name, answer, sent) => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'evict', isDryRun: false, nth: 1 }, answer);
    expect(await own.drain()).toMatchObject({ state: 'drained', evicted: ['orders/a'] });
    expect(writesOf(own.cluster).filter((line) => line === 'evict a')).toHaveLength(sent);
    expect(own.journal.filter((line) => line.endsWith('evict a'))).toEqual([
      'sending evict a',
      'sent evict a',
    ]);
  });

  it('knows as its own what is gone after a lost answer', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'evict', isDryRun: false, nth: 1 }, () => 'lost');
    const result = await own.drain({ gracePeriodSeconds: 0 });
    expect(result).toMatchObject({ state: 'drained', evicted: ['orders/a'] });
    expect(own.journal.at(-1)).toBe('sent evict a');
  });

  it('retries in a namespace that is going', async () => {
    const own = drainSetting([web('a', 'n')], { ending: () => 1 });
    own.cluster.before({ verb: 'evict', isDryRun: false, nth: 1 }, () =>
      refusal(403, 'being terminated', { causes: [cause('NamespaceTerminating', '', 'x')] }),
    );
    expect(await own.drain()).toMatchObject({ state: 'drained', evicted: ['orders/a'] });
    expect(own.told('a')).toEqual(['evicting', 'blocked', 'terminating', 'gone']);
  });

  it('fails a pod that the server forbids, and evicts the others', async () => {
    const own = drainSetting([web('a', 'n'), web('b', 'n')]);
    own.cluster.before({ verb: 'evict', isDryRun: false, name: 'a' }, () => refusal(403, 'no'));
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'failed', evicted: ['orders/b'] });
    expect(result.messages).toContain('error when evicting pods/"a" -n "orders": no');
    expect(own.nodeStates().at(-1)).toBe('left-cordoned');
  });

  it('stops deleting at the first that fails', async () => {
    const own = drainSetting([web('a', 'n'), web('b', 'n'), web('c', 'n')]);
    own.cluster.before({ verb: 'delete', isDryRun: false, name: 'b' }, () => refusal(403, 'no'));
    const result = await own.drain({ disableEviction: true });
    expect(result).toMatchObject({ state: 'failed', evicted: ['orders/a'] });
    expect(writesOf(own.cluster)).toEqual(['patch n', 'delete a', 'delete b']);
  });

  it('goes on when the pods cannot be read for a while', async () => {
    const own = drainSetting([web('a', 'n')]);
    let count = 0;
    own.cluster.before({ verb: 'list', kind: 'Pod' }, () => {
      count += 1;
      return count > 4 && count < 9 ? silence(false) : undefined;
    });
    expect(await own.drain()).toMatchObject({ state: 'drained' });
    expect(own.events.filter(({ kind }) => kind === 'note')).toHaveLength(1);
  });
});
