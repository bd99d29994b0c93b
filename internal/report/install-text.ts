import type { Distribution, Install, InstallState, Owner, Renderer } from '../model/install.ts';
import type { Action } from '../model/remedy.ts';
import { words } from './words.ts';

const { distributions } = words.en;

const renderers: Readonly<Record<Renderer, (install: Install) => string>> = {
  operator: ({ installation }) =>
    `the Tigera operator makes calico-node from Installation/${installation ?? 'default'}`,
  manifest: () => 'calico-node is what its DaemonSet says, there is no operator',
  canal: () => 'Canal: Calico for policy, flannel for the network',
  none: () => 'no calico-node was found',
};

const owners: Readonly<Record<Owner, string>> = {
  user: 'a person, or a tool that leaves no mark',
  helm: 'Helm',
  'helm-controller': 'the helm-controller of RKE2 or K3s',
  argocd: 'Argo CD',
  flux: 'Flux',
  'addon-manager': 'the addon-manager',
  'config-sync': 'Config Sync',
  kapp: 'kapp',
  rancher: 'Rancher',
  kops: 'kOps',
  k0s: 'k0s',
  'k3s-addon': 'an add-on of K3s',
  gardener: 'Gardener',
  provider: 'the provider',
};

const states: Readonly<Record<InstallState, string>> = {
  settled: '',
  migrating: 'a migration is under way',
  'migration-blocked': 'the operator cannot take over the old installation',
  'two-installations': 'two installations run beside one another',
  'never-rendered': 'the operator has not made the DaemonSet',
  'operator-paused': 'the operator does not run',
  'ignored-by-operator': 'the operator was told to leave the DaemonSet alone',
  uninstalling: 'Calico is being removed',
  'datastore-locked': 'the datastore is locked',
};

// The durable place of a change; the rows of the tools that run now and then name the file that
// they read.
const occasional: Readonly<Partial<Record<Distribution, string>>> = {
  kubespray: "until kubespray runs again; for good in the inventory's variables",
  rke1: 'until rke up writes the add-on again',
  microk8s: 'until MicroK8s applies its cni.yaml again; for good in that file',
};

const temporary: Readonly<Partial<Record<Owner, string>>> = {
  helm: 'until a Helm upgrade changes the same field; for good in the values',
  kops: 'until kOps updates the cluster; for good in spec.networking.calico of the Cluster',
  k0s: 'until k0s renders another manifest; for good in spec.network.calico of its configuration',
  'k3s-addon': "until that add-on's file changes or K3s restarts; for good in the file",
  argocd: 'until Argo CD syncs the application; for good in its Git source',
  flux: 'until Flux looks after the object again; for good in its source',
};

const sources: Readonly<Partial<Record<Owner, string>>> = {
  'helm-controller': 'only in the HelmChartConfig of that chart',
  rancher: "only in Rancher's own settings of the cluster",
  gardener: 'only in spec.networking.providerConfig of the Shoot',
  'addon-manager': 'only in the add-on file on the control-plane nodes',
};

function lasting(install: Install): string {
  const { action, owner, distribution, renderer } = install;
  const target =
    renderer === 'operator'
      ? `in Installation/${install.installation ?? 'default'}`
      : 'in the DaemonSet';
  const texts: Readonly<Record<Action, string>> = {
    apply: `${target}, and in the file it was made from`,
    'apply-temporary': `${target}, ${
      temporary[owner] ?? (distribution && occasional[distribution]) ?? 'but not for good'
    }`,
    emit: sources[owner] ?? 'only in the source that this tool reads',
    manual: 'by hand',
    refuse: 'nowhere from here',
  };
  return texts[action];
}

const named = (text: string, name: string | null): string =>
  name === null ? text : `${text} (${name})`;

function versionLine(install: Install): string {
  const { calicoVersion, operatorVersion, kubernetesVersion } = install;
  return [
    `Calico ${calicoVersion ?? 'of unknown version'}`,
    ...(operatorVersion === null ? [] : [`operator ${operatorVersion}`]),
    `Kubernetes ${kubernetesVersion ?? 'of unknown version'}`,
  ].join(', ');
}

function traitsLine({ datastore, policyOnly, typha }: Install): string {
  return [
    datastore === 'etcd' ? 'etcd' : 'Kubernetes',
    ...(typha ? ['with Typha'] : []),
    ...(policyOnly ? ['policy only'] : []),
  ].join(', ');
}

/**
 * An installation in a few lines for `-o wide`: what renders calico-node, who owns that, where a
 * change lasts, the versions, and the markers that told it. Lines are not wrapped, and values from
 * the cluster are as they were given.
 */
export function installLines(install: Install): string[] {
  const { renderer, namespace, daemonSet, distribution, owner, ownerName, state } = install;
  const place = namespace === null ? '' : ` (DaemonSet ${namespace}/${daemonSet ?? 'calico-node'})`;
  const cluster = distribution === null ? [] : [`Cluster: ${distributions[distribution]}`];
  const condition = states[state] === '' ? [] : [`State: ${states[state]}`];
  const rendered = `Rendered by: ${renderers[renderer](install)}${place}`;
  const told = install.reasons.map((reason) => `- ${reason}`);
  if (renderer === 'none') return [rendered, ...cluster, versionLine(install), ...told];
  return [
    rendered,
    `Owner: ${named(owners[owner], ownerName)}`,
    `A change lasts: ${lasting(install)}`,
    ...condition,
    ...cluster,
    `Versions: ${versionLine(install)}`,
    `Datastore: ${traitsLine(install)}`,
    ...(told.length === 0 ? [] : ['Told by:', ...told]),
  ];
}
