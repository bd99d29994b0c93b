import { describe, expect, test } from 'vitest';
import { installOf } from '../../../internal/calico/install/install.ts';
import type { Owner } from '../../../internal/model/install.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import type { Action } from '../../../internal/model/remedy.ts';
import { snapshotOf, type SnapshotParts } from '../../support/snapshot.ts';
import {
  installation,
  nodePod,
  nodeSet,
  object,
  operatorDeployment,
  operatorSet,
} from './parts.ts';

type Lists = NonNullable<SnapshotParts['lists']>;
type Row = [string, Lists, Owner, string | null, Action];

const helmOf = (release: string): Pick<k8s.Metadata, 'labels' | 'annotations'> => ({
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': 'net' },
});
const tracked = (id: string) => ({ 'argocd.argoproj.io/tracking-id': id });
const instance = (name: string) => ({ 'app.kubernetes.io/instance': name });
const application = (name: string, automated: object | null = null, namespace = 'argocd') => ({
  ...object('Application', { name, namespace }, 'argoproj.io/v1alpha1'),
  spec: automated === null ? {} : { syncPolicy: { automated } },
});
const healing = { prune: true, selfHeal: true };
const argoInstance = (name: string) => ({ 'argocd.argoproj.io/instance': name });
const addon = (mode: string) => ({ 'addonmanager.kubernetes.io/mode': mode });
const kustomized = {
  'kustomize.toolkit.fluxcd.io/name': 'network',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
};

/** An operator's cluster whose Installation carries these marks. */
const marked = (metadata: Partial<k8s.Metadata>, more: Lists = {}): Lists => ({
  daemonSets: [operatorSet()],
  installations: [installation(metadata)],
  ...more,
});
const plain = (labels: Readonly<Record<string, string>>, annotations = {}): Lists => ({
  daemonSets: [nodeSet({ labels, annotations })],
});

describe('tools that write again', () => {
  test.each<Row>([
    ['nobody', marked({}), 'user', null, 'apply'],
    [
      'kubectl apply',
      plain({}, { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }),
      'user',
      null,
      'apply',
    ],
    ['Helm', marked(helmOf('cni')), 'helm', 'cni', 'apply-temporary'],
    [
      'Helm label without a release',
      marked({ labels: { 'app.kubernetes.io/managed-by': 'Helm' } }),
      'user',
      null,
      'apply',
    ],
    [
      'Helm on a DaemonSet',
      { daemonSets: [nodeSet(helmOf('old-chart'))] },
      'helm',
      'old-chart',
      'apply-temporary',
    ],
    [
      'Argo CD by id',
      marked({ annotations: tracked('net:operator.tigera.io/Installation:argocd/default') }),
      'argocd',
      'net',
      'emit',
    ],
    [
      'Argo CD by id on a DaemonSet',
      plain({}, tracked('net:apps/DaemonSet:kube-system/calico-node')),
      'argocd',
      'net',
      'emit',
    ],
    [
      'id of another name',
      plain({}, tracked('net:apps/DaemonSet:kube-system/other')),
      'user',
      null,
      'apply',
    ],
    [
      'id of another namespace',
      plain({}, tracked('net:apps/DaemonSet:other/calico-node')),
      'user',
      null,
      'apply',
    ],
    [
      'id of another kind',
      plain({}, tracked('net:apps/Deployment:kube-system/calico-node')),
      'user',
      null,
      'apply',
    ],
    [
      'id of another group',
      plain({}, tracked('net:extensions/DaemonSet:kube-system/calico-node')),
      'user',
      null,
      'apply',
    ],
    [
      'Argo CD by label, known',
      marked({ labels: instance('net') }, { argoApplications: [application('net', healing)] }),
      'argocd',
      'net',
      'emit',
    ],
    [
      'Argo CD by its own label, that no other tool uses',
      marked({ labels: argoInstance('net') }),
      'argocd',
      'net',
      'emit',
    ],
    [
      'Argo CD by label and writer',
      marked({ labels: instance('net'), managedFields: [{ manager: 'argocd-controller' }] }),
      'argocd',
      'net',
      'emit',
    ],
    [
      'the label alone',
      marked({ labels: instance('net') }, { argoApplications: [application('shop')] }),
      'user',
      null,
      'apply',
    ],
    [
      "the operator's own label",
      {
        daemonSets: [operatorSet({ labels: instance('default') })],
        argoApplications: [application('default')],
      },
      'user',
      null,
      'apply',
    ],
    [
      'Argo CD over an old Helm release',
      marked(
        { ...helmOf('net'), labels: { ...helmOf('net').labels, ...instance('net') } },
        { argoApplications: [application('net', healing)] },
      ),
      'argocd',
      'net',
      'emit',
    ],
    ['Flux Kustomization', marked({ labels: kustomized }), 'flux', 'flux-system/network', 'emit'],
    [
      'Flux told to leave it',
      marked({
        labels: kustomized,
        annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
      }),
      'flux',
      'flux-system/network',
      'apply-temporary',
    ],
    [
      'Flux told to make it once',
      marked({
        labels: kustomized,
        annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' },
      }),
      'flux',
      'flux-system/network',
      'apply-temporary',
    ],
    [
      'Flux told to merge',
      marked({ labels: kustomized, annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } }),
      'flux',
      'flux-system/network',
      'emit',
    ],
    [
      'Flux HelmRelease',
      marked({
        ...helmOf('cni'),
        labels: { ...helmOf('cni').labels, 'helm.toolkit.fluxcd.io/name': 'cni' },
      }),
      'flux',
      'cni',
      'emit',
    ],
    [
      'Config Sync',
      marked({ annotations: { 'configmanagement.gke.io/managed': 'enabled' } }),
      'config-sync',
      null,
      'emit',
    ],
    [
      'Config Sync by label',
      plain({ 'app.kubernetes.io/managed-by': 'configmanagement.gke.io' }),
      'config-sync',
      null,
      'emit',
    ],
    [
      'kapp',
      plain({ 'kapp.k14s.io/app': '1712', 'kapp.k14s.io/association': 'v1.x' }),
      'kapp',
      '1712',
      'emit',
    ],
    ['kapp by association', plain({ 'kapp.k14s.io/association': 'v1.x' }), 'kapp', null, 'emit'],
    ['addon-manager', plain(addon('Reconcile')), 'addon-manager', null, 'emit'],
    ['addon-manager, once', plain(addon('EnsureExists')), 'addon-manager', null, 'apply'],
    [
      'addon-manager, legacy',
      plain({ 'kubernetes.io/cluster-service': 'true' }),
      'addon-manager',
      null,
      'emit',
    ],
    [
      'K3s add-on',
      plain(
        {},
        {
          'objectset.rio.cattle.io/owner-gvk': 'k3s.cattle.io/v1, Kind=Addon',
          'objectset.rio.cattle.io/owner-name': 'cni',
        },
      ),
      'k3s-addon',
      'cni',
      'apply-temporary',
    ],
    [
      'Fleet',
      marked({
        annotations: {
          'objectset.rio.cattle.io/owner-gvk': 'fleet.cattle.io/v1alpha1, Kind=BundleDeployment',
          'objectset.rio.cattle.io/owner-name': 'net-bundle',
        },
      }),
      'rancher',
      'net-bundle',
      'emit',
    ],
    [
      "Rancher's hash alone",
      plain({ 'objectset.rio.cattle.io/hash': 'abc' }),
      'rancher',
      null,
      'emit',
    ],
    [
      'kOps',
      plain({
        'addon.kops.k8s.io/name': 'networking.projectcalico.org',
        'app.kubernetes.io/managed-by': 'kops',
      }),
      'kops',
      'networking.projectcalico.org',
      'apply-temporary',
    ],
    ['k0s', plain({ 'k0s.k0sproject.io/stack': 'calico' }), 'k0s', 'calico', 'apply-temporary'],
    ['Gardener', plain({ 'gardener.cloud/role': 'system-component' }), 'gardener', null, 'emit'],
    [
      'a vendor',
      plain({ 'app.kubernetes.io/managed-by': 'some-vendor' }),
      'provider',
      'some-vendor',
      'emit',
    ],
    [
      'the operator, its Installation unread',
      {
        daemonSets: [operatorSet()],
        deployments: [operatorDeployment({ metadata: helmOf('cni') })],
      },
      'helm',
      'cni',
      'apply-temporary',
    ],
    [
      'an Installation of a person beside a Helm operator',
      marked({}, { deployments: [operatorDeployment({ metadata: helmOf('cni') })] }),
      'user',
      null,
      'apply',
    ],
    [
      'marks of pods, DaemonSet unread',
      { pods: [nodePod(nodeSet({ app: 'calico-node' }), 'a')] },
      'user',
      null,
      'apply',
    ],
    ['nothing found', {}, 'user', null, 'refuse'],
  ])('%s', (_name, lists, owner, ownerName, action) => {
    expect(installOf(snapshotOf({ lists }))).toMatchObject({ owner, ownerName, action });
  });
});

describe('an Argo CD Application', () => {
  const id = (name: string) => tracked(`${name}:operator.tigera.io/Installation:argocd/default`);
  const about = (name: string, ...argoApplications: k8s.OwnerObject[]) =>
    installOf(snapshotOf({ lists: marked({ annotations: id(name) }, { argoApplications }) }));

  test.each<[string, object | null, Action]>([
    ['heals itself', healing, 'emit'],
    ['only follows commits', { prune: true }, 'apply-temporary'],
    ['is told not to heal', { selfHeal: false }, 'apply-temporary'],
    ['is synced by hand', null, 'apply-temporary'],
    ['is switched off', { enabled: false, selfHeal: true }, 'apply-temporary'],
    ['is switched on', { enabled: true, selfHeal: true }, 'emit'],
  ])('that %s', (_name, automated, action) => {
    expect(about('net', application('net', automated))).toMatchObject({
      owner: 'argocd',
      ownerName: 'net',
      action,
    });
  });

  test('that was not read may heal itself', () => {
    expect(about('net', application('shop')).action).toBe('emit');
  });

  test('in a namespace of its own is the one that counts', () => {
    const here = application('net', null, 'team');
    const there = application('net', healing, 'argocd');
    expect(about('team_net', here, there).action).toBe('apply-temporary');
    expect(about('argocd_net', here, there).action).toBe('emit');
    expect(about('net', here, there).action).toBe('emit');
  });

  test('that lets a change stand is named with what ends that', () => {
    const { reasons } = about('net', application('net'));
    expect(reasons.join('\n')).toContain('Application argocd/net');
  });
});

describe('Flux', () => {
  const release = {
    'helm.toolkit.fluxcd.io/name': 'cni',
    'helm.toolkit.fluxcd.io/namespace': 'net',
  };
  const kustomization = (spec: Readonly<Record<string, unknown>>, name = 'network') => ({
    ...object(
      'Kustomization',
      { name, namespace: 'flux-system' },
      'kustomize.toolkit.fluxcd.io/v1',
    ),
    spec,
  });
  const helmRelease = (spec: Readonly<Record<string, unknown>>) => ({
    ...object('HelmRelease', { name: 'cni', namespace: 'net' }, 'helm.toolkit.fluxcd.io/v2'),
    spec,
  });
  test.each<[string, Readonly<Record<string, string>>, k8s.OwnerObject, Action]>([
    ['a Kustomization', kustomized, kustomization({ interval: '10m' }), 'emit'],
    ['a suspended one', kustomized, kustomization({ suspend: true }), 'apply-temporary'],
    ['another that is suspended', kustomized, kustomization({ suspend: true }, 'shop'), 'emit'],
    ['a release', release, helmRelease({ interval: '10m' }), 'apply-temporary'],
    [
      'a release with a warning of drift',
      release,
      helmRelease({ driftDetection: { mode: 'warn' } }),
      'apply-temporary',
    ],
    [
      'a release with its drift corrected',
      release,
      helmRelease({ driftDetection: { mode: 'enabled' } }),
      'emit',
    ],
    [
      'a suspended release',
      release,
      helmRelease({ suspend: true, driftDetection: { mode: 'enabled' } }),
      'apply-temporary',
    ],
  ])('%s', (_name, labels, owner, action) => {
    const lists = marked({ labels }, { fluxObjects: [owner] });
    expect(installOf(snapshotOf({ lists }))).toMatchObject({ owner: 'flux', action });
  });
});
