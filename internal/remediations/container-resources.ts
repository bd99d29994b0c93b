import type { Install } from '../model/install.ts';
import type { Installation } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  hasOverride,
  inDaemonSet,
  inInstallation,
  inInstallationSpec,
  mergedTree,
  type Placed,
} from './container-fields.ts';
import { isRenderedByOperator, aboutPlace } from './durable.ts';
import { isTree, type Tree } from './tree.ts';

export interface ResourceLimit {
  readonly install: Install;
  readonly installation: Installation | undefined;
  /** Whether the Installation has a field for it; null where that is not known. */
  readonly canOverride: boolean | null;
  readonly container: string;
  readonly resource: 'cpu' | 'memory';
  /** The limit now, as it stands in the API. */
  readonly now: string;
  /** The limit that it should have; null takes it away. */
  readonly wanted: string | null;
  /** The pod has it, its DaemonSet does not: a LimitRange or an autoscaler put it there. */
  readonly isInjected: boolean;
  /** Where the values of a chart are to be looked up; without it they are only printed. */
  readonly snapshot?: Snapshot;
}

function notOurs({ install, container, resource }: ResourceLimit): Placed {
  const namespace = install.namespace ?? 'kube-system';
  return {
    action: 'manual',
    changes: [],
    manual: [
      words.injected(container, resource),
      `kubectl -n ${namespace} get limitrange -o yaml`,
      `kubectl -n ${namespace} get verticalpodautoscaler 2>/dev/null`,
    ],
  };
}

// tigera/operator, componentResources: for all containers of calico-node, unless there is an override.
function componentsOf(installation: Installation): readonly Tree[] {
  const list = installation.spec?.['componentResources'];
  return Array.isArray(list) ? list.filter(isTree) : [];
}

const componentOf = (installation: Installation): Tree | undefined =>
  componentsOf(installation).find((entry) => entry['componentName'] === 'Node');

function inComponents(limit: ResourceLimit, installation: Installation): Placed {
  const { install, resource, wanted, snapshot } = limit;
  const own = componentOf(installation);
  const entry = mergedTree(own ?? {}, {
    componentName: 'Node',
    resourceRequirements: { limits: { [resource]: wanted } },
  });
  const standing = componentsOf(installation);
  const componentResources = own
    ? standing.map((component) => (component === own ? entry : component))
    : [...standing, entry];
  const spec = { componentResources };
  return inInstallationSpec(install, installation.metadata.name, spec, snapshot);
}

// An override takes the place of all resources, so what the older field says is taken over into it.
function inOverride(limit: ResourceLimit): Placed | null {
  const { install, installation, container, resource, wanted, snapshot } = limit;
  const standing =
    installation && !hasOverride(installation, container)
      ? componentOf(installation)?.['resourceRequirements']
      : {};
  const limits = { limits: { [resource]: wanted } };
  const resources = isTree(standing) ? { ...standing, ...mergedLimits(standing, limits) } : limits;
  return inInstallation(install, installation, { container, fields: { resources } }, snapshot);
}

function mergedLimits(standing: Tree, change: { readonly limits: Tree }): Tree {
  const now = standing['limits'];
  return { limits: { ...(isTree(now) ? now : {}), ...change.limits } };
}

function byOperator(limit: ResourceLimit): Placed {
  const { installation, container, resource, wanted } = limit;
  const isOlder = limit.canOverride === false && container === 'calico-node';
  const placed = installation && isOlder ? inComponents(limit, installation) : inOverride(limit);
  if (placed && (limit.canOverride !== false || isOlder)) return placed;
  return {
    action: 'manual',
    target: { kind: 'Installation', name: installation?.metadata.name ?? 'default' },
    changes: [],
    manual: words.inInstallation(container, resource, wanted),
  };
}

/** Raises or takes away a resource limit of calico-node, where that lasts. */
export function resourceLimit(limit: ResourceLimit): Remedy {
  const { install, container, resource, now, wanted, isInjected } = limit;
  const fields = { resources: { limits: { [resource]: wanted } } };
  const placed = isInjected
    ? notOurs(limit)
    : isRenderedByOperator(install)
      ? byOperator(limit)
      : inDaemonSet(install, { container, fields }, limit.snapshot);
  return {
    id: 'container-resources',
    title: words.title(resource, now, wanted),
    risk: 'restarts-pods',
    consequences: [words.rolls, words.none, ...aboutPlace(install, placed)],
    ...placed,
  };
}

const words = {
  title: (resource: string, now: string, wanted: string | null): string =>
    wanted === null
      ? `Take the ${resource} limit of ${now} away`
      : `Raise the ${resource} limit from ${now} to ${wanted}`,
  rolls: 'calico-node restarts node by node; pods that run keep their network meanwhile.',
  none: "Calico's own manifests and its operator set no limits.",
  injected: (container: string, resource: string): string =>
    `# the DaemonSet gives ${container} no ${resource} limit: a LimitRange or an autoscaler adds it to the pod`,
  inInstallation: (
    container: string,
    resource: string,
    wanted: string | null,
  ): readonly string[] => [
    '# the operator takes limits from the Installation alone; look what stands there, lists are replaced as a whole:',
    'kubectl get installation default -o yaml',
    `# spec.calicoNodeDaemonSet.spec.template.spec.containers, name ${container}: resources.limits.${resource}: ${wanted ?? 'none'}`,
    '# operators before v1.28: spec.componentResources, componentName Node',
    'kubectl edit installation default',
  ],
};
