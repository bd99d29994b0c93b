import type { Install } from '../model/install.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { isMoving } from './durable.ts';

/** From so many pods of one DaemonSet on, restarting all of them in its own order is the shorter way. */
const manyPods = 4;

const ownerOf = (pod: Pod): string | undefined =>
  pod.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet')?.name;

function deletions(pods: readonly Pod[]): readonly string[] {
  return pods.flatMap(({ metadata, spec }) => {
    const namespace = metadata.namespace ?? 'default';
    const app = metadata.labels?.['k8s-app'] ?? 'calico-node';
    const node = spec?.nodeName;
    return [
      ...(node === undefined ? [] : [`# ${node}: its DaemonSet makes a new pod at once`]),
      `kubectl -n ${namespace} delete pod ${metadata.name}`,
      ...(node === undefined
        ? []
        : [
            `kubectl -n ${namespace} wait pod -l k8s-app=${app} --field-selector spec.nodeName=${node} --for=condition=Ready --timeout=180s`,
          ]),
    ];
  });
}

function rollout(pods: readonly Pod[]): readonly string[] | null {
  const owners = new Set(
    pods.map((pod) => `${pod.metadata.namespace ?? ''}/${ownerOf(pod) ?? ''}`),
  );
  const [owner] = owners;
  const [namespace, name] = owner?.split('/') ?? [];
  if (owners.size !== 1 || !namespace || !name || pods.length < manyPods) return null;
  return [
    `kubectl -n ${namespace} rollout restart daemonset/${name}`,
    `kubectl -n ${namespace} rollout status daemonset/${name} --timeout=15m`,
  ];
}

/** The deletion of a pod whose DaemonSet makes another one; of that very pod, not of the next of the same name. */
export const deletion = ({ metadata: { name, namespace, uid } }: Pod): Change => ({
  ref: { apiVersion: 'v1', kind: 'Pod', name, ...(namespace === undefined ? {} : { namespace }) },
  verb: 'delete',
  body: null,
  ...(uid === undefined ? {} : { guard: { uid } }),
});

/**
 * Starts calico-node pods anew, one after the other, or all of their DaemonSet where there are many. Null if there are none.
 * Pods that run on the node keep their network meanwhile: the dataplane stays as Felix left it. Refused while an installation is
 * being moved or removed.
 */
export function restartPods(pods: readonly Pod[], install?: Install): Remedy | null {
  if (pods.length === 0) return null;
  const isRefused = install !== undefined && isMoving(install);
  return {
    id: 'restart-pods',
    title: words.title(pods.length),
    action: isRefused ? 'refuse' : 'apply',
    risk: 'restarts-pods',
    changes: isRefused ? [] : pods.map(deletion),
    consequences: [words.consequence],
    manual: rollout(pods) ?? deletions(pods),
  };
}

const words = {
  title: (count: number): string =>
    count === 1 ? 'Start the calico-node pod anew' : `Start the ${count} calico-node pods anew`,
  consequence:
    'Running pods keep their network while calico-node starts; BGP sessions of the node drop for some seconds and come back.',
};
