import { describe, expect, it } from 'vitest';
import type { Install } from '../../internal/model/install.ts';
import { installationMethod, placeMethod } from '../../internal/remediations/method-place.ts';

const installOf = (more: Partial<Install> = {}): Install => ({
  renderer: 'manifest',
  owner: 'user',
  ownerName: null,
  distribution: null,
  state: 'settled',
  datastore: 'kubernetes',
  policyOnly: false,
  typha: false,
  namespace: 'kube-system',
  daemonSet: 'calico-node',
  installation: null,
  calicoVersion: 'v3.29.1',
  operatorVersion: null,
  kubernetesVersion: 'v1.31.4',
  action: 'apply',
  reasons: [],
  ...more,
});

const operator: Partial<Install> = {
  renderer: 'operator',
  installation: 'default',
  namespace: 'calico-system',
};

const place = (method: string, more: Partial<Install> = {}, family: 4 | 6 = 4) =>
  placeMethod(method, { install: installOf(more), family, env: [] });

describe('installationMethod', () => {
  it.each([
    ['kubernetes-internal-ip', { kubernetes: 'NodeInternalIP' }],
    ['cidr=10.0.0.0/24,10.1.0.0/24', { cidrs: ['10.0.0.0/24', '10.1.0.0/24'] }],
    ['interface=^ens3$', { interface: '^ens3$' }],
    ['skip-interface=^br0$', { skipInterface: '^br0$' }],
    ['can-reach=10.0.0.1', { canReach: '10.0.0.1' }],
    ['first-found', { firstFound: true }],
    ['', { firstFound: true }],
    ['eth0', null],
  ])('%s', (method, fields) => {
    expect(installationMethod(method)).toEqual(fields);
  });
});

describe('with an operator', () => {
  it('sets one method and takes the other five away', () => {
    const [change] = place('cidr=10.0.0.0/24', operator)?.changes ?? [];
    expect(change).toEqual({
      ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
      verb: 'patch',
      patchType: 'merge',
      body: {
        spec: {
          calicoNetwork: {
            nodeAddressAutodetectionV4: {
              firstFound: null,
              interface: null,
              skipInterface: null,
              canReach: null,
              kubernetes: null,
              cidrs: ['10.0.0.0/24'],
            },
          },
        },
      },
    });
  });

  it('changes the overlay where that one counts, and the field of the family', () => {
    const placed = place('kubernetes-internal-ip', { ...operator, installation: 'overlay' }, 6);
    expect(placed?.target).toEqual({ kind: 'Installation', name: 'overlay' });
    expect(JSON.stringify(placed?.changes[0]?.body)).toContain('nodeAddressAutodetectionV6');
  });

  it('has its source in the Installation where the operator leaves the DaemonSet alone', () => {
    const state = { state: 'ignored-by-operator', action: 'apply-temporary' } as const;
    const helm = { owner: 'helm', ownerName: 'net' } as const;
    const { durable = [], target } =
      place('kubernetes-internal-ip', { ...operator, ...state, ...helm }) ?? {};
    expect(target?.kind).toBe('DaemonSet');
    expect(durable.slice(1, 3)).toEqual(['#   installation:', '#     calicoNetwork:']);
    expect(durable.some((line) => line.includes('- name: IP'))).toBe(false);
  });

  it('has its source in the values of a HelmRelease of Flux', () => {
    const reasons = ['Installation/default has the label helm.toolkit.fluxcd.io/name=net'];
    const flux = { owner: 'flux', ownerName: 'sea/net', action: 'emit', reasons } as const;
    const { durable = [] } = place('kubernetes-internal-ip', { ...operator, ...flux }) ?? {};
    expect(durable[0]).toContain('spec.values of the HelmRelease sea/net');
    expect(durable.slice(1, 4)).toEqual(['#   spec:', '#     values:', '#       installation:']);
  });

  it('names the default one where no Installation was read', () => {
    const placed = place('kubernetes-internal-ip', { ...operator, installation: null });
    expect(placed?.manual[0]).toContain('kubectl patch installation default --type merge -p ');
  });

  it.each<[string, Partial<Install>, boolean, string]>([
    ['a person', { action: 'apply' }, true, 'firstFound: false'],
    [
      'Helm',
      { owner: 'helm', ownerName: 'calico', action: 'apply-temporary' },
      true,
      '#   installation:',
    ],
    [
      'RKE2',
      { owner: 'helm-controller', distribution: 'rke2', action: 'apply-temporary' },
      true,
      '#     valuesContent: |-',
    ],
    ['Rancher', { owner: 'rancher', action: 'emit' }, false, '#   rke2-calico:'],
    [
      'Argo CD',
      { owner: 'argocd', ownerName: 'net', action: 'emit' },
      false,
      '#         kubernetes: NodeInternalIP',
    ],
    [
      'a provider',
      { owner: 'provider', distribution: 'aks', action: 'refuse' },
      false,
      'not to be changed here',
    ],
  ])(
    'says where it lasts, and sends nothing that would be undone: %s',
    (_name, more, isSent, text) => {
      const placed = place('kubernetes-internal-ip', { ...operator, ...more });
      expect(placed?.changes).toHaveLength(isSent ? 1 : 0);
      expect(placed?.action).toBe(more.action);
      expect(placed?.manual.some((line) => line.includes(text))).toBe(true);
      expect(placed?.manual.every((line) => isSent || line.startsWith('#'))).toBe(true);
    },
  );
});

describe('without an operator', () => {
  it('sets IP and the method, by a strategic merge patch', () => {
    const [change] = place('interface=^ens(3|4)$')?.changes ?? [];
    expect(change).toMatchObject({
      ref: { kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
      patchType: 'strategic',
    });
    expect(change?.body).toEqual({
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'calico-node',
                env: [
                  { name: 'IP', value: 'autodetect' },
                  { name: 'IP_AUTODETECTION_METHOD', value: 'interface=^ens(3|4)$' },
                ],
              },
            ],
          },
        },
      },
    });
  });

  it('takes a source of the variable away', () => {
    const env = [
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
      { name: 'IP_AUTODETECTION_METHOD', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
    ];
    const placed = placeMethod('cidr=10.0.0.0/8', { install: installOf(), family: 4, env });
    expect(JSON.stringify(placed?.changes[0]?.body)).toContain(
      '{"name":"IP","value":"autodetect","valueFrom":null},{"name":"IP_AUTODETECTION_METHOD","value":"cidr=10.0.0.0/8","valueFrom":null}',
    );
  });

  it('quotes for the shell what has to be quoted', () => {
    expect(place('interface=^ens3$')?.manual[0]).toBe(
      "kubectl -n kube-system set env daemonset/calico-node -c calico-node IP=autodetect IP_AUTODETECTION_METHOD='interface=^ens3$'",
    );
    expect(place("interface=it's")?.manual[0]).toContain(String.raw`'interface=it'\''s'`);
  });

  it.each<[string, Partial<Install>, string]>([
    [
      'kubespray',
      { distribution: 'kubespray', action: 'apply-temporary' },
      'calico_ip_auto_method: "cidr=10.0.0.0/8"',
    ],
    [
      'kOps',
      { distribution: 'kops', owner: 'kops', action: 'apply-temporary' },
      'spec.networking.calico.ipv4AutoDetectionMethod: "cidr=10.0.0.0/8"',
    ],
    [
      'k0s',
      { distribution: 'k0s', owner: 'k0s', action: 'apply-temporary' },
      'spec.network.calico.ipAutodetectionMethod: "cidr=10.0.0.0/8"',
    ],
    ['Flux', { owner: 'flux', action: 'emit' }, '- name: IP_AUTODETECTION_METHOD'],
  ])('names the variable of the tool: %s', (_name, more, text) => {
    expect(place('cidr=10.0.0.0/8', more)?.manual.some((line) => line.includes(text))).toBe(true);
  });

  it.each<[string, Partial<Install>]>([
    ['Canal', { renderer: 'canal' }],
    ['policy only', { policyOnly: true }],
    ['no Calico', { renderer: 'none' }],
  ])('has no place for a method: %s', (_name, more) => {
    expect(place('kubernetes-internal-ip', more)).toBeNull();
  });
});
