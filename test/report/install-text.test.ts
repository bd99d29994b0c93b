import { expect, test } from 'vitest';
import type { Install } from '../../internal/model/install.ts';
import { installLines } from '../../internal/report/install-text.ts';

const settled: Install = {
  renderer: 'operator',
  owner: 'user',
  ownerName: null,
  distribution: null,
  state: 'settled',
  datastore: 'kubernetes',
  policyOnly: false,
  typha: true,
  namespace: 'calico-system',
  daemonSet: 'calico-node',
  installation: 'default',
  calicoVersion: 'v3.29.4',
  operatorVersion: 'v1.36.9',
  kubernetesVersion: 'v1.31.2',
  action: 'apply',
  reasons: ['one marker', 'another marker'],
};
const textOf = (change: Partial<Install>): string =>
  installLines({ ...settled, ...change }).join('\n');

test.each<[string, Partial<Install>, readonly string[]]>([
  ['names what renders it and where', {}, ['Installation/default', 'calico-system/calico-node']],
  ['names the versions', {}, ['v3.29.4', 'v1.36.9', 'v1.31.2']],
  ['lists the markers', {}, ['- one marker', '- another marker']],
  ['names the overlay as the target', { installation: 'overlay' }, ['Installation/overlay']],
  ['names the owner', { owner: 'argocd', ownerName: 'net', action: 'emit' }, ['Argo CD (net)']],
  ['says what a Helm upgrade does', { owner: 'helm', action: 'apply-temporary' }, ['Helm upgrade']],
  ['says when Argo CD syncs', { owner: 'argocd', action: 'apply-temporary' }, ['until Argo CD']],
  ['names the chart config', { owner: 'helm-controller', action: 'emit' }, ['HelmChartConfig']],
  [
    'says when kubespray writes again',
    { renderer: 'manifest', distribution: 'kubespray', action: 'apply-temporary' },
    ['kubespray runs again', 'DaemonSet'],
  ],
  [
    'says that nothing may be written',
    { state: 'migrating', action: 'refuse' },
    ['nowhere', 'migration'],
  ],
  ['says that a version is unknown', { calicoVersion: null }, ['unknown version']],
  ['names etcd and policy only', { datastore: 'etcd', policyOnly: true }, ['etcd', 'policy only']],
])('%s', (_name, change, parts) => {
  const text = textOf(change);
  expect(parts.filter((part) => !text.includes(part))).toEqual([]);
});

test('says nothing of an owner where there is no Calico', () => {
  const lines = installLines({ ...settled, renderer: 'none', namespace: null, reasons: [] });
  expect(lines.some((line) => line.startsWith('Owner'))).toBe(false);
});

test('a settled installation has no line for its state', () => {
  expect(installLines(settled)).toHaveLength(8);
  expect(installLines({ ...settled, state: 'operator-paused' })).toHaveLength(9);
});
