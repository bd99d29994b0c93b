import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { errorsOf } from './support/cluster/ask.ts';
import { collections } from './support/cluster/manifest.ts';
import { valueAt } from './support/cluster/operator-rules.ts';
import { calicoPods, readyNodes } from './support/cluster/watching.ts';
import { disruptionBudget } from './support/cluster/workloads.ts';
import { ask, patience, recordsOf } from './support/journey.ts';
import { drainArgs, overloadedNodes, overloads, workloadOf } from './support/journey-drains.ts';
import { doAt, interruptAt, type Moment, moments } from './support/journey-moments.ts';
import { objectsOf } from './support/journey-objects.ts';
import { proxiedJourneyFor } from './support/journey-proxied.ts';

// A node that has too much to do is emptied, and that is stopped, held up, and taken back.

const { go } = inject('programs');
const { bin } = inject('release');
const endOf = { SIGKILL: { signal: 'SIGKILL' }, SIGINT: { code: 130 } } as const;
const limit = 600_000;

const interruptions: readonly (readonly ['SIGKILL' | 'SIGINT', Moment])[] = [
  ['SIGKILL', moments.sending],
  ['SIGKILL', moments.sent],
  ['SIGKILL', moments.evicting(3, 'after')],
  ['SIGINT', moments.sent],
  ['SIGINT', moments.evicting(3, 'before')],
];
const count = interruptions.length + 3;
const nodes = overloadedNodes(count);
const [goodNode = '', heldNode = '', endlessNode = '', ...interrupted] = nodes;

describe.skipIf(go === null)('a drain', () => {
  const { journey, proxy, newUser } = proxiedJourneyFor(overloads(count), bin);
  const isCordoned = async (node: string): Promise<boolean> =>
    valueAt(
      await journey().cluster.client.get(`/api/v1/nodes/${node}`),
      'spec',
      'unschedulable',
    ) === true;
  /** The names of a workload's pods that are on a node and are to stay. */
  const staying = async (node: string): Promise<readonly string[]> => {
    const { items } = await journey().cluster.client.list(
      `/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName%3D${node}`,
    );
    return items
      .filter((pod) => valueAt(pod, 'metadata', 'deletionTimestamp') === undefined)
      .map((pod) => String(valueAt(pod, 'metadata', 'name')));
  };

  it('heals the node, and gives it back', { timeout: limit }, async () => {
    const { cluster } = journey();
    const user = newUser();
    const before = await objectsOf(cluster);
    const fixed = await ask(user, ...drainArgs(goodNode));
    const record = (await recordsOf(user))[0];
    expect(await staying(goodNode)).toEqual([]);
    // A reboot is for a person: the node is given back by itself only where it was well at once.
    const isVerified = fixed.code === 0;
    expect(record?.state).toBe(isVerified ? 'verified' : 'not-verified');
    expect(await isCordoned(goodNode)).toBe(!isVerified);
    const pod = (await calicoPods(cluster.client)).get(goodNode);
    await user.kubectl(
      '-n',
      'kube-system',
      'delete',
      'pod',
      String(valueAt(pod, 'metadata', 'name')),
    );
    await expect.poll(() => readyNodes(cluster), patience).toContain(goodNode);
    const isFound = async () =>
      JSON.stringify((await user.diagnose()).diagnosis['findings']).includes(
        `"name":"${goodNode}"`,
      );
    await expect.poll(isFound, patience).toBe(false);
    expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: isVerified ? 2 : 0 });
    expect(await objectsOf(cluster)).toEqual(before);
    expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
  });

  it(
    'is not begun where a budget never allows it, and gives up where one comes up',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      const before = await objectsOf(cluster);
      const pods = await staying(heldNode);
      const budget = disruptionBudget(workloadOf(heldNode), { maxUnavailable: 0 });
      const path = `${collections.budgets}/${workloadOf(heldNode)}`;
      const holdUp = async (): Promise<void> => {
        await cluster.client.create(collections.budgets, budget);
        const isCounted = async () =>
          valueAt(await cluster.client.get(path), 'status', 'expectedPods');
        while ((await isCounted()) !== 7) await wait(100);
      };
      // Theirs comes when all is tried, and before the first pod goes.
      const drain = () => ask(user, ...drainArgs(heldNode), '--timeout=10s');
      const { code, data } = await doAt(moments.evicting(1, 'before'), proxy(), holdUp, drain);
      expect({ code, result: data['result'] }).toEqual({ code: 1, result: 'not-verified' });
      expect(JSON.stringify(data['messages'])).toContain('disruption budget');
      const busy = pods.filter((name) => name.startsWith('reports'));
      expect(await staying(heldNode)).toEqual(expect.arrayContaining(busy));
      expect(await isCordoned(heldNode)).toBe(true);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });

      expect(await drain()).toMatchObject({
        code: 2,
        data: { kind: 'Plan', refusal: expect.stringContaining('budget') },
      });
      expect(await isCordoned(heldNode)).toBe(false);
      await cluster.client.remove(path);
      expect(await objectsOf(cluster)).toEqual(before);
    },
  );

  it('gives up where a pod never ends', { timeout: limit }, async () => {
    const { cluster } = journey();
    const { client } = cluster;
    const user = newUser();
    const before = await objectsOf(cluster);
    const [endless = ''] = (await staying(endlessNode)).filter((name) =>
      name.startsWith('reports'),
    );
    const path = `/api/v1/namespaces/default/pods/${endless}`;
    await client.patch(path, { metadata: { finalizers: ['example.com/hold'] } });
    const { code, data } = await ask(user, ...drainArgs(endlessNode), '--timeout=30s');
    expect({ code, result: data['result'] }).toEqual({ code: 1, result: 'not-verified' });
    expect(JSON.stringify(data['messages'])).toContain(endless);
    expect(await staying(endlessNode)).toEqual([]);
    expect(await isCordoned(endlessNode)).toBe(true);
    expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
    expect(await objectsOf(cluster)).toEqual(before);
    await client.patch(path, { metadata: { finalizers: null } });
  });

  it.each(interruptions.map(([signal, moment], index) => [signal, moment.name, index] as const))(
    'is stopped by %s %s',
    { timeout: limit },
    async (signal, _, index) => {
      const { cluster } = journey();
      const [, moment] = interruptions[index] ?? [];
      const node = interrupted[index] ?? '';
      if (!moment) throw new Error('there is no such moment');
      const user = newUser();
      const before = await objectsOf(cluster);
      const ran = await interruptAt(moment, signal, proxy(), () =>
        user.begin('calico-fix', ...drainArgs(node)),
      );
      expect(ran).toMatchObject(endOf[signal]);
      const [record] = await recordsOf(user);
      expect(record?.state).toBe(signal === 'SIGKILL' ? 'begun' : 'interrupted');
      expect(await isCordoned(node)).toBe(moment !== moments.sending);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
      expect(await objectsOf(cluster)).toEqual(before);
      const original = (await recordsOf(user)).find(({ id }) => id === record?.id);
      expect(original?.state).toBe('undone');
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
    },
  );

  it('leaves nothing to be found where it went to its end', { timeout: limit }, async () => {
    const { diagnosis } = await newUser().diagnose();
    expect(errorsOf(diagnosis)).not.toContain('undetermined');
  });
});
