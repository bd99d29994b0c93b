import type { RuntimeName } from '../calico/runtime.ts';
import type { Remedy } from '../model/remedy.ts';
import { nodeRunbook } from './node-runbook.ts';

export interface DiskNode {
  readonly name: string;
  readonly runtime: RuntimeName | null;
  /** Failed calico-node pods that the eviction left behind. */
  readonly failedPods: readonly { readonly namespace: string; readonly name: string }[];
}

/** Frees disk space on each of these machines, and clears away the pods that the eviction left. */
export function freeDisk(nodes: readonly DiskNode[]): Remedy {
  const of = (name: string): DiskNode | undefined => nodes.find((node) => node.name === name);
  return nodeRunbook({
    id: 'free-disk',
    title: words.title,
    risk: 'none',
    consequences: [words.consequence],
    after: (name) => [
      ...(of(name)?.failedPods ?? []).map(
        (pod) => `kubectl -n ${pod.namespace} delete pod ${pod.name}`,
      ),
      `kubectl get node ${name} -o jsonpath='{.status.conditions[?(@.type=="DiskPressure")].status}{"\\n"}'`,
    ],
    work: nodes.map(({ name, runtime }) => ({
      node: name,
      commands: [
        'df -h / /var /var/lib/kubelet /var/lib/containerd 2>/dev/null; df -ih /var',
        'sudo du -xh --max-depth=2 /var 2>/dev/null | sort -h | tail -20',
        words.images,
        runtime === 'docker' ? 'sudo docker image prune -a -f' : 'sudo crictl rmi --prune',
        'sudo journalctl --vacuum-size=500M',
      ],
    })),
  });
}

const words = {
  title: 'Free disk space on the node',
  consequence:
    'The kubelet lifts the pressure some minutes after the space is there; calico-node comes back by itself.',
  images:
    '# drops images that no container uses (they are pulled again when needed) and old journals:',
};
