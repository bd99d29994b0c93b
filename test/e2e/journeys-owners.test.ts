import { parse } from 'yaml';
import { describe, expect, inject, it } from 'vitest';
import { isObject } from '../support/json.ts';
import { errorsOf, type User } from './support/cluster/ask.ts';
import type { SimulatedCluster } from './support/cluster/cluster.ts';
import { applications } from './support/cluster/git-ops.ts';
import { threeWayPatch } from './support/cluster/merge-patches.ts';
import { valueAt } from './support/cluster/operator-rules.ts';
import type { Repository } from './support/cluster/repository.ts';
import { givenAddresses } from './support/cluster/watching.ts';
import { ask, diagnosed, journeyFor, patience, recordsOf, well } from './support/journey.ts';
import { doAt, moments } from './support/journey-moments.ts';
import { objectsOf } from './support/journey-objects.ts';
import { proxiedJourneyFor } from './support/journey-proxied.ts';
import type { Json } from './support/kube-client.ts';
import { gitOf, valuesOf } from './support/scenarios/owners.ts';

// What the Installation is made from stands elsewhere, and comes back from there.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 600_000;
const installation = '/apis/operator.tigera.io/v1/installations/default';
const application = `${applications}/calico`;
const tigeraStatus = '/apis/operator.tigera.io/v1/tigerastatuses/calico';
const wrong = { code: 1, errors: ['wrong-ip-autodetected'] };
const bridge = '10.4.0.1';

const methodOf = async ({ client }: SimulatedCluster): Promise<unknown> =>
  valueAt(await client.get(installation), 'spec', 'calicoNetwork', 'nodeAddressAutodetectionV4');

const healing = ({ client }: SimulatedCluster, selfHeal: boolean): Promise<Json> =>
  client.patch(application, { spec: { syncPolicy: { automated: { selfHeal } } } });

const syncStatus = async ({ client }: SimulatedCluster): Promise<unknown> =>
  valueAt(await client.get(application), 'status', 'sync', 'status');

/** What the operator has against its input: during a rollout it is Degraded too, for pods that are not ready. */
const complaint = async ({ client }: SimulatedCluster): Promise<unknown> => {
  const conditions = valueAt(await client.get(tigeraStatus), 'status', 'conditions');
  const list = Array.isArray(conditions) ? conditions.filter(isObject) : [];
  const reason = list.find(({ type }) => type === 'Degraded')?.['reason'];
  return reason === 'InvalidConfigurationError' ? reason : null;
};

/** What a person commits who does what the tool has printed. */
function commitPrinted(repository: Repository, lines: unknown): void {
  const remarks = Array.isArray(lines) ? lines.map(String) : [];
  const edit: unknown = parse(
    remarks
      .filter((line) => /^# {3}/.test(line))
      .map((line) => line.slice(4))
      .join('\n'),
  );
  const { document } = repository.read();
  if (!isObject(edit) || document === null) throw new Error(`no edit: ${remarks.join('\n')}`);
  repository.commit(merged(document, edit));
}

const merged = (base: Json, over: Json): Json =>
  Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => {
      const [one, other] = [base[key], over[key]];
      return [key, isObject(one) && isObject(other) ? merged(one, other) : (other ?? one)];
    }),
  );

const install = async (user: User): Promise<unknown> =>
  (await user.diagnose()).diagnosis['install'];

describe('a patch as kubectl apply reckons it', () => {
  it('sets what is wanted, takes away what it had applied, and leaves the rest', () => {
    const applied = { spec: { a: 1, gone: 2, list: [1] } };
    const target = { spec: { a: 1, list: [1, 2] } };
    const live = { spec: { a: 9, gone: 2, list: [1], theirs: true } };
    expect(threeWayPatch(applied, target, live)).toEqual({
      spec: { a: 1, gone: null, list: [1, 2] },
    });
    expect(threeWayPatch(applied, target, { spec: { ...target.spec, theirs: true } })).toEqual({});
  });
});

describe.skipIf(go === null)('an Installation that Argo CD keeps as Git has it', () => {
  const { journey, proxy, newUser } = proxiedJourneyFor('gitops', bin);

  it(
    'is put back when it is changed all the same; fix prints what belongs into Git, and sends nothing',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      expect(await install(user)).toMatchObject({ owner: 'argocd', action: 'emit' });
      const before = await cluster.client.get(installation);
      for (const more of [[], ['--method', 'kubernetes-internal-ip', '--force']]) {
        const fixed = await ask(user, 'fix', '--yes', ...more);
        expect(fixed).toMatchObject({ code: 2, data: { kind: 'Plan', steps: [] } });
        expect(String(fixed.data['refusal'])).toContain('argocd.argoproj.io/tracking-id');
        expect(JSON.stringify(fixed.data['manual'])).toContain('kubernetes: NodeInternalIP');
      }
      const after = await cluster.client.get(installation);
      expect(after['spec']).toEqual(before['spec']);
      expect(JSON.stringify(after)).not.toContain('"calico-fix"');
      expect(await recordsOf(user)).toEqual([]);
      const byHand = { kubernetes: 'NodeInternalIP', firstFound: null };
      const spec = { calicoNetwork: { nodeAddressAutodetectionV4: byHand } };
      await cluster.client.patch(installation, { spec });
      await expect.poll(() => methodOf(cluster), patience).toMatchObject({ firstFound: true });
      const back = { calicoNetwork: { nodeAddressAutodetectionV4: { kubernetes: null } } };
      await cluster.client.patch(installation, { spec: back });
      await expect.poll(() => complaint(cluster), patience).toBeNull();
      await expect.poll(() => syncStatus(cluster), patience).toBe('Synced');
    },
  );

  it(
    'takes a change for a while where Argo CD does not heal, and undo clears up behind its sync',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      await healing(cluster, false);
      await expect.poll(() => diagnosed({ cluster, user }), patience).toEqual(wrong);
      const before = await objectsOf(cluster);
      expect(await install(user)).toMatchObject({ owner: 'argocd', action: 'apply-temporary' });
      const shown = await ask(user, 'fix', '--dry-run=server');
      expect(shown.code).toBe(1);
      expect(JSON.stringify(shown.data['consequences'])).toContain('Argo CD syncs');
      expect(JSON.stringify(shown.data['durable'])).toContain('firstFound: false');
      expect(await ask(user, 'fix', '--yes')).toMatchObject({ code: 0 });
      expect(await diagnosed({ cluster, user })).toEqual(well);
      await expect.poll(() => syncStatus(cluster), patience).toBe('OutOfSync');
      await cluster.client.patch(application, { operation: { sync: {} } });
      await expect.poll(() => syncStatus(cluster), patience).toBe('Synced');
      // Git has one method and the object another: the operator takes neither until one of them goes.
      const refused = { code: 1, errors: ['operator-degraded-config'] };
      await expect.poll(() => diagnosed({ cluster, user }), patience).toEqual(refused);
      await expect.poll(() => complaint(cluster), patience).not.toBeNull();
      expect(await diagnosed({ cluster, user })).toEqual(refused);
      expect((await ask(user, 'undo', '--yes')).code).toBe(0);
      expect(await objectsOf(cluster)).toEqual(before);
      expect(await recordsOf(user)).toMatchObject([{ state: 'verified' }, { state: 'undone' }]);
    },
  );

  it(
    'that is healed in the midst of a fix: it is told by whom, and undo has nothing false to do',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      await expect.poll(() => diagnosed({ cluster, user }), patience).toEqual(wrong);
      const before = await objectsOf(cluster);
      const theirs = () => healing(cluster, true);
      const fixed = await doAt(moments.rolling, proxy(), theirs, () => ask(user, 'fix', '--yes'));
      expect(fixed).toMatchObject({ code: 1, data: { result: 'not-verified' } });
      expect(JSON.stringify(fixed.data['messages'])).toContain('argocd-controller');
      expect(await recordsOf(user)).toMatchObject([{ state: 'not-verified' }]);
      expect(await methodOf(cluster)).toMatchObject({ firstFound: true });
      expect((await ask(user, 'undo', '--yes')).code).toBe(0);
      expect(await objectsOf(cluster)).toEqual(before);
    },
  );

  it('is healed for good by what fix prints, in Git', { timeout: limit }, async () => {
    const { cluster } = journey();
    const user = newUser();
    await expect.poll(() => diagnosed({ cluster, user }), patience).toEqual(wrong);
    const shown = await ask(user, 'fix', '--dry-run=client');
    expect(shown.code).toBe(2);
    commitPrinted(gitOf(cluster.controlPlane), shown.data['manual']);
    const addresses = async () => Object.values(await givenAddresses(cluster));
    await expect.poll(addresses, patience).not.toContain(bridge);
    await expect.poll(() => diagnosed({ cluster, user }), patience).toEqual(well);
    await expect.poll(() => syncStatus(cluster), patience).toBe('Synced');
  });
});

describe.skipIf(go === null)('an Installation of a Helm release', () => {
  const journey = journeyFor('helm', bin);

  it(
    'keeps a change until an upgrade sets the same, and then as the values have it',
    { timeout: limit },
    async () => {
      const { cluster, user } = journey();
      const { code, diagnosis } = await user.diagnose();
      expect({ code, errors: errorsOf(diagnosis) }).toEqual(wrong);
      expect(diagnosis['install']).toMatchObject({
        owner: 'helm',
        ownerName: 'calico',
        action: 'apply-temporary',
      });
      const shown = await ask(user, 'fix', '--dry-run=client');
      expect(JSON.stringify(shown.data['consequences'])).toContain('Helm upgrade');
      expect(await ask(user, 'fix', '--yes')).toMatchObject({ code: 0 });
      const values = valuesOf(cluster.controlPlane);
      const { document } = values.read();
      values.commit(merged(document ?? {}, { installation: { controlPlaneReplicas: 1 } }));
      const replicas = async () =>
        valueAt(await cluster.client.get(installation), 'spec', 'controlPlaneReplicas');
      await expect.poll(replicas, patience).toBe(1);
      expect(await methodOf(cluster)).toEqual({ kubernetes: 'NodeInternalIP' });
      commitPrinted(values, shown.data['durable']);
      await expect
        .poll(() => methodOf(cluster), patience)
        .toEqual({ kubernetes: 'NodeInternalIP', firstFound: false });
      await expect.poll(() => diagnosed({ cluster, user }), patience).toEqual(well);
    },
  );
});
