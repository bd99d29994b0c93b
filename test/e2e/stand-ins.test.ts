import { describe, expect, inject, it } from 'vitest';
import { errorsOf } from './support/cluster/ask.ts';
import { bridge } from './support/cluster/facts.ts';
import {
  calicoPods,
  givenAddresses,
  isRolledOut,
  readyNodes,
  restartsOn,
} from './support/cluster/watching.ts';
import { valueAt } from './support/cluster/operator-rules.ts';
import { type Journey, journeyFor, patience } from './support/journey.ts';
import { nodeAt } from './support/scenarios/scenario.ts';

const { go } = inject('programs');
const { bin } = inject('release');
const all = ['worker-1', 'worker-2', 'worker-3'];
const daemonSet = '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node';

const setMethod = ({ user }: Journey, value: string) =>
  user.kubectl(
    '-n',
    'kube-system',
    'set',
    'env',
    'daemonset/calico-node',
    `IP_AUTODETECTION_METHOD=${value}`,
  );

const setLiveness = ({ cluster }: Journey, livenessProbe: object) =>
  cluster.client.patch(
    daemonSet,
    { spec: { template: { spec: { containers: [{ name: 'calico-node', livenessProbe }] } } } },
    'strategic',
  );

describe.skipIf(go === null)('calico-node with the address of a bridge', () => {
  const stage = journeyFor('bridge-address-manifest', bin);

  it('is unready on the node with the bridge alone, and says so in status, events and log', async () => {
    const { cluster, user } = stage();
    expect(await readyNodes(cluster)).toEqual(['worker-1', 'worker-3']);
    expect(await givenAddresses(cluster)).toMatchObject({ 'worker-2': '10.4.0.1' });
    const name = String(
      valueAt((await calicoPods(cluster.client)).get('worker-2'), 'metadata', 'name'),
    );
    const { stdout: log } = await user.kubectl('-n', 'kube-system', 'logs', name);
    expect(log).toContain('Using autodetected IPv4 address on interface nerdctl0: 10.4.0.1/24');
    const { stdout: tail } = await user.kubectl('-n', 'kube-system', 'logs', name, '--tail=2');
    expect(tail.trim().split('\n')).toHaveLength(2);
    const events = await user.kubectl(
      '-n',
      'kube-system',
      'get',
      'events',
      `--field-selector=involvedObject.name=${name}`,
    );
    expect(events.stdout).toContain('BGP peering established = 0');
  });

  it('stays sick with a method that finds the same address, and stops the rollout there', async () => {
    const before = new Map(await calicoPods(stage().cluster.client));
    await setMethod(stage(), 'can-reach=10.4.0.77');
    const isReplaced = async () =>
      valueAt((await calicoPods(stage().cluster.client)).get('worker-2'), 'metadata', 'name') !==
      valueAt(before.get('worker-2'), 'metadata', 'name');
    await expect.poll(isReplaced, patience).toBe(true);
    // Longer than a start takes that goes well.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await givenAddresses(stage().cluster)).toMatchObject({ 'worker-2': '10.4.0.1' });
    expect(await readyNodes(stage().cluster)).toEqual(['worker-1', 'worker-3']);
    const { diagnosis } = await stage().user.diagnose();
    expect(errorsOf(diagnosis)).toEqual(['wrong-ip-autodetected']);
  });

  it('keeps what it had with a method that finds nothing', async () => {
    await setMethod(stage(), 'interface=^wan0$');
    const log = async () => {
      const pod = (await calicoPods(stage().cluster.client)).get('worker-2');
      const name = String(valueAt(pod, 'metadata', 'name'));
      return (await stage().user.kubectl('-n', 'kube-system', 'logs', name)).stdout;
    };
    await expect.poll(log, patience).toContain('keeping existing value: 10.4.0.1/24');
    expect(await readyNodes(stage().cluster)).toEqual(['worker-1', 'worker-3']);
  });

  it('ends again and again with a method that it does not know, and other nodes are left alone', async () => {
    await setMethod(stage(), 'nonsense');
    await expect.poll(() => restartsOn(stage().cluster, 'worker-2'), patience).toBeGreaterThan(1);
    expect(await readyNodes(stage().cluster)).toEqual(['worker-1', 'worker-3']);
    expect(errorsOf((await stage().user.diagnose()).diagnosis)).toContain(
      'ip-autodetect-invalid-method',
    );
  });

  it('heals where the method finds the node’s own address', async () => {
    await setMethod(stage(), 'kubernetes-internal-ip');
    await expect.poll(() => isRolledOut(stage().cluster), patience).toBe(true);
    expect(await readyNodes(stage().cluster)).toEqual(all);
    const { code, diagnosis } = await stage().user.diagnose();
    expect({ code, errors: errorsOf(diagnosis) }).toEqual({ code: 0, errors: [] });
  });

  it('heals half with a method that is right for one node of two', async () => {
    const { cluster } = stage();
    const nodes = [...cluster.nodes.values()];
    nodeAt(nodes, 2).nics = [...nodeAt(nodes, 2).nics, bridge('lxdbr0', 12, '10.9.8.1/24')];
    await setMethod(stage(), 'skip-interface=nerdctl.*');
    await expect
      .poll(async () => (await givenAddresses(cluster))['worker-3'], patience)
      .toBe('10.9.8.1');
    expect(await givenAddresses(cluster)).toMatchObject({ 'worker-2': '10.64.8.11' });
    await expect.poll(() => readyNodes(cluster), patience).not.toContain('worker-3');
    expect(await readyNodes(cluster)).toContain('worker-2');
  });
});

describe.skipIf(go === null)('calico-node far from its datastore', () => {
  const stage = journeyFor('slow-start', bin);

  it('is killed by its probe before it is up, and its last log stops in the midst of the start', async () => {
    const { cluster, user } = stage();
    expect(await readyNodes(cluster)).toEqual(['worker-1', 'worker-2']);
    const pod = (await calicoPods(cluster.client)).get('worker-3');
    const statuses = valueAt(pod, 'status', 'containerStatuses');
    const status: unknown = Array.isArray(statuses) ? statuses[0] : null;
    expect(valueAt(status, 'lastState', 'terminated')).toMatchObject({ exitCode: 137 });
    const name = String(valueAt(pod, 'metadata', 'name'));
    const { stdout } = await user.kubectl('-n', 'kube-system', 'logs', name, '--previous');
    expect(stdout).toContain('Datastore connection verified');
    expect(stdout).not.toContain('Health enabled');
  });

  it('stays sick with limits that are still too tight', async () => {
    const { cluster } = stage();
    await setLiveness(stage(), { initialDelaySeconds: 4, failureThreshold: 4 });
    const isNew = async () => (await restartsOn(cluster, 'worker-3')) < 2;
    await expect.poll(isNew, patience).toBe(true);
    await expect.poll(() => restartsOn(cluster, 'worker-3'), patience).toBeGreaterThan(0);
    expect(await readyNodes(cluster)).not.toContain('worker-3');
    expect(errorsOf((await stage().user.diagnose()).diagnosis)).toEqual([
      'slow-startup-liveness-kill',
    ]);
  });

  it('heals with limits that are wide enough, and is not restarted any more', async () => {
    const { cluster } = stage();
    await setLiveness(stage(), { initialDelaySeconds: 60, failureThreshold: 10 });
    await expect.poll(() => isRolledOut(cluster), patience).toBe(true);
    expect(await restartsOn(cluster, 'worker-3')).toBe(0);
  });
});

describe.skipIf(go === null)('calico-node on a machine with too much work', () => {
  const stage = journeyFor('overload', bin);

  it('is not helped by longer probes or a new pod, but by fewer pods beside it', async () => {
    const { cluster, user } = stage();
    await setLiveness(stage(), { initialDelaySeconds: 60, failureThreshold: 10 });
    const pods = await calicoPods(cluster.client);
    await user.kubectl(
      '-n',
      'kube-system',
      'delete',
      'pod',
      String(valueAt(pods.get('worker-2'), 'metadata', 'name')),
    );
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect(await readyNodes(cluster)).not.toContain('worker-2');
    const drain = await user.kubectl('drain', 'worker-2', '--ignore-daemonsets', '--timeout=60s');
    expect(drain).toMatchObject({ code: 0 });
    await expect.poll(() => readyNodes(cluster), patience).toContain('worker-2');
  });
});
