import { describe, expect, it } from 'vitest';
import { runDrain, runDrains } from '../../internal/apply/drain.ts';
import type { Node } from '../../internal/model/kubernetes.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import { factsOf, podOf } from '../support/drain-sample.ts';
import { drainNodes, drainSetting, living, web, writesOf } from '../support/drain-setting.ts';
import { refusal, silence } from '../support/memory-answers.ts';
import type { MemoryCluster } from '../support/memory-cluster.ts';

describe('a drain', () => {
  it('cordons, evicts what may go, leaves the rest, and waits for the end', async () => {
    const daemon = podOf('d', 'n', { owner: 'DaemonSet' });
    const daemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'd-of', namespace: 'orders' },
    };
    const own = drainSetting([web('a', 'n'), web('b', 'n'), web('c', 'm'), daemon, daemonSet]);
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'drained', hasCordoned: true });
    expect(result.evicted).toEqual(['orders/a', 'orders/b']);
    expect(result.hints).toEqual(['kubectl uncordon n']);
    expect(writesOf(own.cluster)).toEqual(['patch n', 'evict a', 'evict b']);
    expect(own.cluster.store.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['c', 'd']);
    expect(own.told('a')).toEqual(['evicting', 'terminating', 'gone']);
    expect(own.told('d')).toEqual(['skipped']);
    expect(own.nodeStates()).toEqual(['cordoned', 'drained']);
    expect(own.cluster.clock.elapsedSeconds()).toBeGreaterThanOrEqual(30);
    expect(own.cluster.clock.elapsedSeconds()).toBeLessThan(40);
    expect(own.journal.slice(0, 2)).toEqual(['sending patch n', 'sent patch n']);
    expect(
      own.journal.toSorted((a, b) => (a < b ? -1 : 1)).filter((line) => line.includes('evict')),
    ).toEqual(['sending evict a', 'sending evict b', 'sent evict a', 'sent evict b']);
  });

  it('asks for its own grace period, and for this very pod', async () => {
    const own = drainSetting([web('a', 'n')]);
    await own.drain({ gracePeriodSeconds: 4 });
    const eviction = own.cluster.writes().find(({ verb }) => verb === 'evict');
    expect(eviction).toMatchObject({
      body: { gracePeriodSeconds: 4 },
      guard: { uid: 'uid-orders-a' },
    });
    expect(own.cluster.clock.elapsedSeconds()).toBeLessThan(10);
  });

  it('does not cordon again, nor claim to have done it', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.edit<Node>({ kind: 'Node', name: 'n' }, (draft) => {
      draft.spec = { ...draft.spec, unschedulable: true };
    });
    expect(await own.drain()).toMatchObject({ state: 'drained', hasCordoned: false });
    expect(writesOf(own.cluster)).toEqual(['evict a']);
  });

  it('judges by what is there now, not by the plan', async () => {
    const own = drainSetting([web('a', 'n'), podOf('late', 'n', { owner: null })]);
    const result = await own.drain();
    expect(result.state).toBe('refused');
    expect(result.messages).toEqual([
      'cannot delete Pods that declare no controller (use --force to override): orders/late',
    ]);
    expect(own.cluster.writes()).toEqual([]);
    expect(own.journal).toEqual([]);
  });

  it('judges again after the cordon', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'patch', isDryRun: false }, () => {
      own.cluster.put(podOf('late', 'n', { owner: null }));
    });
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'failed', hasCordoned: true, evicted: [] });
    expect(writesOf(own.cluster)).toEqual(['patch n']);
    expect(result.hints).toEqual(['kubectl uncordon n']);
    expect(own.nodeStates()).toEqual(['cordoned', 'left-cordoned']);
  });

  it.each<readonly [string, Parameters<MemoryCluster['before']>[0]]>([
    ['the cordon', { verb: 'patch', isDryRun: true }],
    ['an eviction', { verb: 'evict', isDryRun: true, name: 'b' }],
  ])('is not begun where the server does not take %s', async (_name, filter) => {
    const own = drainSetting([web('a', 'n'), web('b', 'n')]);
    own.cluster.before(filter, () => refusal(403, 'admission webhook "guard" denied the request'));
    expect(await own.drain()).toMatchObject({ state: 'refused' });
    expect(own.cluster.writes()).toEqual([]);
  });

  it('is begun where a webhook does not take dry runs', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'evict', isDryRun: true }, () =>
      refusal(400, 'admission webhook "log" does not support dry run'),
    );
    expect(await own.drain()).toMatchObject({ state: 'drained' });
  });

  it('stops where the cordon fails, unlike kubectl', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'patch', isDryRun: false }, () => refusal(403, 'no'));
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'failed', hasCordoned: false });
    expect(result.messages[0]).toContain('error: unable to cordon node "n": no');
    expect(own.journal).toEqual(['sending patch n', 'refused patch n']);
    expect(own.cluster.store.list('Pod')).toHaveLength(1);
  });

  it('cordons although the status of the node is written all the time', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'patch', isDryRun: false, nth: 1 }, () => {
      own.cluster.edit<Node>({ kind: 'Node', name: 'n' }, ({ status }) => {
        status?.conditions?.push({ type: 'MemoryPressure', status: 'False' });
      });
    });
    expect(await own.drain()).toMatchObject({ state: 'drained', hasCordoned: true });
  });
});

describe('disruption budgets', () => {
  it('one that never lets go keeps the drain from beginning', async () => {
    const own = drainSetting([web('a', 'n'), living('only', { minAvailable: 1 })]);
    const result = await own.drain();
    expect(result.state).toBe('refused');
    expect(result.messages.join()).toContain('orders/only');
    expect(own.isCordoned()).toBe(false);
  });

  it('one that lets go one at a time is asked every 5 seconds', async () => {
    const pods = [web('a', 'n'), web('b', 'n'), web('c', 'm')];
    const own = drainSetting([...pods, living('web', { maxUnavailable: 1 })], { ending: () => 3 });
    let count = 0;
    own.cluster.store.onChange(({ before, after }) => {
      if (before?.kind !== 'Pod' || after) return;
      count += 1;
      own.cluster.put(web(`new-${count}`, 'k'));
    });
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'drained', evicted: ['orders/a', 'orders/b'] });
    expect(own.told('b')).toEqual(['evicting', 'blocked', 'terminating', 'gone']);
    const asked = own.cluster.requests.flatMap(({ verb, name, isDryRun, at }) =>
      verb === 'evict' && name === 'b' && !isDryRun ? [at] : [],
    );
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(pauses.length).toBeGreaterThan(0);
    for (const pause of pauses) expect(pause).toBe(5000);
    const blocked = own.events.find((event) => event.kind === 'pod' && event.state === 'blocked');
    expect(blocked).toMatchObject({
      reason: expect.stringMatching(
        /^error when evicting pods\/"b" -n "orders" \(will retry after 5s\): Cannot evict pod/,
      ),
    });
  });

  it('names the pods and budgets that are in the way when the time is up', async () => {
    const pods = [web('a', 'n'), web('b', 'm', { ready: false }), podOf('free', 'n')];
    const own = drainSetting([...pods, living('web', { minAvailable: 1 })]);
    const result = await own.drain({ timeoutSeconds: 60 });
    expect(result).toMatchObject({
      state: 'timed-out',
      hasCordoned: true,
      evicted: ['orders/free'],
    });
    const text = result.messages.join('\n');
    expect(text).toContain('The disruption budget web needs 1 healthy pods and has 1 currently');
    expect(text).toContain(
      'error when evicting pods/"a" -n "orders": global timeout reached: 1m0s',
    );
    expect(result.hints).toContain('kubectl uncordon n');
    expect(own.isCordoned()).toBe(true);
    expect(own.cluster.clock.elapsedSeconds()).toBe(60);
    expect(own.journal).toContain('refused evict a');
  });

  it('two for one pod fail it at once, and the rest goes', async () => {
    const own = drainSetting([web('a', 'n'), podOf('free', 'n')]);
    own.cluster.before({ verb: 'patch', isDryRun: false }, () => {
      own.cluster.put(living('x', { maxUnavailable: 1 }));
      own.cluster.put(living('y', { maxUnavailable: 1 }));
    });
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'failed', evicted: ['orders/free'] });
    expect(own.told('a')).toEqual(['evicting', 'failed']);
    expect(writesOf(own.cluster).filter((line) => line === 'evict a')).toHaveLength(1);
  });

  it('are bypassed by --disable-eviction', async () => {
    const own = drainSetting([web('a', 'n'), web('b', 'n'), living('only', { minAvailable: 2 })]);
    expect(await own.drain({ disableEviction: true })).toMatchObject({ state: 'drained' });
    expect(writesOf(own.cluster)).toEqual(['patch n', 'delete a', 'delete b']);
    expect(own.told('a')[0]).toBe('deleting');
  });
});

describe('the wait', () => {
  it('ends when the time is up, and names who does not end', async () => {
    const own = drainSetting([web('a', 'n')], { ending: () => 'never' });
    const result = await own.drain({ timeoutSeconds: 120 });
    expect(result).toMatchObject({ state: 'timed-out', evicted: ['orders/a'] });
    expect(result.messages).toContain(
      'error when waiting for pod "a" in namespace "orders" to terminate: global timeout reached: 2m0s',
    );
  });

  it('leaves out pods whose end is overdue, if told to', async () => {
    const own = drainSetting([web('a', 'n'), web('b', 'n')], {
      ending: ({ metadata }) => (metadata.name === 'a' ? 'never' : 1),
    });
    const result = await own.drain({ skipWaitForDeleteTimeoutSeconds: 20 });
    expect(result.state).toBe('drained');
    expect(own.told('a').at(-1)).toBe('skipped');
    expect(own.cluster.clock.elapsedSeconds()).toBeGreaterThan(50);
    expect(own.cluster.clock.elapsedSeconds()).toBeLessThan(60);
  });

  it('has no end with a limit of 0', async () => {
    const own = drainSetting([web('a', 'n')], { ending: () => 7200 });
    expect(await own.drain({ timeoutSeconds: 0 })).toMatchObject({ state: 'drained' });
  });

  it('gives up where the pods cannot be read any more', async () => {
    const own = drainSetting([web('a', 'n')], { ending: () => 'never' });
    own.cluster.clock.schedule(5000, () => {
      own.cluster.before({ verb: 'list', kind: 'Pod' }, () => silence(false));
    });
    expect(await own.drain({ timeoutSeconds: 0 })).toMatchObject({
      state: 'failed',
      evicted: ['orders/a'],
    });
    expect(own.cluster.clock.elapsedSeconds()).toBeGreaterThan(300);
    expect(own.cluster.clock.elapsedSeconds()).toBeLessThan(320);
  });

  it('does not wait for a kubelet that is away', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.edit<Node>({ kind: 'Node', name: 'n' }, ({ status }) => {
      for (const condition of status?.conditions ?? []) condition.status = 'Unknown';
    });
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'failed', evicted: ['orders/a'] });
    expect(result.messages.join()).toContain('Terminating');
    expect(own.cluster.clock.elapsedSeconds()).toBeLessThan(60);
  });
});

describe('an interruption', () => {
  it('before the first request changes nothing', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.before({ verb: 'patch', isDryRun: true }, () =>
      own.control.abort(new Error('stop')),
    );
    expect(await own.drain()).toMatchObject({ state: 'interrupted', hasCordoned: false });
    expect(own.cluster.writes()).toEqual([]);
  });

  it('while pods are evicted begins no more, and says what stands', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `p${index + 10}`);
    const own = drainSetting(names.map((name) => podOf(name, 'n')));
    own.cluster.before({ verb: 'evict', isDryRun: false, name: 'p12' }, () =>
      own.control.abort(new Error('stop')),
    );
    const result = await own.drain();
    expect(result).toMatchObject({ state: 'interrupted', hasCordoned: true });
    expect(result.evicted.length).toBeGreaterThan(0);
    expect(result.evicted.length).toBeLessThan(15);
    expect(writesOf(own.cluster).filter((line) => line.startsWith('evict'))).toHaveLength(
      result.evicted.length,
    );
    expect(result.hints).toEqual(['kubectl uncordon n']);
    expect(own.nodeStates().at(-1)).toBe('left-cordoned');
  });

  it('while it waits ends the wait', async () => {
    const own = drainSetting([web('a', 'n')]);
    own.cluster.clock.schedule(10_000, () => own.control.abort(new Error('stop')));
    expect(await own.drain()).toMatchObject({ state: 'interrupted', evicted: ['orders/a'] });
    expect(own.cluster.clock.elapsedSeconds()).toBeLessThan(12);
  });
});

describe('a journal that cannot be written', () => {
  it.each([
    ['the cordon', 'Node', []],
    ['an eviction', 'Pod', ['patch n']],
  ])('ends the drain before %s is sent', async (_name, kind, writes) => {
    const own = drainSetting([web('a', 'n')]);
    const sending: typeof own.hooks.sending = ({ ref }) => {
      if (ref.kind === kind) throw new Error('no space left on device');
    };
    const step = drainStep('n', factsOf({ nodes: drainNodes }), drainOptionsOf());
    const drain = runDrain(step, own.context, { ...own.hooks, sending });
    await expect(drain).rejects.toThrow('no space left on device');
    expect(writesOf(own.cluster)).toEqual(writes);
  });
});

it('empties several nodes in turn and stops at the first that fails', async () => {
  const own = drainSetting([web('a', 'n'), web('b', 'm'), web('c', 'k')], { ending: () => 1 });
  own.cluster.before({ verb: 'evict', isDryRun: false, name: 'b' }, () => refusal(403, 'no'));
  const steps = ['n', 'm', 'k'].map((name) =>
    drainStep(name, factsOf({ nodes: drainNodes }), drainOptionsOf()),
  );
  const results = await runDrains(steps, own.context, own.hooks);
  expect(results.map(({ node, state }) => `${node} ${state}`)).toEqual(['n drained', 'm failed']);
  expect(own.isCordoned('k')).toBe(false);
});

it('refuses the last node of several', async () => {
  const own = drainSetting([web('a', 'n'), web('b', 'm'), web('c', 'k')], { ending: () => 1 });
  const steps = ['n', 'm', 'k'].map((name) =>
    drainStep(name, factsOf({ nodes: drainNodes }), drainOptionsOf()),
  );
  const results = await runDrains(steps, own.context, own.hooks);
  expect(results.map(({ state }) => state)).toEqual(['drained', 'drained', 'refused']);
  expect(own.isCordoned('k')).toBe(false);
});
