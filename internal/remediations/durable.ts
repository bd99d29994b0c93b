import type { Install, Owner } from '../model/install.ts';

const owned = (name: string | null): string => (name === null ? '' : ` ${name}`);

const places: Readonly<Record<Owner, (name: string | null) => string>> = {
  user: () => 'the file that it was applied from',
  helm: (name) => `the values of the Helm release${owned(name)}`,
  'helm-controller': (name) => `the HelmChartConfig of the chart${owned(name)}`,
  argocd: (name) => `the Git source of the Argo CD application${owned(name)}`,
  flux: (name) => `the Git source of Flux${owned(name)}`,
  'addon-manager': () => "the addon-manager's file on the control-plane nodes",
  'config-sync': () => 'the repository that Config Sync reads',
  kapp: (name) => `the configuration of the kapp app${owned(name)}`,
  rancher: () => "Rancher's settings of the cluster",
  kops: () => 'spec.networking.calico of the kOps Cluster',
  k0s: () => 'spec.network.calico of the k0s configuration',
  'k3s-addon': () => "the add-on's file on the K3s server",
  gardener: () => 'spec.networking.providerConfig of the Shoot',
  provider: () => "the provider's own settings, or its support",
};

/** Where a change of the cluster has to be made to last, in words: by whoever writes what the cluster has. */
export const durablePlace = ({ owner, ownerName, distribution }: Install): string =>
  owner === 'user' && distribution === 'kubespray'
    ? "kubespray's inventory variables"
    : places[owner](ownerName);

/** True if the change may be sent to the cluster at all, for good or for the time being. */
export const isSendable = ({ action }: Install): boolean =>
  action === 'apply' || action === 'apply-temporary';

/** A JSON document as one argument of a shell command. */
export const shellJson = (body: unknown): string =>
  `'${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`;
