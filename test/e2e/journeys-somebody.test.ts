import { describe, expect, inject, it } from 'vitest';
import { valueAt } from './support/cluster/operator-rules.ts';
import { isRolledOut } from './support/cluster/watching.ts';
import { allAtOnce, ask, journeyFor, patience, recordsOf } from './support/journey.ts';
import { doAt, moments } from './support/journey-moments.ts';
import { objectsOf } from './support/journey-objects.ts';
import { proxiedJourneyFor } from './support/journey-proxied.ts';

// Somebody else is at work on the same objects.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 600_000;
const change = ['fix', '--method', 'kubernetes-internal-ip', '--yes'];
const daemonSet = '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node';
const operated = '/apis/apps/v1/namespaces/calico-system/daemonsets/calico-node';
const installation = '/apis/operator.tigera.io/v1/installations/default';
const ignore = 'unsupported.operator.tigera.io/ignore';

const withMethod = (value: string): object => {
  const env = [{ name: 'IP_AUTODETECTION_METHOD', value }];
  return { spec: { template: { spec: { containers: [{ name: 'calico-node', env }] } } } };
};

describe.skipIf(go === null)('between the preview and the request', () => {
  const { journey, proxy, newUser } = proxiedJourneyFor('healthy-manifest', bin, ({ cluster }) =>
    allAtOnce(cluster),
  );

  it(
    'something else of the object is changed: both changes stand, and undo leaves theirs',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      const label = { metadata: { labels: { team: 'network' } } };
      const theirs = () => cluster.client.patch(daemonSet, label);
      const fixed = await doAt(moments.sending, proxy(), theirs, () => ask(user, ...change));
      expect(fixed).toMatchObject({ code: 0, data: { result: 'verified' } });
      expect(await cluster.client.get(daemonSet)).toMatchObject(label);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
      expect(await cluster.client.get(daemonSet)).toMatchObject(label);
      expect(JSON.stringify(await cluster.client.get(daemonSet))).not.toContain('AUTODETECTION');
      await expect.poll(() => isRolledOut(cluster), patience).toBe(true);
    },
  );

  it(
    'the same field is changed: theirs stays, and nothing is sent',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const { client } = cluster;
      const user = newUser();
      const theirs = () => client.patch(daemonSet, withMethod('interface=^ens3$'), 'strategic');
      const fixed = await doAt(moments.sending, proxy(), theirs, () => ask(user, ...change));
      expect(fixed).toMatchObject({ code: 2, data: { result: 'refused' } });
      expect(JSON.stringify(fixed.data['messages'])).toContain('IP_AUTODETECTION_METHOD');
      expect(JSON.stringify(await client.get(daemonSet))).toContain('interface=^ens3$');
      const states = (await recordsOf(user)).map(({ state }) => state);
      expect(states.filter((state) => state !== 'refused')).toEqual([]);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
      await expect.poll(() => isRolledOut(cluster), patience).toBe(true);
    },
  );

  it('the object is deleted: nothing is made in its place', { timeout: limit }, async () => {
    const { cluster } = journey();
    const user = newUser();
    const theirs = () => cluster.client.remove(daemonSet);
    const fixed = await doAt(moments.sending, proxy(), theirs, () => ask(user, ...change));
    expect(fixed).toMatchObject({ code: 2, data: { result: 'refused' } });
    expect(await cluster.client.find(daemonSet)).toBeNull();
    expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
  });
});

describe.skipIf(go === null)('while it rolls out', () => {
  const { journey, proxy, newUser } = proxiedJourneyFor('healthy', bin);

  it(
    'the Installation is changed back: it is told who did it, and nothing is left to undo',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      const before = await objectsOf(cluster);
      const back = { kubernetes: null, firstFound: true };
      const theirs = () =>
        cluster.client.patch(installation, {
          spec: { calicoNetwork: { nodeAddressAutodetectionV4: back } },
        });
      const fixed = await doAt(moments.rolling, proxy(), theirs, () => ask(user, ...change));
      expect({ code: fixed.code, data: fixed.data }).toMatchObject({
        code: 1,
        data: { result: 'not-verified' },
      });
      expect(JSON.stringify(fixed.data['messages'])).toContain('kubectl');
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
      const same = async () => JSON.stringify(await objectsOf(cluster)) === JSON.stringify(before);
      await expect.poll(same, patience).toBe(true);
      expect(await recordsOf(user)).toMatchObject([{ state: 'undone' }]);
    },
  );
});

describe.skipIf(go === null)('where the operator was told to keep off', () => {
  const { journey, proxy, newUser } = proxiedJourneyFor('slow-start-old-operator', bin);

  it(
    'and is let on again, it changes the DaemonSet back, and that is told',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const { client } = cluster;
      const user = newUser();
      const before = await objectsOf(cluster);
      const theirs = () =>
        client.patch(operated, { metadata: { annotations: { [ignore]: null } } });
      const fix = () => ask(user, 'fix', '--freeze-operator', '--yes');
      const fixed = await doAt(moments.rolling, proxy(), theirs, fix);
      expect({ code: fixed.code, data: fixed.data }).toMatchObject({
        code: 1,
        data: { result: 'not-verified' },
      });
      expect(JSON.stringify(fixed.data['messages'])).toContain('tigera-operator');
      expect((await ask(user, 'undo', '--yes', '--timeout=1s')).code).not.toBe(2);
      expect(await objectsOf(cluster)).toEqual(before);
    },
  );
});

describe.skipIf(go === null)('a DaemonSet that waits for its pods to be deleted', () => {
  const journey = journeyFor('bridge-address-manifest', bin);

  it('is changed, and it is told what is left to do', { timeout: limit }, async () => {
    const { cluster, user } = journey();
    const strategy = { type: 'OnDelete', rollingUpdate: null };
    await cluster.client.patch(daemonSet, { spec: { updateStrategy: strategy } });
    const before = await objectsOf(cluster);
    const fixed = await ask(user, 'fix', '--yes', '--timeout=3s');
    expect({ code: fixed.code, data: fixed.data }).toMatchObject({
      code: 1,
      data: { result: 'not-verified' },
    });
    expect(JSON.stringify(fixed.data['messages'])).toContain('OnDelete');
    expect(valueAt(fixed.data, 'hints')).not.toEqual([]);
    expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
    expect(await objectsOf(cluster)).toEqual(before);
  });
});
