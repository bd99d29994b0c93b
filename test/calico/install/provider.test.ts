import { describe, expect, test } from 'vitest';
import { installOf } from '../../../internal/calico/install/install.ts';
import type { Owner } from '../../../internal/model/install.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import type { Action } from '../../../internal/model/remedy.ts';
import { snapshotOf, type SnapshotParts } from '../../support/snapshot.ts';
import {
  installation,
  node,
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
const addon = (mode: string) => ({ 'addonmanager.kubernetes.io/mode': mode });
/** An operator's cluster whose Installation carries these marks. */
const marked = (metadata: Partial<k8s.Metadata>, more: Lists = {}): Lists => ({
  daemonSets: [operatorSet()],
  installations: [installation(metadata)],
  ...more,
});
const plain = (labels: Readonly<Record<string, string>>, annotations = {}): Lists => ({
  daemonSets: [nodeSet({ labels, annotations })],
});

const rke2 = node({}, 'v1.31.2+rke2r1');
const aks = node({ labels: { 'kubernetes.azure.com/cluster': 'group' } });
const gke = node({ labels: { 'cloud.google.com/gke-nodepool': 'small' } });
const chart = (name: string) =>
  object('HelmChart', { name, namespace: 'kube-system' }, 'helm.cattle.io/v1');
const config = (name: string, annotations: Record<string, string>) =>
  object('HelmChartConfig', { name, namespace: 'kube-system', annotations }, 'helm.cattle.io/v1');
const installPod = (release: string): k8s.Pod => ({
  kind: 'Pod',
  metadata: { name: `helm-install-${release}-x7x7x`, namespace: 'kube-system' },
});
const fromAddon = (name: string) => ({
  'objectset.rio.cattle.io/owner-gvk': 'k3s.cattle.io/v1, Kind=Addon',
  'objectset.rio.cattle.io/owner-name': name,
});
const canal = nodeSet({ name: 'rke2-canal', app: 'canal', ...helmOf('rke2-canal') });
const microk8s = [{ name: 'lib', hostPath: { path: '/var/snap/microk8s/current/var/lib/calico' } }];
const nodeIp = { fieldRef: { fieldPath: 'status.hostIP' } };
const kubespray = { NODEIP: nodeIp, IP_AUTODETECTION_METHOD: 'can-reach=$(NODEIP)' };

describe('distributions and clouds', () => {
  test.each<Row>([
    [
      'RKE2',
      marked(helmOf('rke2-calico'), { nodes: [rke2] }),
      'helm-controller',
      'rke2-calico',
      'emit',
    ],
    [
      'RKE2, told by the chart',
      marked(helmOf('rke2-calico'), { helmCharts: [chart('rke2-calico')] }),
      'helm-controller',
      'rke2-calico',
      'emit',
    ],
    [
      'RKE2 in a plain dump',
      { nodes: [rke2], daemonSets: [operatorSet()], pods: [installPod('rke2-calico')] },
      'helm-controller',
      'rke2-calico',
      'emit',
    ],
    [
      'RKE2 by its image',
      {
        nodes: [rke2],
        daemonSets: [operatorSet({ image: 'docker.io/rancher/mirrored-calico-node:v3.29.4' })],
      },
      'helm-controller',
      'rke2-calico',
      'emit',
    ],
    ['RKE2 with an Installation of a person', marked({}, { nodes: [rke2] }), 'user', null, 'apply'],
    ['RKE2 canal', { nodes: [rke2], daemonSets: [canal] }, 'helm-controller', 'rke2-canal', 'emit'],
    [
      'RKE2 canal by pods',
      { nodes: [rke2], pods: [nodePod(canal, 'a'), installPod('rke2-canal')] },
      'helm-controller',
      'rke2-canal',
      'emit',
    ],
    [
      'Rancher',
      {
        nodes: [rke2],
        daemonSets: [canal],
        helmChartConfigs: [config('rke2-canal', fromAddon('managed-chart-config'))],
      },
      'rancher',
      'managed-chart-config',
      'emit',
    ],
    [
      "a person's file on the server",
      {
        nodes: [rke2],
        daemonSets: [canal],
        helmChartConfigs: [config('rke2-canal', fromAddon('my-values'))],
      },
      'helm-controller',
      'rke2-canal',
      'emit',
    ],
    [
      'Argo CD above the chart',
      {
        nodes: [rke2],
        daemonSets: [canal],
        helmChartConfigs: [
          config(
            'rke2-canal',
            tracked('net:helm.cattle.io/HelmChartConfig:kube-system/rke2-canal'),
          ),
        ],
      },
      'argocd',
      'net',
      'emit',
    ],
    [
      'own chart on K3s',
      marked(helmOf('cni'), { nodes: [node({}, 'v1.31.2+k3s1')], helmCharts: [chart('cni')] }),
      'helm-controller',
      'cni',
      'emit',
    ],
    [
      'Helm beside other charts',
      marked(helmOf('cni'), { helmCharts: [chart('traefik')] }),
      'helm',
      'cni',
      'apply-temporary',
    ],
    ['AKS', marked({ labels: addon('Reconcile') }, { nodes: [aks] }), 'provider', null, 'refuse'],
    [
      'AKS, told by the provider field',
      {
        daemonSets: [operatorSet()],
        installations: [
          installation({ labels: addon('Reconcile') }, { kubernetesProvider: 'AKS' }),
        ],
      },
      'provider',
      null,
      'refuse',
    ],
    [
      'AKS by the operator',
      {
        nodes: [aks],
        daemonSets: [operatorSet()],
        deployments: [
          operatorDeployment({
            metadata: {
              labels: { 'k8s-app': 'tigera-operator', 'kubernetes.azure.com/managedby': 'aks' },
            },
          }),
        ],
      },
      'provider',
      null,
      'refuse',
    ],
    [
      'AKS by its image',
      {
        nodes: [aks],
        daemonSets: [operatorSet({ image: 'mcr.microsoft.com/oss/calico/node:v3.29.4' })],
      },
      'provider',
      null,
      'refuse',
    ],
    [
      'AKS before the operator',
      { nodes: [aks], daemonSets: [nodeSet({ labels: addon('Reconcile') })] },
      'provider',
      null,
      'refuse',
    ],
    [
      'AKS with own Calico from its registry',
      marked(
        {},
        {
          nodes: [aks],
          daemonSets: [operatorSet({ image: 'mcr.microsoft.com/oss/calico/node:v3.29.4' })],
        },
      ),
      'user',
      null,
      'apply',
    ],
    ['AKS with own Calico', marked({}, { nodes: [aks] }), 'user', null, 'apply'],
    [
      'GKE',
      { nodes: [gke], daemonSets: [nodeSet({ labels: addon('Reconcile') })] },
      'provider',
      null,
      'refuse',
    ],
    [
      'GKE by pods',
      {
        nodes: [gke],
        pods: [nodePod(nodeSet({ nodeSelector: { 'projectcalico.org/ds-ready': 'true' } }), 'a')],
      },
      'provider',
      null,
      'refuse',
    ],
    [
      'GKE by image',
      {
        nodes: [gke],
        pods: [nodePod(nodeSet({ image: 'gke.gcr.io/calico/node:v3.26.3-gke.7' }), 'a')],
      },
      'provider',
      null,
      'refuse',
    ],
    [
      'GKE with own operator from its registry',
      marked(
        {},
        { nodes: [gke], daemonSets: [operatorSet({ image: 'gke.gcr.io/calico/node:v3.29.4' })] },
      ),
      'user',
      null,
      'apply',
    ],
    ['GKE with own operator', marked({}, { nodes: [gke] }), 'user', null, 'apply'],
    ['kubespray', { daemonSets: [nodeSet({ env: kubespray })] }, 'user', null, 'apply-temporary'],
    ['MicroK8s', { daemonSets: [nodeSet({ volumes: microk8s })] }, 'user', null, 'apply-temporary'],
    [
      'MicroK8s with own operator',
      marked({}, { nodes: [node({ labels: { 'microk8s.io/cluster': 'true' } })] }),
      'user',
      null,
      'apply',
    ],
    [
      'RKE1',
      {
        daemonSets: [nodeSet()],
        configMaps: [object('ConfigMap', { name: 'rke-network-plugin', namespace: 'kube-system' })],
      },
      'user',
      null,
      'apply-temporary',
    ],
    [
      'RKE1 with own Calico',
      {
        daemonSets: [nodeSet()],
        nodes: [node({ annotations: { 'rke.cattle.io/internal-ip': '10.9.0.4' } })],
      },
      'user',
      null,
      'apply',
    ],
    [
      'OpenShift',
      marked({}, { nodes: [node({ labels: { 'node.openshift.io/os_id': 'rhcos' } })] }),
      'user',
      null,
      'apply',
    ],
  ])('%s', (_name, lists, owner, ownerName, action) => {
    expect(installOf(snapshotOf({ lists }))).toMatchObject({ owner, ownerName, action });
  });

  test('a copied tracking id is told, though it does not count', () => {
    const lists = plain({}, tracked('net:apps/DaemonSet:kube-system/other'));
    const { reasons } = installOf(snapshotOf({ lists }));
    expect(reasons.filter((reason) => reason.includes('tracking'))).toHaveLength(1);
  });
});
