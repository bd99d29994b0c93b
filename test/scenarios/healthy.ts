import { daemonSetOf } from '../support/faults.ts';
import { healthy } from '../support/healthy-scenario.ts';
import { noisyCluster } from '../support/noisy-cluster.ts';
import {
  changeCalico,
  labelNodes,
  markInstallation,
  renameDaemonSet,
  withoutBird,
} from '../support/owners.ts';
import { addBlock, addClusterRange, addPool } from '../support/pools.ts';
import type { Sample, Scenario } from '../support/sample.ts';
import { addTypha } from '../support/typha-sample.ts';

const serviceRange = (sample: Sample): void => {
  addPool(sample, 'default-ipv4-ippool', { cidr: '10.244.0.0/16' });
  addBlock(sample, '10.244.1.0/26', 'worker-1', { used: 5 });
};

function byOperator(version: string, operator: string): Sample {
  const sample = noisyCluster({ install: 'operator', version, nodes: 2 });
  markInstallation(sample, operator);
  addTypha(sample, { on: ['worker-1', 'worker-2'], version });
  serviceRange(sample);
  return sample;
}

function byManifest(): Sample {
  const sample = noisyCluster({ version: 'v3.32.1', kubernetes: 'v1.35.2', nodes: 2 });
  serviceRange(sample);
  addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
  return sample;
}

function byKubespray(): Sample {
  const sample = noisyCluster({
    install: 'kubespray',
    version: 'v3.25.2',
    kubernetes: 'v1.27.7',
    nodes: 2,
  });
  for (const { spec } of sample.lists.services ?? [])
    if (spec) Object.assign(spec, { clusterIP: '10.233.0.1', clusterIPs: ['10.233.0.1'] });
  return sample;
}

function byHelm(): Sample {
  const sample = byOperator('v3.29.3', 'v1.36.7');
  markInstallation(sample, 'v1.36.7', {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: {
      'meta.helm.sh/release-name': 'calico',
      'meta.helm.sh/release-namespace': 'tigera-operator',
    },
  });
  return sample;
}

function byArgo(): Sample {
  const sample = byOperator('v3.30.2', 'v1.38.3');
  markInstallation(sample, 'v1.38.3', {
    annotations: {
      'argocd.argoproj.io/tracking-id': 'network:operator.tigera.io/Installation:calico/default',
    },
  });
  return sample;
}

function byFlux(): Sample {
  const sample = byOperator('v3.28.4', 'v1.34.9');
  markInstallation(sample, 'v1.34.9', {
    labels: {
      'kustomize.toolkit.fluxcd.io/name': 'cluster',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    },
  });
  return sample;
}

function byRke2(): Sample {
  const sample = noisyCluster({
    install: 'canal',
    version: 'v3.28.2',
    kubernetes: 'v1.30.8+rke2r1',
    nodes: 2,
  });
  renameDaemonSet(sample, 'rke2-canal');
  changeCalico(sample, (container) => {
    container.image = 'rancher/hardened-calico:v3.28.2-build20241016';
  });
  const { metadata } = daemonSetOf(sample);
  metadata.labels = { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' };
  metadata.annotations = {
    'meta.helm.sh/release-name': 'rke2-canal',
    'meta.helm.sh/release-namespace': 'kube-system',
  };
  return sample;
}

function byAks(): Sample {
  const sample = noisyCluster({
    install: 'operator',
    version: 'v3.26.3',
    kubernetes: 'v1.29.9',
    nodes: 2,
  });
  markInstallation(sample, 'v1.30.9', {
    labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' },
  });
  labelNodes(sample, { 'kubernetes.azure.com/cluster': 'MC_shop_shop_northeurope' });
  const spec = sample.lists.installations?.[0]?.spec;
  if (spec)
    Object.assign(spec, {
      kubernetesProvider: 'AKS',
      cni: { type: 'AzureVNET', ipam: { type: 'AzureVNET' } },
      calicoNetwork: { bgp: 'Disabled', nodeAddressAutodetectionV4: { canReach: '1.1.1.1' } },
    });
  addTypha(sample, { on: ['worker-1', 'worker-2'], version: 'v3.26.3' });
  withoutBird(sample);
  return sample;
}

function byGke(): Sample {
  const sample = noisyCluster({
    install: 'policy-only',
    version: 'v3.26.3',
    kubernetes: 'v1.30.5-gke.1355000',
    nodes: 2,
  });
  labelNodes(sample, {
    'cloud.google.com/gke-nodepool': 'pool-a',
    'projectcalico.org/ds-ready': 'true',
  });
  const daemonSet = daemonSetOf(sample);
  daemonSet.metadata.labels = {
    ...daemonSet.metadata.labels,
    'addonmanager.kubernetes.io/mode': 'Reconcile',
  };
  const template = daemonSet.spec?.template?.spec;
  if (template) template.nodeSelector = { 'projectcalico.org/ds-ready': 'true' };
  changeCalico(sample, (container) => {
    container.image = 'gke.gcr.io/calico/node:v3.26.3-gke.12';
  });
  return sample;
}

const operator = { renderer: 'operator' } as const;

export const scenarios: readonly Scenario[] = [
  healthy(
    'operator',
    'the operator, Typha, and a noisy log',
    () => byOperator('v3.31.3', 'v1.40.4'),
    { ...operator, demo: true },
  ),
  healthy('manifest', 'a plain manifest, and a noisy log', byManifest, { layout: 'cluster-info' }),
  healthy(
    'canal',
    'canal, without BIRD',
    () => noisyCluster({ install: 'canal', version: 'v3.27.4', nodes: 2 }),
    { renderer: 'canal' },
  ),
  healthy('vxlan', 'VXLAN, without BIRD', () =>
    noisyCluster({ install: 'vxlan', version: 'v3.26.5', kubernetes: 'v1.28.9', nodes: 2 }),
  ),
  healthy(
    'etcd',
    'etcd as datastore, and what an older release writes',
    () => noisyCluster({ install: 'etcd', version: 'v3.22.3', kubernetes: 'v1.23.17', nodes: 2 }),
    { layout: 'cluster-info' },
  ),
  healthy('policy-only', 'policy on top of another network', () =>
    noisyCluster({ install: 'policy-only', version: 'v3.24.5', kubernetes: 'v1.25.16', nodes: 2 }),
  ),
  healthy('old-release', 'a release of 2019, with its own grammar', () =>
    noisyCluster({ version: 'v3.8.9', kubernetes: 'v1.16.15', nodes: 2 }),
  ),
  healthy('kubespray', 'kubespray', byKubespray),
  healthy('helm', 'the operator by Helm', byHelm, { ...operator, owner: 'helm' }),
  healthy('argocd', 'the operator by Argo CD', byArgo, { ...operator, owner: 'argocd' }),
  healthy('flux', 'the operator by Flux', byFlux, { ...operator, owner: 'flux' }),
  healthy('rke2', "RKE2's own canal", byRke2, { renderer: 'canal', owner: 'helm-controller' }),
  healthy('aks', "AKS' own Calico", byAks, { ...operator, owner: 'provider' }),
  healthy('gke', "GKE's own Calico", byGke, { owner: 'provider' }),
];
