import type { ClusterSpec } from '../cluster/cluster.ts';
import { bridge, type NodeFacts, workers } from '../cluster/facts.ts';
import type { ManifestOptions } from '../cluster/install-manifest.ts';
import { collections, manifestInstall, manifestPods } from '../cluster/manifest.ts';
import {
  measuredReleases,
  operatorInstall,
  type OperatorInstallOptions,
  operatorPods,
} from '../cluster/operator-install.ts';
import { deployment, type WorkloadOptions } from '../cluster/workloads.ts';
import type { Scenario, ScenarioOptions } from './scenario.ts';

/** Machines that are well, as many as asked for but not fewer than a scenario needs. */
export const machines = ({ nodes = 0 }: ScenarioOptions, least: number): NodeFacts[] =>
  workers(Math.max(nodes, least));

const shop: WorkloadOptions = { replicas: 4 };

/** A workload in `default`. */
export const workload = (name: string, options: WorkloadOptions): readonly [string, object] => [
  collections.deployments,
  deployment(name, options),
];

type Rest = Partial<Omit<ClusterSpec, 'nodes' | 'install' | 'pods'>> & {
  readonly morePods?: number;
};

/** A cluster with Calico by a manifest, and a shop to do something in it. */
export function byManifest(
  nodes: readonly NodeFacts[],
  options: Partial<ManifestOptions>,
  { isQuick = false }: ScenarioOptions,
  { morePods = 0, objects = [], ...rest }: Rest = {},
): ClusterSpec {
  const { probes = {}, ...others } = options;
  const readiness = isQuick ? { periodSeconds: 2, ...probes.readiness } : { ...probes.readiness };
  const manifest = { version: 'v3.32.1', probes: { ...probes, readiness }, ...others };
  return {
    nodes,
    install: manifestInstall(manifest),
    pods: manifestPods(nodes.length) + shop.replicas + morePods,
    objects: [workload('shop', shop), ...objects],
    ...rest,
  };
}

/** A cluster with Calico by the operator, and a shop to do something in it. */
export function byOperator(
  nodes: readonly NodeFacts[],
  options: Partial<OperatorInstallOptions>,
  { isQuick = false }: ScenarioOptions,
  { morePods = 0, objects = [], ...rest }: Rest = {},
): ClusterSpec {
  const { releases = measuredReleases, ...others } = options;
  const paced = isQuick ? { ...releases, readinessPeriodSeconds: 2 } : releases;
  return {
    nodes,
    install: operatorInstall({ releases: paced, ...others }),
    pods: operatorPods(nodes.length) + shop.replicas + morePods,
    objects: [workload('shop', shop), ...objects],
    ...rest,
  };
}

/** Puts Calico on machines in its usual form. */
export type Put = (
  nodes: readonly NodeFacts[],
  options: ScenarioOptions,
  rest?: Rest,
) => ClusterSpec;

export const byManifestAlone: Put = (nodes, options, rest) => byManifest(nodes, {}, options, rest);
const byOperatorAlone: Put = (nodes, options, rest) => byOperator(nodes, {}, options, rest);

type Incident = Omit<Scenario, 'build'> & {
  readonly make: (put: Put, options: ScenarioOptions) => ClusterSpec;
};

/** An incident that is the same with a manifest and with the operator: a scenario of each. */
export function onBoth({ make, ...incident }: Incident): readonly Scenario[] {
  const { id, title } = incident;
  return [
    {
      ...incident,
      title: `${title} (manifest)`,
      build: (options) => make(byManifestAlone, options),
    },
    {
      ...incident,
      id: `${id}-operator`,
      title: `as ${id}, with Calico by the operator`,
      build: (options) => make(byOperatorAlone, options),
    },
  ];
}

/** Gives a machine a bridge that somebody has made for containers. */
export function addBridge(node: NodeFacts, name = 'nerdctl0', address = '10.4.0.1/24'): void {
  node.nics = [...node.nics, bridge(name, 9, address)];
}

/** What to try where the method of detection is at fault. */
export const addressTries: readonly string[] = [
  'kubectl calico-fix diagnose',
  'kubectl calico-fix predict',
  'kubectl calico-fix fix --dry-run=server',
  'kubectl calico-fix fix',
  'kubectl calico-fix undo',
];
