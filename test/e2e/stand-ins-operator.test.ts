import { describe, expect, inject, it } from 'vitest';
import { ApiError } from './support/kube-client.ts';
import type { SimulatedCluster } from './support/cluster/cluster.ts';
import { valueAt } from './support/cluster/operator-rules.ts';
import { isRolledOut, readyNodes } from './support/cluster/watching.ts';
import { startScenario } from './support/scenarios/scenarios.ts';
import { shared } from './support/shared.ts';

const { go } = inject('programs');
const installation = '/apis/operator.tigera.io/v1/installations/default';
const tigeraStatus = '/apis/operator.tigera.io/v1/tigerastatuses/calico';
const daemonSet = '/apis/apps/v1/namespaces/calico-system/daemonsets/calico-node';
const ignore = 'unsupported.operator.tigera.io/ignore';
// About a second, or the five of its status; a busy machine takes its time. Nothing happens by itself before five minutes.
const soon = { timeout: 60_000, interval: 200 };
const patience = { timeout: 180_000, interval: 500 };

const method = (struct: object): object => ({
  spec: { calicoNetwork: { nodeAddressAutodetectionV4: struct } },
});

/** The environment of calico-node in the template. */
async function methodNow({ client }: SimulatedCluster): Promise<string> {
  const containers = valueAt(await client.get(daemonSet), 'spec', 'template', 'spec', 'containers');
  const env = valueAt(Array.isArray(containers) ? containers[0] : null, 'env');
  const found = Array.isArray(env)
    ? env.find((one) => valueAt(one, 'name') === 'IP_AUTODETECTION_METHOD')
    : null;
  return String(valueAt(found, 'value'));
}

async function condition({ client }: SimulatedCluster, type: string): Promise<unknown> {
  const conditions = valueAt(await client.get(tigeraStatus), 'status', 'conditions');
  return Array.isArray(conditions) ? conditions.find((one) => valueAt(one, 'type') === type) : null;
}

const setEnv = ({ client }: SimulatedCluster, value: string) => {
  const env = [{ name: 'IP_AUTODETECTION_METHOD', value }];
  return client.patch(
    daemonSet,
    { spec: { template: { spec: { containers: [{ name: 'calico-node', env }] } } } },
    'strategic',
  );
};

const clusterOf = (id: string): (() => SimulatedCluster) =>
  shared({
    start: () => startScenario(id, { isQuick: true }),
    stop: (cluster) => cluster.stop(),
    startSeconds: 300,
  });

describe.skipIf(go === null)('the operator, as it was measured', () => {
  const cluster = clusterOf('bridge-address');

  it('fills in what the Installation leaves open, under its own name', async () => {
    const object = await cluster().client.get(installation);
    expect(valueAt(object, 'spec', 'calicoNetwork', 'nodeAddressAutodetectionV4')).toEqual({
      firstFound: true,
    });
    expect(JSON.stringify(valueAt(object, 'metadata', 'managedFields'))).toContain(
      '"manager":"tigera-operator"',
    );
    expect(valueAt(object, 'status', 'calicoVersion')).toBe('v3.31.7');
  });

  it('reverts an edit of the DaemonSet after about a second', async () => {
    const before = valueAt(await cluster().client.get(daemonSet), 'metadata', 'generation');
    await setEnv(cluster(), 'interface=eth0');
    await expect.poll(() => methodNow(cluster()), soon).toBe('first-found');
    expect(valueAt(await cluster().client.get(daemonSet), 'metadata', 'generation')).toBe(
      Number(before) + 2,
    );
  });

  it('leaves alone a DaemonSet that it is told to ignore, and reverts it when it is not', async () => {
    const { client } = cluster();
    await client.patch(daemonSet, { metadata: { annotations: { [ignore]: 'true' } } });
    await setEnv(cluster(), 'interface=eth0');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(await methodNow(cluster())).toBe('interface=eth0');
    await client.patch(daemonSet, { metadata: { annotations: { [ignore]: null } } });
    await expect.poll(() => methodNow(cluster()), soon).toBe('first-found');
  });

  it('takes two methods from the API server, and is degraded within some seconds', async () => {
    const { client } = cluster();
    const patched = await client.patch(installation, method({ kubernetes: 'NodeInternalIP' }));
    const generation = valueAt(patched, 'metadata', 'generation');
    await expect
      .poll(() => condition(cluster(), 'Degraded'), soon)
      .toMatchObject({
        status: 'True',
        reason: 'InvalidConfigurationError',
        observedGeneration: generation,
      });
    expect(await methodNow(cluster())).toBe('first-found');
    expect(await condition(cluster(), 'Available')).toMatchObject({
      status: 'False',
      reason: 'Unknown',
    });
  });

  it('hands one method on at once, and calico-node heals', async () => {
    const one = { kubernetes: 'NodeInternalIP', firstFound: null };
    await cluster().client.patch(installation, method(one));
    await expect.poll(() => methodNow(cluster()), soon).toBe('kubernetes-internal-ip');
    await expect.poll(() => isRolledOut(cluster(), 'calico-system'), patience).toBe(true);
    expect(await readyNodes(cluster())).toHaveLength(3);
    await expect
      .poll(() => condition(cluster(), 'Available'), soon)
      .toMatchObject({ status: 'True', reason: 'AllObjectsAvailable' });
  });

  it('takes no network that is none', async () => {
    const { client } = cluster();
    const template = async () => valueAt(await client.get(daemonSet), 'spec', 'template');
    const before = await template();
    const wrong = { kubernetes: null, firstFound: null, cidrs: ['10.51.0.0/24', '10.51.0/24'] };
    await client.patch(installation, method(wrong));
    await expect
      .poll(() => condition(cluster(), 'Degraded'), soon)
      .toMatchObject({ status: 'True', reason: 'InvalidConfigurationError' });
    expect(await template()).toEqual(before);
    await client.patch(installation, method({ kubernetes: 'NodeInternalIP', cidrs: null }));
    await expect
      .poll(() => condition(cluster(), 'Degraded'), soon)
      .toMatchObject({ status: 'False' });
  });

  it('says so where the API server does not take what it renders, and goes on afterwards', async () => {
    const { client } = cluster();
    const annotated = (annotations: object) =>
      client.patch(installation, {
        spec: { calicoNodeDaemonSet: { spec: { template: { metadata: { annotations } } } } },
      });
    await annotated({ 'not a key': 'a' });
    await expect
      .poll(() => condition(cluster(), 'Degraded'), soon)
      .toMatchObject({ status: 'True', reason: 'ResourceUpdateError' });
    await annotated({ 'not a key': null });
    await expect
      .poll(() => condition(cluster(), 'Degraded'), soon)
      .toMatchObject({ status: 'False' });
  });

  it('renders the port that FelixConfiguration has', async () => {
    const { client } = cluster();
    const felix = '/apis/crd.projectcalico.org/v1/felixconfigurations/default';
    const port = async () => {
      const template = valueAt(await client.get(daemonSet), 'spec', 'template', 'spec');
      const containers = valueAt(template, 'containers');
      const [first] = Array.isArray(containers) ? containers : [];
      return valueAt(first, 'livenessProbe', 'httpGet', 'port');
    };
    expect(await port()).toBe(9099);
    await client.patch(felix, { spec: { healthPort: 9199 } });
    await expect.poll(port, soon).toBe(9199);
    await client.patch(felix, { spec: { healthPort: null } });
    await expect.poll(port, soon).toBe(9099);
  });

  it('keeps annotations of others, but for those with its own name', async () => {
    const { client } = cluster();
    const before = await methodNow(cluster());
    const annotations = { 'example.com/note': 'kept', 'note.operator.tigera.io/ours': 'lost' };
    await client.patch(daemonSet, { metadata: { annotations } });
    await setEnv(cluster(), 'interface=eth0');
    await expect.poll(() => methodNow(cluster()), soon).toBe(before);
    const now = valueAt(await client.get(daemonSet), 'metadata', 'annotations');
    expect(now).toMatchObject({ 'example.com/note': 'kept' });
    expect(now).not.toHaveProperty(['note.operator.tigera.io/ours']);
  });

  it.each([
    ['an init container that it has not', { initContainers: [{ name: 'upgrade-ipam' }] }],
    [
      'resources of another form',
      { containers: [{ name: 'calico-node', resources: { cpu: '1' } }] },
    ],
  ])('has no place for %s', async (_name, podSpec) => {
    const spec = { calicoNodeDaemonSet: { spec: { template: { spec: podSpec } } } };
    const tried = cluster().client.patch(`${installation}?dryRun=All&fieldValidation=Strict`, {
      spec,
    });
    await expect(tried).rejects.toBeInstanceOf(ApiError);
  });

  it('knows no probes in its schema: strict validation refuses them, and else they are dropped', async () => {
    const { client } = cluster();
    const containers = [{ name: 'calico-node', livenessProbe: { failureThreshold: 10 } }];
    const patch = {
      spec: { calicoNodeDaemonSet: { spec: { template: { spec: { containers } } } } },
    };
    const strict = client.patch(`${installation}?dryRun=All&fieldValidation=Strict`, patch);
    await expect(strict).rejects.toThrow('unknown field');
    const dropped = await client.patch(`${installation}?dryRun=All`, patch);
    expect(JSON.stringify(dropped['spec'])).not.toContain('livenessProbe');
  });
});

describe.skipIf(go === null)('an operator that lets probes be set', () => {
  const cluster = clusterOf('slow-start-operator');

  it('refuses two methods at once', async () => {
    const twice = cluster().client.patch(installation, method({ kubernetes: 'NodeInternalIP' }));
    await expect(twice).rejects.toBeInstanceOf(ApiError);
    await expect(twice).rejects.toThrow('no more than one autodetection method can be specified');
  });

  it('hands the numbers on, and calico-node heals', async () => {
    const livenessProbe = { initialDelaySeconds: 60, failureThreshold: 10 };
    const containers = [{ name: 'calico-node', livenessProbe }];
    const spec = { calicoNodeDaemonSet: { spec: { template: { spec: { containers } } } } };
    await cluster().client.patch(installation, { spec });
    await expect.poll(() => isRolledOut(cluster(), 'calico-system'), patience).toBe(true);
    expect(await readyNodes(cluster())).toHaveLength(3);
  });
});

describe.skipIf(go === null)('an operator that waits for calico-node', () => {
  const cluster = clusterOf('waiting-operator');

  it('takes no order until it has waited in vain', async () => {
    // A rendering of its own begins the wait anew.
    await setEnv(cluster(), 'interface=eth0');
    await cluster().client.patch(
      installation,
      method({ kubernetes: 'NodeInternalIP', firstFound: null }),
    );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await methodNow(cluster())).not.toBe('kubernetes-internal-ip');
    await expect.poll(() => methodNow(cluster()), patience).toBe('kubernetes-internal-ip');
  });
});
