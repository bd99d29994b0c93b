import type { Action } from './remedy.ts';

/** What computes the calico-node pod template. */
export type Renderer = 'operator' | 'manifest' | 'canal' | 'none';

/** Who writes the renderer's input. */
export type Owner =
  | 'user'
  | 'helm'
  | 'helm-controller'
  | 'argocd'
  | 'flux'
  | 'addon-manager'
  | 'config-sync'
  | 'kapp'
  | 'rancher'
  | 'kops'
  | 'k0s'
  | 'k3s-addon'
  | 'gardener'
  | 'provider';

export type Distribution =
  | 'kubespray'
  | 'rke1'
  | 'rke2'
  | 'k3s'
  | 'k0s'
  | 'kops'
  | 'microk8s'
  | 'aks'
  | 'gke'
  | 'eks'
  | 'openshift'
  | 'gardener'
  | 'kubeadm'
  | 'kind';

/** States in which nothing may be written, or which change what a fix means. */
export type InstallState =
  | 'settled'
  | 'migrating'
  | 'migration-blocked'
  | 'two-installations'
  | 'never-rendered'
  | 'operator-paused'
  | 'ignored-by-operator'
  | 'uninstalling'
  | 'datastore-locked';

export interface Install {
  readonly renderer: Renderer;
  readonly owner: Owner;
  /** The owner's name, where the marker tells: Application, Kustomization, release. */
  readonly ownerName: string | null;
  readonly distribution: Distribution | null;
  readonly state: InstallState;
  readonly datastore: 'kubernetes' | 'etcd';
  readonly policyOnly: boolean;
  readonly typha: boolean;
  /** The namespace of the calico-node DaemonSet; null where none was found. */
  readonly namespace: string | null;
  /** The DaemonSet's name (`calico-node`, `canal`, `rke2-canal`). */
  readonly daemonSet: string | null;
  /** The Installation that sets the address method: `overlay` if that one does, else `default`; null without operator. */
  readonly installation: string | null;
  /** As in the image tag, with `v`; null where no tag tells. */
  readonly calicoVersion: string | null;
  readonly operatorVersion: string | null;
  readonly kubernetesVersion: string | null;
  readonly action: Action;
  /** Markers that led here, as sentences. */
  readonly reasons: readonly string[];
}
