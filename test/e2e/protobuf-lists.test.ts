import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Api, Ask } from '../../internal/cluster/api.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { readList } from '../../internal/cluster/list.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { core } from '../../internal/cluster/target.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { fullNode, fullNodeStatus } from './support/full-node.ts';
import { fullPod } from './support/full-pod.ts';
import { fullPodStatus } from './support/full-pod-status.ts';

const { go } = inject('programs');
const pods = '/api/v1/namespaces/default/pods';

// In JSON only, as the lists of other kinds are read.
const plain = (api: Api): Api => ({
  ...api,
  getJson: (target, ask) => api.getJson(target, { ...ask, protobufKind: undefined }),
});

function watched(api: Api): { readonly api: Api; readonly asked: Ask[] } {
  const asked: Ask[] = [];
  const getJson: Api['getJson'] = (target, ask = {}) => {
    asked.push(ask);
    return api.getJson(target, ask);
  };
  return { api: { ...api, getJson }, asked };
}

describe.skipIf(go === null)('lists in the binary form of a real API server', () => {
  let cluster: ControlPlane | null = null;
  beforeAll(async () => {
    cluster = await startControlPlane();
    // Nobody is to write to the objects between one reading and the other.
    for (const name of ['kube-controller-manager', 'kube-scheduler'])
      await cluster.programs.stop(name);
    const client = cluster.client();
    await client.create('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'porter' },
    });
    await client.create('/api/v1/nodes', fullNode);
    await client.patch('/api/v1/nodes/full/status', { status: fullNodeStatus }, 'strategic');
    for (const name of ['full', 'other']) {
      await client.create(pods, fullPod(name));
      await client.patch(`${pods}/${name}/status`, { status: fullPodStatus }, 'strategic');
    }
  }, 900_000);
  afterAll(async () => await cluster?.stop());

  test.each([
    ['nodes', 1],
    ['pods', 2],
  ] as const)('hold the same %s as those in JSON', async (name, length) => {
    const env = { KUBECONFIG: cluster?.kubeconfig ?? '' };
    const connection = connect({}, { env, isInteractive: false });
    const { api, asked } = watched(createApi(connection));
    const inBinary = await readList(api, name, core(name));
    const inJson = await readList(plain(api), name, core(name));
    connection.close();
    expect(asked.map(({ protobufKind }) => protobufKind !== undefined)).toEqual([true, false]);
    expect(inJson).toMatchObject({ state: 'read', value: { items: { length } } });
    // `toEqual` would take a field that is missing for one that is undefined.
    expect(inBinary).toStrictEqual(inJson);
  });
});
