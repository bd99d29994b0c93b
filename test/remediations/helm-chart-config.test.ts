import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Install } from '../../internal/model/install.ts';
import { helmChartConfigEdit, mergeValues } from '../../internal/remediations/helm-chart-config.ts';
import { placeMethod } from '../../internal/remediations/method-place.ts';
import { snapshotOf } from '../support/snapshot.ts';
import { installWith } from './install-with.ts';

const rke2: Partial<Install> = {
  renderer: 'operator',
  owner: 'helm-controller',
  ownerName: 'rke2-calico',
  distribution: 'rke2',
  installation: 'default',
  namespace: 'calico-system',
  action: 'emit',
};
const values = { installation: { calicoNetwork: { mtu: 1400 } } };

const config = (spec: Readonly<Record<string, unknown>>, metadata: object = {}) => ({
  apiVersion: 'helm.cattle.io/v1',
  kind: 'HelmChartConfig',
  metadata: { name: 'rke2-calico', namespace: 'kube-system', ...metadata },
  spec,
});

describe('mergeValues', () => {
  it('keeps what stands there, its order and its comments', () => {
    const text = [
      '# ours',
      'installation:',
      '  # since the VPN',
      '  calicoNetwork:',
      '    mtu: 1450 # was 1500',
      '    bgp: Enabled',
      'tigeraOperator: {image: x}',
      '',
    ].join('\n');
    const merged = mergeValues(text, values);
    expect(merged).toContain('# ours');
    expect(merged).toContain('# since the VPN');
    expect(merged).toContain('mtu: 1400 # was 1500');
    expect(parse(merged ?? '')).toEqual({
      installation: { calicoNetwork: { mtu: 1400, bgp: 'Enabled' } },
      tigeraOperator: { image: 'x' },
    });
  });

  it('merges containers by name', () => {
    const text = 'list:\n  - name: a\n    resources: {limits: {cpu: "1"}}\n  - name: b\n';
    const merged = mergeValues(text, {
      list: [{ name: 'a', livenessProbe: { failureThreshold: 10 } }, { name: 'c' }],
    });
    expect(parse(merged ?? '')).toEqual({
      list: [
        { name: 'a', resources: { limits: { cpu: '1' } }, livenessProbe: { failureThreshold: 10 } },
        { name: 'b' },
        { name: 'c' },
      ],
    });
  });

  it('takes out what is to go, and denies it where the chart has it', () => {
    const wanted = { a: { x: null, y: null, z: 1 }, b: { w: null } };
    const merged = mergeValues('a:\n  x: 1 # old\n  v: 2\n', wanted, { a: { y: 5 } });
    expect(parse(merged ?? '')).toEqual({ a: { v: 2, y: null, z: 1 }, b: {} });
  });

  it.each([
    ['nothing', ''],
    ['a comment', '# nothing yet\n'],
    ['JSON', '{"installation": {"calicoNetwork": {"bgp": "Enabled"}}}'],
    ['a null in the way', 'installation:\n'],
  ])('takes %s', (_name, text) => {
    expect(parse(mergeValues(text, values) ?? '')).toMatchObject(values);
  });

  it.each([
    ['a list', '- a\n'],
    ['a broken document', 'a: [b\n'],
    ['an alias', 'base: &base {calicoNetwork: {}}\ninstallation: *base\n'],
  ])('leaves %s alone', (_name, text) => {
    expect(mergeValues(text, values)).toBeNull();
  });
});

describe('helmChartConfigEdit', () => {
  it('patches the one that is there, and sets what a failed upgrade does', () => {
    const snapshot = snapshotOf({
      lists: {
        helmChartConfigs: [config({ valuesContent: 'a: 1\n', failurePolicy: 'reinstall' })],
      },
    });
    const edit = helmChartConfigEdit(snapshot, installWith(rke2), values);
    expect(edit?.action).toBe('apply');
    expect(edit?.change).toEqual({
      ref: {
        apiVersion: 'helm.cattle.io/v1',
        kind: 'HelmChartConfig',
        namespace: 'kube-system',
        name: 'rke2-calico',
      },
      verb: 'patch',
      patchType: 'merge',
      body: {
        spec: {
          valuesContent: 'a: 1\ninstallation:\n  calicoNetwork:\n    mtu: 1400\n',
          failurePolicy: 'retry',
        },
      },
    });
  });

  it('keeps a policy that harms nothing', () => {
    const lists = { helmChartConfigs: [config({ valuesContent: '', failurePolicy: 'abort' })] };
    const edit = helmChartConfigEdit(snapshotOf({ lists }), installWith(rke2), values);
    expect(edit?.change?.body).toMatchObject({ spec: { failurePolicy: 'abort' } });
  });

  it('leaves the policy out where the CRD has none', () => {
    const crd = {
      kind: 'CustomResourceDefinition',
      metadata: { name: 'helmchartconfigs.helm.cattle.io' },
      spec: { versions: [{ name: 'v1', schema: {} }] },
    };
    const lists = { helmChartConfigs: [config({})], customResourceDefinitions: [crd] };
    const edit = helmChartConfigEdit(snapshotOf({ lists }), installWith(rke2), values);
    expect(JSON.stringify(edit?.change)).not.toContain('failurePolicy');
  });

  it('makes one where there is none', () => {
    const snapshot = snapshotOf({ lists: { helmChartConfigs: [] } });
    const change = helmChartConfigEdit(snapshot, installWith(rke2), values)?.change;
    expect(change).toMatchObject({
      verb: 'create',
      body: {
        kind: 'HelmChartConfig',
        metadata: { name: 'rke2-calico', namespace: 'kube-system' },
        spec: { failurePolicy: 'retry' },
      },
    });
  });

  it.each<[string, object, string]>([
    [
      'a file of the server',
      {
        annotations: {
          'objectset.rio.cattle.io/owner-gvk': 'k3s.cattle.io/v1, Kind=Addon',
          'objectset.rio.cattle.io/owner-name': 'calico-config',
        },
      },
      'apply-temporary',
    ],
    [
      'Rancher',
      {
        annotations: {
          'objectset.rio.cattle.io/owner-gvk': 'k3s.cattle.io/v1, Kind=Addon',
          'objectset.rio.cattle.io/owner-name': 'managed-chart-config',
        },
      },
      'emit',
    ],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'net' } }, 'emit'],
  ])('leaves it to its own owner: %s', (_name, metadata, action) => {
    const lists = { helmChartConfigs: [config({ valuesContent: '' }, metadata)] };
    const edit = helmChartConfigEdit(snapshotOf({ lists }), installWith(rke2), values);
    expect(edit?.action).toBe(action);
    expect(edit?.change === null).toBe(action === 'emit');
  });

  it('only prints what it cannot read', () => {
    const edit = helmChartConfigEdit(snapshotOf({}), installWith(rke2), values);
    expect(edit).toMatchObject({ action: 'emit', change: null });
    expect(parse(edit?.text ?? '')).toMatchObject({ kind: 'HelmChartConfig' });
    expect(edit?.text).toMatch(/^# merge /);
  });

  it('makes none where it may be the wrong namespace', () => {
    const snapshot = snapshotOf({ lists: { helmChartConfigs: [] } });
    const install = installWith({ ...rke2, ownerName: 'calico', distribution: 'k3s' });
    expect(helmChartConfigEdit(snapshot, install, values)).toMatchObject({
      action: 'emit',
      change: null,
    });
  });

  it('is for charts of RKE2 and K3s alone', () => {
    const install = installWith({ ...rke2, owner: 'helm' });
    expect(helmChartConfigEdit(snapshotOf({}), install, values)).toBeNull();
  });

  it("a method of RKE2 takes the place of the one in the chart's values", () => {
    const install = installWith(rke2);
    const text = [
      'installation:',
      '  calicoNetwork:',
      '    nodeAddressAutodetectionV4:',
      '      interface: eth0 # old',
      '    mtu: 1450 # tunnel',
      '',
    ].join('\n');
    const lists = { helmChartConfigs: [config({ valuesContent: text, failurePolicy: 'retry' })] };
    const placed = placeMethod('kubernetes-internal-ip', {
      install,
      family: 4,
      env: [],
      snapshot: snapshotOf({ lists }),
    });
    expect(placed?.changes[0]?.body).toEqual({
      spec: {
        failurePolicy: 'retry',
        valuesContent: [
          'installation:',
          '  calicoNetwork:',
          '    nodeAddressAutodetectionV4:',
          '      firstFound: false',
          '      kubernetes: NodeInternalIP',
          '    mtu: 1450 # tunnel',
          '',
        ].join('\n'),
      },
    });
  });
});
