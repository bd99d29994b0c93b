import type { ObjectRef } from '../../model/finding.ts';
import type { Container, KubeObject } from '../../model/kubernetes.ts';
import type { ListName, Snapshot } from '../../model/snapshot.ts';
import { memoised } from '../memo.ts';
import { calicoContainer } from '../settings.ts';
import { itemsOf } from '../snapshot-lists.ts';
import { imageVersion, minorOf } from '../version.ts';
import { kubernetesSupport, operatorMinorsFor, type KubernetesSupport } from './releases.ts';
import { calicoVersionOf, kubernetesVersionOf, operatorVersionOf, podVersion } from './versions.ts';
import { viewOf, type InstallView } from './view.ts';

/** Parts of Calico that come from one release. */
export type Component = 'node' | 'cni' | 'typha' | 'kube-controllers';

/** What one container of a component runs, by its image tag. */
export interface ComponentVersion {
  readonly component: Component;
  readonly version: string;
  readonly image: string;
  readonly from: ObjectRef & { readonly container: string };
}

/**
 * Facts about the versions of a cluster's parts; nothing is judged here but by Calico's own tables.
 */
export interface VersionSkew {
  /** calico-node's version, which the others are compared with. */
  readonly calico: string | null;
  /** Each component as its DaemonSet or Deployment asks for it. */
  readonly components: readonly ComponentVersion[];
  /** Those that ask for another version than calico-node. */
  readonly differing: readonly ComponentVersion[];
  /**
   * calico-node pods that run another version than their DaemonSet asks for: a rollout under way,
   * or stuck.
   */
  readonly pods: readonly ComponentVersion[];
  /**
   * The operator beside the minors that belong to this Calico; null where either is not known, and
   * for Calico Enterprise.
   */
  readonly operator: {
    readonly version: string;
    readonly expectedMinors: readonly number[];
    readonly isExpected: boolean;
  } | null;
  readonly kubernetesVersion: string | null;
  readonly kubernetes: KubernetesSupport;
}

/** The lists that make the answers better; all of them are optional. */
export const skewUses = [
  'deployments',
  'installations',
  'clusterInformations',
] as const satisfies readonly ListName[];

const components: ReadonlyMap<string, Component> = new Map([
  ['calico-node', 'node'],
  ['install-cni', 'cni'],
  ['calico-typha', 'typha'],
  ['calico-kube-controllers', 'kube-controllers'],
]);

function versionsIn(object: KubeObject, containers: readonly Container[]): ComponentVersion[] {
  const { kind, metadata } = object;
  const { name, namespace } = metadata;
  return containers.flatMap((container) => {
    const component = components.get(container.name ?? '');
    const version = imageVersion(container.image);
    if (!component || version === null) return [];
    const ref = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const from = { ...ref, container: container.name ?? '' };
    return [{ component, version, image: container.image ?? '', from }];
  });
}

// Another installation's kube-controllers say nothing of this one.
function componentVersions({ snapshot, workload }: InstallView): readonly ComponentVersion[] {
  if (!workload) return [];
  const spec = workload.spec;
  const own = versionsIn(workload.object, [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
  ]);
  const others = itemsOf(snapshot, 'deployments')
    .filter(({ metadata }) => metadata.namespace === workload.namespace)
    .flatMap((object) => versionsIn(object, object.spec?.template?.spec?.containers ?? []));
  return [...own, ...others];
}

function podVersions({ workload }: InstallView): readonly ComponentVersion[] {
  const asked = imageVersion(calicoContainer(workload?.daemonSet?.spec?.template?.spec)?.image);
  if (!workload || asked === null) return [];
  return workload.pods.flatMap((pod) => {
    const version = podVersion(pod);
    return version === null || version === asked
      ? []
      : versionsIn(pod, pod.spec?.containers ?? []).filter(({ component }) => component === 'node');
  });
}

/** True for Calico Enterprise, whose version numbers are its own. */
export function isEnterprise({ installation, workload }: InstallView): boolean {
  const image = calicoContainer(workload?.spec)?.image ?? '';
  const variant = installation?.spec?.variant ?? 'Calico';
  return variant !== 'Calico' || /(?:^|\/)tigera\/(?:cnx-)?node\b/.test(image);
}

function operatorSkew(snapshot: Snapshot, calico: string | null): VersionSkew['operator'] {
  const version = operatorVersionOf(snapshot);
  const expectedMinors = calico === null ? null : operatorMinorsFor(calico);
  if (version === null || expectedMinors === null) return null;
  const isExpected = expectedMinors.includes(minorOf(version) ?? -1);
  return { version, expectedMinors, isExpected };
}

function compute(snapshot: Snapshot): VersionSkew {
  const view = viewOf(snapshot);
  const calico = calicoVersionOf(view).version;
  const found = componentVersions(view);
  const kubernetesVersion = kubernetesVersionOf(snapshot).version;
  const isOwnNumbering = isEnterprise(view);
  return {
    calico,
    components: found,
    differing: found.filter(({ version }) => calico !== null && version !== calico),
    pods: podVersions(view),
    operator: isOwnNumbering ? null : operatorSkew(snapshot, calico),
    kubernetesVersion,
    kubernetes: isOwnNumbering ? { kind: 'unknown' } : kubernetesSupport(calico, kubernetesVersion),
  };
}

/**
 * What versions calico-node, CNI plugin, Typha, kube-controllers, operator and Kubernetes have, and
 * which do not match.
 */
export const versionSkew: (snapshot: Snapshot) => VersionSkew = memoised(compute);
