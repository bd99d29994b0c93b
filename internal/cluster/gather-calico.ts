import type * as k8s from '../model/kubernetes.ts';
import type { ListName, Lists, Read } from '../model/snapshot.ts';
import type { Places } from './gather-places.ts';
import type { calicoResources } from './names.ts';
import { notAsked, type Part, readParts } from './reads.ts';
import type { Run } from './run.ts';
import type { Target } from './target.ts';

/** Reads a whole list of a group that a cluster may or may not have. */
export function readIfServed<Name extends ListName>(
  run: Run,
  name: Name,
  target: Target,
  ask: Part['ask'] = {},
): Promise<Read<Lists[Name]>> {
  if (run.groups && !run.groups.has(target.group)) {
    return Promise.resolve(notAsked(`the cluster does not serve ${target.group}`));
  }
  return readParts(run, name, [{ target, ask }]);
}

/** Calico's own resources, wherever this cluster keeps them. */
export async function readCalico(run: Run, places: Places) {
  const read = <Name extends ListName>(
    name: Name,
    resource: (typeof calicoResources)[number],
  ): Promise<Read<Lists[Name]>> =>
    places.calicoApi
      ? readParts(run, name, [{ target: { ...places.calicoApi, resource } }])
      : Promise.resolve(notAsked('the cluster serves no API of Calico'));
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
  name: Name,
): Promise<Read<Lists[Name]>> {
  const group = 'helm.cattle.io';
  const resource = name.toLowerCase();
  const target = { group, version: 'v1', resource, namespace: 'kube-system' };
  const read = await readIfServed(run, name, target);
  return read.state === 'read' ? { ...read, items: read.items.filter(isOfCalico) } : read;
}

/** What the operator and other owners keep. */
export async function readOwnership(run: Run) {
  const operator = (resource: string): Target => ({
    group: 'operator.tigera.io',
    version: 'v1',
    resource,
  });
  const [installations, tigeraStatuses, helmCharts, helmChartConfigs] = await Promise.all([
    readIfServed(run, 'installations', operator('installations')),
    readIfServed(run, 'tigeraStatuses', operator('tigerastatuses')),
    readCharts(run, 'helmCharts'),
    readCharts(run, 'helmChartConfigs'),
  ]);
  return { installations, tigeraStatuses, helmCharts, helmChartConfigs };
}
