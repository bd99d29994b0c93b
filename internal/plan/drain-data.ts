import type { Pod } from '../model/kubernetes.ts';
import { appOf } from './drain-calico.ts';
import { fitsNodeSelector, volumesOf } from './drain-fit.ts';
import type { Volume } from './drain-facts.ts';
import { controllerOf, hasEmptyDir, hasEnded } from './drain-judge.ts';
import { canReplace } from './drain-nodes.ts';
import { blocking, type DrainView, type Look, namesOf, remark } from './drain-view.ts';

const zoneLabel = 'topology.kubernetes.io/zone';

const hasHostPath = ({ spec }: Pod): boolean =>
  (spec?.volumes ?? []).some(({ hostPath }) => hostPath !== undefined && hostPath !== null);

// A volume that is a disk or a directory of one machine: by its sort, or as it is bound to a host name.
const isLocal = ({ spec }: Volume): boolean =>
  spec?.local !== undefined ||
  spec?.hostPath !== undefined ||
  JSON.stringify(spec?.nodeAffinity ?? {}).includes('"kubernetes.io/hostname"');

// What Calico's own parts keep on a machine they make anew.
const isOfCalico = (pod: Pod): boolean => /^(?:calico-|tigera-)/.test(appOf(pod));

const isOfStatefulSet = (pod: Pod): boolean => controllerOf(pod)?.kind === 'StatefulSet';

/** Pods of StatefulSets with a volume of this zone, if no other node of the zone could take them. */
function boundToZone(view: DrainView, pods: readonly Pod[]): readonly Pod[] {
  const { node, others, facts } = view;
  const zone = node.metadata.labels?.[zoneLabel];
  const isNeighbour = others.some(
    (other) => other.metadata.labels?.[zoneLabel] === zone && canReplace(node, other),
  );
  if (zone === undefined || isNeighbour) return [];
  return pods.filter((pod) =>
    volumesOf(pod, facts).some(
      (volume) =>
        !isLocal(volume) &&
        volume.spec?.nodeAffinity?.required !== undefined &&
        !others.some(
          (other) =>
            canReplace(node, other) && fitsNodeSelector(other, volume.spec?.nodeAffinity?.required),
        ),
    ),
  );
}

/** What pods keep on this machine, and what becomes of it. */
export const dataConcerns: Look = (view) => {
  const pods = view.leaving.filter((pod) => !hasEnded(pod));
  const stateful = pods.filter(isOfStatefulSet);
  const zonal = boundToZone(view, stateful);
  const some = (
    id: string,
    found: readonly Pod[],
    text: (names: string) => string,
  ): ReturnType<Look> => (found.length > 0 ? [remark(id, text(namesOf(found)))] : []);
  return [
    ...(zonal.length > 0
      ? [
          blocking(
            'last-in-zone',
            words.zone(view.node.metadata.labels?.[zoneLabel] ?? '', namesOf(zonal)),
          ),
        ]
      : []),
    ...some('empty-dirs-lost', pods.filter(hasEmptyDir), words.emptyDirs),
    ...some(
      'unmanaged-pods',
      pods.filter((pod) => !controllerOf(pod)),
      words.unmanaged,
    ),
    ...some(
      'local-volumes',
      pods.filter((pod) => volumesOf(pod, view.facts).some(isLocal)),
      words.local,
    ),
    ...some(
      'host-paths',
      pods.filter((pod) => hasHostPath(pod) && !isOfCalico(pod)),
      words.hostPaths,
    ),
    ...some('stateful-pods', stateful, words.stateful),
  ];
};

const words = {
  zone: (zone: string, pods: string): string =>
    `It is the last node of zone ${zone} that takes pods, and the volumes of ${pods} are there: they could not start anywhere.`,
  emptyDirs: (pods: string): string => `Lost for good: what ${pods} keep in emptyDir volumes.`,
  unmanaged: (pods: string): string =>
    `Nothing brings these pods back once they are gone: ${pods}.`,
  local: (pods: string): string =>
    `The volumes of ${pods} are on this machine: these pods wait until it takes pods again.`,
  hostPaths: (pods: string): string =>
    `Directories of this machine (hostPath) are not found elsewhere by ${pods}.`,
  stateful: (pods: string): string =>
    `Pods of StatefulSets start elsewhere only after they have ended here and their volumes are detached: ${pods}.`,
};
