import { installOf } from '../calico/install/install.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from './outside.ts';
import { restartPods } from './restart-pods.ts';

/** A new start of calico-node writes the condition again; where a cloud's route controller sets it, that has to stop first. */
export function clearNetworkUnavailable(
  snapshot: Snapshot,
  pods: readonly Pod[],
  setBy: 'calico-node' | 'cloud-provider',
): readonly Remedy[] {
  const restart = restartPods(pods);
  const restarts = restart ? [restart] : [];
  if (setBy === 'calico-node') return restarts;
  const { distribution } = installOf(snapshot);
  return [
    {
      ...outsideCluster(
        words.routes,
        [
          `# ${distribution === 'aks' || distribution === 'gke' || distribution === 'eks' ? words.managed : words.flag}`,
          "kubectl -n kube-system get pods -o yaml | grep -n 'configure-cloud-routes'",
        ],
        [words.afterwards],
      ),
      id: 'stop-cloud-routes',
    },
    ...restarts,
  ];
}

const words = {
  routes: "Keep the cloud provider's route controller away from nodes whose network is Calico's",
  flag: 'start the cloud controller manager (or the controller manager) with --configure-cloud-routes=false',
  managed: "this is set in the provider's own settings of the cluster, or by its support",
  afterwards: 'calico-node clears the condition at its next start.',
};
