import type { Container, Pod } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { calicoStatus } from '../pods.ts';
import { calicoContainer } from '../settings.ts';
import { findObject, itemsOf } from '../snapshot-lists.ts';
import { coreVersion, imageVersion, isBelow } from '../version.ts';
import { nameOf, operatorDeployment, operatorPods } from './objects.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';

const says = words.en;

/** A version, and what told it where that is not the plain source. */
export interface VersionOf {
  readonly version: string | null;
  readonly reasons: readonly string[];
}

/** The value that occurs most often; the first of several. Null for none. */
export function majority(values: readonly (string | null | undefined)[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/**
 * The calico-node version that a pod runs: of its spec's image, else of the image its status names.
 */
export const podVersion = (pod: Pod): string | null =>
  imageVersion(calicoContainer(pod.spec)?.image) ?? imageVersion(calicoStatus(pod)?.image);

const otherContainers = new Set(['install-cni', 'calico-typha', 'calico-kube-controllers']);

const versionOf = (containers: readonly Container[] | undefined): string | null =>
  majority(
    (containers ?? []).flatMap(({ name, image }) =>
      name !== undefined && otherContainers.has(name) ? [imageVersion(image)] : [],
    ),
  );

// The other components come from the same release, unless somebody mixed them.
function fromOthers({ snapshot, workload }: InstallView): VersionOf | null {
  const own = workload && versionOf(workload.spec?.initContainers);
  if (workload && own !== null) {
    return {
      version: own,
      reasons: [says.versionFrom(own, `install-cni of ${nameOf(workload.object)}`)],
    };
  }
  for (const deployment of itemsOf(snapshot, 'deployments')) {
    const version = versionOf(deployment.spec?.template?.spec?.containers);
    if (version !== null)
      return { version, reasons: [says.versionFrom(version, nameOf(deployment))] };
  }
  return null;
}

const withV = (version: string | undefined): string | null => {
  const core = coreVersion(version);
  return core === null ? null : `v${core}`;
};

/**
 * Calico's version as in the tag of calico-node's image, with `v`: of the DaemonSet, else of most
 * pods, else what the operator or Calico itself wrote down, else what the other components run.
 * Images named by digest or with tags of their own have none.
 */
export function calicoVersionOf(view: InstallView): VersionOf {
  const { snapshot, workload, installation } = view;
  const tagged =
    imageVersion(calicoContainer(workload?.daemonSet?.spec?.template?.spec)?.image) ??
    majority((workload?.pods ?? []).map(podVersion));
  if (tagged !== null) return { version: tagged, reasons: [] };
  const information = findObject(snapshot, 'clusterInformations', 'default');
  const written = [
    [installation, withV(installation?.status?.calicoVersion)],
    [information, withV(information?.spec?.calicoVersion)],
  ] as const;
  for (const [object, version] of written) {
    if (object && version !== null) {
      return { version, reasons: [says.versionFrom(version, nameOf(object))] };
    }
  }
  return fromOthers(view) ?? { version: null, reasons: [] };
}

/**
 * The operator's version, of its Deployment's image, else of its pod's; null where there is neither
 * or its tag is none.
 */
export function operatorVersionOf(snapshot: Snapshot): string | null {
  const specs = [
    operatorDeployment(snapshot)?.spec?.template?.spec,
    ...operatorPods(snapshot).map(({ spec }) => spec),
  ];
  const images = specs.flatMap((spec) => spec?.containers?.map(({ image }) => image) ?? []);
  return images.map(imageVersion).find((version) => version !== null) ?? null;
}

/** The highest of several versions, as written; null for none. */
export function newestVersion(versions: readonly string[]): string | null {
  let best: string | null = null;
  for (const version of versions) {
    const core = coreVersion(version);
    if (core !== null && (best === null || isBelow(best, core))) best = version;
  }
  return best;
}

function serverPodVersion(snapshot: Snapshot): VersionOf | null {
  const servers = itemsOf(snapshot, 'pods').flatMap((pod) => {
    const isServer = pod.metadata.labels?.['component'] === 'kube-apiserver';
    const version = isServer ? imageVersion(pod.spec?.containers?.[0]?.image) : null;
    return version === null ? [] : [{ version, name: nameOf(pod) }];
  });
  const version = newestVersion(servers.map((server) => server.version));
  const server = servers.find((candidate) => candidate.version === version);
  return server
    ? { version, reasons: [says.kubernetesFromServerImage(server.version, server.name)] }
    : null;
}

/**
 * Kubernetes' version: what the API server said, else its pod's image, else the newest kubelet's,
 * as no kubelet may be newer than its API server (Kubernetes version skew policy). The last two
 * come with a reason, as they may be too low.
 */
export function kubernetesVersionOf(snapshot: Snapshot): VersionOf {
  if (snapshot.serverVersion) return { version: snapshot.serverVersion, reasons: [] };
  const server = serverPodVersion(snapshot);
  if (server) return server;
  const kubelets = itemsOf(snapshot, 'nodes').flatMap(
    ({ status }) => status?.nodeInfo?.kubeletVersion ?? [],
  );
  const version = newestVersion(kubelets);
  return {
    version,
    reasons: version === null ? [] : [says.kubernetesFromKubelets(version)],
  };
}
