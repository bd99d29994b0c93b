import { expect, test } from 'vitest';
import { installOf } from '../../../internal/calico/install/install.ts';
import type { Distribution } from '../../../internal/model/install.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import { snapshotOf, type SnapshotParts } from '../../support/snapshot.ts';
import { installation, node, nodePod, nodeSet, object, operatorSet } from './parts.ts';

type Lists = NonNullable<SnapshotParts['lists']>;

const labelled = (labels: Readonly<Record<string, string>>): Lists => ({
  nodes: [node(), node({ name: 'machine-b', labels })],
});
const kubelet = (version: string): Lists => ({ nodes: [node({}, version)] });
const sets = (options: Parameters<typeof nodeSet>[0]): Lists => ({
  daemonSets: [nodeSet(options)],
});
const provided = (kubernetesProvider: string): Lists => ({
  daemonSets: [operatorSet()],
  installations: [installation({}, { kubernetesProvider })],
});
const typed = (type: string): Lists => ({
  daemonSets: [operatorSet({ env: { CLUSTER_TYPE: type } })],
});
const configMap = (name: string): Lists => ({
  configMaps: [object('ConfigMap', { name, namespace: 'kube-system' })],
});
const pod = (name: string): k8s.Pod => ({
  kind: 'Pod',
  metadata: { name, namespace: 'kube-system' },
});
const clusterType = (text: string): Lists => ({
  clusterInformations: [
    { kind: 'ClusterInformation', metadata: { name: 'default' }, spec: { clusterType: text } },
  ],
});
const fromConfigMap = { configMapKeyRef: { name: 'calico-config', key: 'cluster_type' } };
const kubeadm = {
  'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd/containerd.sock',
};

test.each<[string, Lists, Distribution | null]>([
  ['Gardener node', labelled({ 'worker.gardener.cloud/pool': 'w1' }), 'gardener'],
  [
    'Gardener DaemonSet',
    sets({ labels: { 'gardener.cloud/role': 'system-component' } }),
    'gardener',
  ],
  ['MicroK8s node', labelled({ 'microk8s.io/cluster': 'true' }), 'microk8s'],
  [
    'MicroK8s paths',
    sets({
      volumes: [{ name: 'run', hostPath: { path: '/var/snap/microk8s/current/var/run/calico' } }],
    }),
    'microk8s',
  ],
  ['k0s label', sets({ labels: { 'k0s.k0sproject.io/stack': 'calico' } }), 'k0s'],
  ['k0s kubelet', kubelet('v1.31.2+k0s'), 'k0s'],
  ['kOps node', labelled({ 'kops.k8s.io/instancegroup': 'nodes-a' }), 'kops'],
  ['kOps label', sets({ labels: { 'app.kubernetes.io/managed-by': 'kops' } }), 'kops'],
  ['kOps cluster type', sets({ env: { CLUSTER_TYPE: 'kops,bgp' } }), 'kops'],
  ['RKE2 kubelet', kubelet('v1.31.2+rke2r1'), 'rke2'],
  ['RKE2 provider', provided('RKE2'), 'rke2'],
  [
    'RKE2 canal image',
    sets({
      name: 'rke2-canal',
      app: 'canal',
      image: 'docker.io/rancher/hardened-calico:v3.29.4-build20250601',
    }),
    'rke2',
  ],
  ['RKE2 node label', labelled({ 'node.kubernetes.io/instance-type': 'rke2' }), 'rke2'],
  ['K3s', kubelet('v1.31.2+k3s1'), 'k3s'],
  [
    'RKE1 node',
    { nodes: [node({ annotations: { 'rke.cattle.io/external-ip': '10.9.0.4' } })] },
    'rke1',
  ],
  ['RKE1 job', { pods: [pod('rke-network-plugin-deploy-job-abcde')] }, 'rke1'],
  ['RKE1 ConfigMap', configMap('rke-network-plugin'), 'rke1'],
  [
    'kubespray method',
    sets({ env: { IP_AUTODETECTION_METHOD: 'can-reach=$(NODEIP)' } }),
    'kubespray',
  ],
  [
    'kubespray method in pods alone',
    { pods: [nodePod(nodeSet({ env: { IP_AUTODETECTION_METHOD: 'can-reach=$(NODEIP)' } }), 'a')] },
    'kubespray',
  ],
  ['kubespray cluster type', sets({ env: { CLUSTER_TYPE: fromConfigMap } }), 'kubespray'],
  [
    'kubespray etcd',
    sets({ templateAnnotations: { 'kubespray.etcd-cert/serial': '1F' } }),
    'kubespray',
  ],
  [
    'kubespray health host',
    sets({
      env: {
        FELIX_HEALTHHOST: 'localhost',
        CALICO_K8S_NODE_REF: { fieldRef: { fieldPath: 'spec.nodeName' } },
      },
    }),
    'kubespray',
  ],
  [
    'kubespray on kubeadm',
    { ...sets({ env: { CLUSTER_TYPE: fromConfigMap } }), nodes: [node({ annotations: kubeadm })] },
    'kubespray',
  ],
  ['health host alone', sets({ env: { FELIX_HEALTHHOST: 'localhost' } }), null],
  ['OpenShift node', labelled({ 'node.openshift.io/os_id': 'rhcos' }), 'openshift'],
  ['OpenShift provider', provided('OpenShift'), 'openshift'],
  ['OpenShift cluster type', typed('k8s,operator,openshift,bgp'), 'openshift'],
  ['AKS node', labelled({ 'kubernetes.azure.com/agentpool': 'p1' }), 'aks'],
  ['AKS cluster type', typed('k8s,operator,aks'), 'aks'],
  [
    'own cluster on Azure',
    { nodes: [node({}, 'v1.31.2', { providerID: 'azure:///subscriptions/x' })] },
    null,
  ],
  ['GKE node', labelled({ 'cloud.google.com/gke-nodepool': 'p1' }), 'gke'],
  ['GKE kubelet', kubelet('v1.31.2-gke.1000'), 'gke'],
  ['EKS node', labelled({ 'eks.amazonaws.com/nodegroup': 'g1' }), 'eks'],
  ['EKS kubelet', kubelet('v1.31.2-eks-7f3'), 'eks'],
  ['EKS cluster type', typed('k8s,operator,ecs'), 'eks'],
  [
    'kOps on AWS',
    {
      nodes: [
        node({ labels: { 'kops.k8s.io/instancegroup': 'nodes' } }),
        node({ name: 'b', labels: { 'eks.amazonaws.com/x': 'y' } }),
      ],
    },
    'kops',
  ],
  [
    'kind',
    {
      nodes: [
        node({ annotations: kubeadm }, 'v1.31.2', { providerID: 'kind://docker/k/k-worker' }),
      ],
    },
    'kind',
  ],
  ['kubeadm node', { nodes: [node({ annotations: kubeadm })] }, 'kubeadm'],
  ['kubeadm ConfigMap', configMap('kubeadm-config'), 'kubeadm'],
  ['kubeadm in ClusterInformation', clusterType('k8s,bgp,kubeadm,kdd'), 'kubeadm'],
  ['nothing', { nodes: [node()], daemonSets: [nodeSet()] }, null],
])('%s', (_name, lists, distribution) => {
  expect(installOf(snapshotOf({ lists })).distribution).toBe(distribution);
});

test('OpenShift by its API group', () => {
  const snapshot = snapshotOf({ apiGroups: ['apps', 'config.openshift.io'] });
  expect(installOf(snapshot).distribution).toBe('openshift');
});
