import { enumerate } from '../calico/enumerate.ts';
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

/** Without calico-node nobody takes the condition back: it is written by hand, node by node, through the status of the node. */
export function clearLeftOver(nodes: readonly string[]): Remedy {
  const condition = {
    type: 'NetworkUnavailable',
    status: 'False',
    reason: 'CalicoRemoved',
    message: words.removed,
  };
  const body = JSON.stringify({ status: { conditions: [condition] } });
  const [first = '', ...others] = nodes;
  return {
    id: 'clear-left-over',
    title: words.clear,
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.cleared],
    manual: [
      `kubectl patch node ${first} --subresource=status -p '${body}'`,
      ...(others.length > 0 ? [`# ${words.same(others)}`] : []),
    ],
  };
}

const words = {
  removed: 'Calico was removed from this node',
  clear: 'Take the condition back, if another network serves the nodes',
  cleared:
    'The taint goes with the condition, and pods are scheduled again. If Calico is wanted, install it instead.',
  same: (nodes: readonly string[]): string => `the same for ${enumerate(nodes, 12)}`,
  routes: "Keep the cloud provider's route controller away from nodes whose network is Calico's",
  flag: 'start the cloud controller manager (or the controller manager) with --configure-cloud-routes=false',
  managed: "this is set in the provider's own settings of the cluster, or by its support",
  afterwards: 'calico-node clears the condition at its next start.',
};
