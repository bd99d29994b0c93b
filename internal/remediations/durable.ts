import type { Distribution, Install, Owner } from '../model/install.ts';

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

// Tools that apply a manifest of their own now and then, and mark nothing with their name.
const ofTools: { readonly [Name in Distribution]?: string } = {
  kubespray: "kubespray's inventory variables",
  rke1: "the add-ons of RKE's cluster.yml",
  microk8s: '/var/snap/microk8s/current/args/cni-network/cni.yaml on every node',
};

/** Where a change of the cluster has to be made to last, in words: by whoever writes what the cluster has. */
export const durablePlace = ({ owner, ownerName, distribution }: Install): string =>
  (owner === 'user' && distribution !== null ? ofTools[distribution] : undefined) ??
  places[owner](ownerName);

/** True if the change may be sent to the cluster at all, for good or for the time being. */
export const isSendable = ({ action }: Install): boolean =>
  action === 'apply' || action === 'apply-temporary';

const moving: ReadonlySet<Install['state']> = new Set([
  'migrating',
  'two-installations',
  'uninstalling',
]);

/** True while pods of Calico are not to be touched either: something else replaces or removes them. */
export const isMoving = ({ state }: Install): boolean => moving.has(state);

/** True where the operator renders calico-node's DaemonSet, and puts back what is changed in it. */
export const isRenderedByOperator = ({ renderer, state }: Install): boolean =>
  renderer === 'operator' && state !== 'ignored-by-operator';

/** A JSON document as one argument of a shell command. */
export const shellJson = (body: unknown): string =>
  `'${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`;

// Who runs what, and with it brings back what stands in the source.
const until: { readonly [Name in Owner | Distribution]?: string } = {
  helm: 'a Helm upgrade',
  'helm-controller': 'the next job of the chart (a change of its values, or an upgrade)',
  kops: 'the next "kops update cluster --yes" that changes the add-on',
  k0s: 'k0s renders another manifest (a change of its configuration, or an upgrade)',
  'k3s-addon': "the add-on's file changes or the K3s server restarts",
  'addon-manager': 'the addon-manager runs again',
  kubespray: 'the next run of the kubespray playbooks',
  rke1: 'the next "rke up" that changes the add-on',
  microk8s: 'a node joins or leaves, or the snap is upgraded',
};

/** Until when a change stands that is not for good, as a sentence; nothing where it is for good, or not made. */
export function lastsUntil({ action, owner, distribution, state }: Install): readonly string[] {
  if (action !== 'apply-temporary') return [];
  if (state === 'ignored-by-operator') return [words.ignored];
  const event = until[owner] ?? (distribution === null ? undefined : until[distribution]);
  return [words.until(event ?? 'its owner writes it again')];
}

const words = {
  ignored:
    'It lasts as long as the operator is told to ignore the DaemonSet (unsupported.operator.tigera.io/ignore): then it renders it from the Installation.',
  until: (event: string): string =>
    `It lasts until ${event}: that brings back what the source says.`,
};
