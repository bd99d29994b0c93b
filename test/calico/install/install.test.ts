import { describe, expect, test } from 'vitest';
import { installOf, installUses } from '../../../internal/calico/install/install.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import { snapshotOf } from '../../support/snapshot.ts';
import { installation, node, nodePod, nodeSet, operatorDeployment, operatorSet } from './parts.ts';

const overlay = (network: NonNullable<k8s.Installation['spec']>['calicoNetwork']) =>
  installation({ name: 'overlay' }, { calicoNetwork: network });

describe('the Installation to change', () => {
  test.each<[string, readonly k8s.Installation[], string]>([
    ['default', [installation()], 'default'],
    ['an overlay without a method', [installation(), overlay({ mtu: 1400 })], 'default'],
    [
      'an overlay with a method',
      [installation(), overlay({ nodeAddressAutodetectionV4: { interface: 'ens.*' } })],
      'overlay',
    ],
    [
      'an overlay for IPv6',
      [installation(), overlay({ nodeAddressAutodetectionV6: { firstFound: true } })],
      'overlay',
    ],
    ['of old Calico Enterprise', [installation({ name: 'tigera-secure' })], 'tigera-secure'],
  ])('%s', (_name, installations, expected) => {
    const snapshot = snapshotOf({ lists: { daemonSets: [operatorSet()], installations } });
    expect(installOf(snapshot).installation).toBe(expected);
  });

  test('is the default in a plain dump, and none without the operator', () => {
    const plain = snapshotOf({ lists: { daemonSets: [operatorSet()] } });
    const manifest = snapshotOf({ lists: { daemonSets: [nodeSet()], installations: [] } });
    expect([installOf(plain).installation, installOf(manifest).installation]).toEqual([
      'default',
      null,
    ]);
  });
});

const named = (reasons: readonly string[], name: string): number =>
  reasons.filter((reason) => reason.includes(name)).length;

describe('reasons', () => {
  test('name the marker and the object that carries it', () => {
    const lists = {
      nodes: [node({ name: 'machine-q' }, 'v1.31.2+rke2r1')],
      daemonSets: [operatorSet()],
      installations: [
        installation({
          labels: { 'app.kubernetes.io/managed-by': 'Helm' },
          annotations: { 'meta.helm.sh/release-name': 'rke2-calico' },
        }),
      ],
    };
    const { reasons } = installOf(snapshotOf({ lists }));
    const owned = 'DaemonSet calico-system/calico-node is owned by Installation/default';
    expect(reasons).toContain(owned);
    expect(named(reasons, 'meta.helm.sh/release-name=rke2-calico')).toBe(1);
    expect(named(reasons, 'Node/machine-q')).toBe(1);
  });

  test('say that the DaemonSet or the Installation was not read', () => {
    const pods = snapshotOf({ lists: { pods: [nodePod(operatorSet(), 'a')] } });
    const whole = snapshotOf({
      lists: {
        daemonSets: [operatorSet()],
        installations: [installation()],
        deployments: [operatorDeployment()],
      },
    });
    const unread = [pods, whole].map((snapshot) => named(installOf(snapshot).reasons, 'not read'));
    expect(unread).toEqual([2, 0]);
  });

  test('are not repeated', () => {
    const env = { IP_AUTODETECTION_METHOD: 'can-reach=$(NODEIP)' };
    const { reasons } = installOf(snapshotOf({ lists: { daemonSets: [nodeSet({ env })] } }));
    expect(new Set(reasons).size).toBe(reasons.length);
  });
});

test('one snapshot is looked at once', () => {
  const snapshot = snapshotOf({ lists: { daemonSets: [nodeSet()] } });
  expect(installOf(snapshot)).toBe(installOf(snapshot));
});

test('nothing but the lists that it names, and the ones every check has, changes the answer', () => {
  const base = ['nodes', 'pods', 'daemonSets'];
  const read = new Set<string>();
  const lists = new Proxy(snapshotOf().lists, {
    get: (target, name, receiver): unknown => {
      read.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  const empty = { ...snapshotOf(), lists };
  const full = {
    ...snapshotOf(),
    lists: new Proxy(
      snapshotOf({
        lists: {
          daemonSets: [nodeSet()],
          nodes: [node()],
          installations: [installation({ labels: { 'app.kubernetes.io/instance': 'x' } })],
        },
      }).lists,
      {
        get: (target, name, receiver): unknown => {
          read.add(String(name));
          return Reflect.get(target, name, receiver);
        },
      },
    ),
  };
  installOf(empty);
  installOf(full);
  expect(
    [...read].filter((name) => !base.includes(name) && !installUses.some((use) => use === name)),
  ).toEqual([]);
});
