import type * as k8s from '../model/kubernetes.ts';
import type { ListName, Lists, Read } from '../model/snapshot.ts';
import { asDefined, type Places } from './gather-places.ts';
import type { calicoResources } from './names.ts';
import { notAsked, type Part, readParts } from './reads.ts';
import type { Run } from './run.ts';
import type { Target } from './target.ts';

/** Reads a whole list of a group that a cluster may or may not have. */
export async function readIfServed<Name extends ListName>(
  run: Run,
  { customResourceDefinitions: crds }: Places,
  name: Name,
  target: Target,
  ask: Part['ask'] = {},
): Promise<Read<Lists[Name]>> {
  const isUnserved = run.groups !== null && !run.groups.has(target.group);
  const read = isUnserved
    ? notAsked(`the cluster does not serve ${target.group}`)
    : await readParts(run, name, [{ target, ask }]);
  return asDefined(crds, target, read);
}

/** Calico's own resources, wherever this cluster keeps them. */
export async function readCalico(run: Run, places: Places) {
  const { calicoApi, customResourceDefinitions: crds } = places;
  const read = async <Name extends ListName>(
    name: Name,
    resource: (typeof calicoResources)[number],
  ): Promise<Read<Lists[Name]>> => {
    if (calicoApi === null) return notAsked('the cluster serves no API of Calico');
    const target = { ...calicoApi, resource };
    return asDefined(crds, target, await readParts(run, name, [{ target }]));
  };
  const [ipPools, ipamBlocks, blockAffinities, felixConfigurations, ...bgp] = await Promise.all([
    read('ipPools', 'ippools'),
    read('ipamBlocks', 'ipamblocks'),
    read('blockAffinities', 'blockaffinities'),
    read('felixConfigurations', 'felixconfigurations'),
    read('bgpConfigurations', 'bgpconfigurations'),
    read('bgpPeers', 'bgppeers'),
    read('clusterInformations', 'clusterinformations'),
  ]);
  const [bgpConfigurations, bgpPeers, clusterInformations] = bgp;
  return {
    ipPools,
    ipamBlocks,
    blockAffinities,
    felixConfigurations,
    bgpConfigurations,
    bgpPeers,
    clusterInformations,
  };
}

const isOfCalico = ({ metadata }: k8s.KubeObject): boolean =>
  /calico|canal|tigera/.test(metadata.name);

// RKE2 and K3s keep a chart for each of their parts; the others do not matter.
async function readCharts<Name extends 'helmCharts' | 'helmChartConfigs'>(
  run: Run,
  places: Places,
  name: Name,
): Promise<Read<Lists[Name]>> {
  const group = 'helm.cattle.io';
  const resource = name.toLowerCase();
  const target = { group, version: 'v1', resource, namespace: 'kube-system' };
  const read = await readIfServed(run, places, name, target);
  return read.state === 'read' ? { ...read, items: read.items.filter(isOfCalico) } : read;
}

/** What the operator and other owners keep. */
export async function readOwnership(run: Run, places: Places) {
  const operator = (resource: string): Target => ({
    group: 'operator.tigera.io',
    version: 'v1',
    resource,
  });
  const [installations, tigeraStatuses, helmCharts, helmChartConfigs] = await Promise.all([
    readIfServed(run, places, 'installations', operator('installations')),
    readIfServed(run, places, 'tigeraStatuses', operator('tigerastatuses')),
    readCharts(run, places, 'helmCharts'),
    readCharts(run, places, 'helmChartConfigs'),
  ]);
  return { installations, tigeraStatuses, helmCharts, helmChartConfigs };
}
