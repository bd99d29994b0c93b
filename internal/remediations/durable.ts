import { isAppliedFromFile, isOfHelmRelease } from '../calico/install/owner-signs.ts';
import type { Distribution, Install, Owner } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

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
  'k3s-addon': (name) => `the file of the add-on${owned(name)} on every K3s server`,
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
export function durablePlace(install: Install): string {
  const { owner, ownerName, distribution } = install;
  if (isOfHelmRelease(install)) return `spec.values of the HelmRelease${owned(ownerName)} in Git`;
  const ofTool = owner === 'user' && distribution !== null ? ofTools[distribution] : undefined;
  return ofTool ?? places[owner](ownerName);
}

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
  argocd: 'Argo CD syncs the application (at the next commit, or when somebody tells it to)',
  flux: 'Flux applies its source again',
  'helm-controller': 'the next job of the chart (a change of its values, or an upgrade)',
  kops: 'the next "kops update cluster --yes" that changes the add-on',
  k0s: 'k0s renders another manifest (a change of its configuration, or an upgrade)',
  'k3s-addon': "the add-on's file changes or the K3s server restarts",
  'addon-manager': 'the addon-manager runs again',
  kubespray: 'the next run of the kubespray playbooks',
  rke1: 'the next "rke up" that changes the add-on',
  microk8s: 'a node joins or leaves, or the snap is upgraded',
};

const untilOf = ({ owner, distribution }: Install): string =>
  until[owner] ?? (distribution === null ? undefined : until[distribution]) ?? words.owner;

/** Until when a change stands that is not for good, as a sentence; nothing where it is for good, or not made. */
export function lastsUntil(install: Install): readonly string[] {
  if (install.action !== 'apply-temporary') return [];
  if (install.state === 'ignored-by-operator') return [words.ignored];
  return [words.until(untilOf(install))];
}

/** What has to be known of the place that a remedy changes: until when it stands, and what else follows there. */
export function aboutPlace(
  install: Install,
  { action, target, changes }: Pick<Remedy, 'action' | 'target' | 'changes'>,
): readonly string[] {
  if (target?.kind !== 'HelmChartConfig') {
    const isApplied = changes.length > 0 && isAppliedFromFile(install);
    return [...lastsUntil({ ...install, action }), ...(isApplied ? [words.file] : [])];
  }
  if (changes.length === 0) return [];
  const addon = until['k3s-addon'] ?? words.owner;
  return [words.job, ...(action === 'apply-temporary' ? [words.until(addon)] : [])];
}

const words = {
  owner: 'its owner writes it again',
  file: 'Put the same into the file that it was applied from: the next kubectl apply of that file may bring back what it says.',
  job: 'A job of the helm-controller upgrades the release with the new values, which takes about a minute: whatever else stands in them and is not applied yet comes with it.',
  ignored:
    'It lasts as long as the operator is told to ignore the DaemonSet (unsupported.operator.tigera.io/ignore): then it renders it from the Installation.',
  until: (event: string): string =>
    `It lasts until ${event}: that brings back what the source says.`,
};
