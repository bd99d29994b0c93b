import type { KubeObject } from '../model/kubernetes.ts';
import { isCalicoDaemonSet, isOperator } from './calico-objects.ts';
import type { AllLists } from './gather-lists.ts';
import { itemsOf } from './gather-places.ts';
import { fluxKinds } from './names.ts';
import { type Part, readParts } from './reads.ts';
import type { Run } from './run.ts';

/** The objects whose owner decides where a change goes. */
function ownedObjects(lists: AllLists): readonly KubeObject[] {
  return [
    ...itemsOf(lists.installations),
    ...itemsOf(lists.daemonSets).filter(isCalicoDaemonSet),
    ...itemsOf(lists.deployments).filter(isOperator),
    ...itemsOf(lists.helmChartConfigs),
  ];
}

// Argo CD marks by `argocd.argoproj.io/tracking-id: APP:GROUP/KIND:NS/NAME` (its own namespace before APP with `_`), before
// 3.0 by the label app.kubernetes.io/instance, which others use too: the Application of that name is what proves it. Its manual
// proposes a label of its own in place of that.
function argoNames({ metadata: { annotations, labels } }: KubeObject): readonly string[] {
  const tracked = annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0];
  const labelled = [
    labels?.['argocd.argoproj.io/instance'],
    labels?.['app.kubernetes.io/instance'],
  ];
  return [tracked, ...labelled]
    .map((name) => name?.split('_').at(-1))
    .filter((name) => name !== undefined && name !== '')
    .map(String);
}

function argoParts(objects: readonly KubeObject[], version: string): readonly Part[] {
  const names = [...new Set(objects.flatMap(argoNames))];
  return names.map((name) => ({
    target: { group: 'argoproj.io', version, resource: 'applications' },
    ask: { query: { fieldSelector: `metadata.name=${name}` } },
  }));
}

function fluxParts(objects: readonly KubeObject[], run: Run): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const { metadata } of objects) {
    for (const [group, resource] of fluxKinds) {
      const name = metadata.labels?.[`${group}/name`];
      const namespace = metadata.labels?.[`${group}/namespace`];
      const version = run.groups?.get(group);
      if (!name || !namespace || !version) continue;
      const target = { group, version, resource, namespace, name };
      parts.set(`${resource}/${namespace}/${name}`, { target });
    }
  }
  return [...parts.values()];
}

/** Reads the Argo CD Applications and Flux objects that Calico's own objects name as their owners, and no others. */
export async function gatherOwners(
  run: Run,
  lists: AllLists,
): Promise<Pick<AllLists, 'argoApplications' | 'fluxObjects'>> {
  const objects = ownedObjects(lists);
  const argoVersion = run.groups?.get('argoproj.io');
  const argo = argoVersion ? argoParts(objects, argoVersion) : [];
  const flux = fluxParts(objects, run);
  const [argoApplications, fluxObjects] = await Promise.all([
    argo.length > 0 ? readParts(run, 'argoApplications', argo) : lists.argoApplications,
    flux.length > 0 ? readParts(run, 'fluxObjects', flux) : lists.fluxObjects,
  ]);
  return { argoApplications, fluxObjects };
}
