import { isObject } from '../../support/json.ts';
import { speechOf } from './cluster/calico-speech.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';
import { valueAt } from './cluster/operator-rules.ts';
import type { Fault } from './journey-faults.ts';
import type { Json } from './kube-client.ts';

const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/calico-node';
const group = 'crd.projectcalico.org';
const plural = 'bgpfilters';
const error = `connection is unauthorized: ${plural}.${group} is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot list resource "${plural}" in API group "${group}" at the cluster scope`;
const askMs = 2000;

const resourcesOf = (rule: unknown): readonly unknown[] => {
  const resources = valueAt(rule, 'resources');
  return Array.isArray(resources) ? resources : [];
};

const rulesOf = ({ rules }: Json): readonly Json[] =>
  Array.isArray(rules) ? rules.filter(isObject) : [];

// What confd says each time that it asks in vain, on each node.
async function askAll({ client, kubelets }: SimulatedCluster): Promise<void> {
  const isAllowed = rulesOf(await client.get(path)).some((rule) =>
    resourcesOf(rule).includes(plural),
  );
  if (isAllowed) return;
  for (const { containers } of kubelets.pods()) {
    const program = containers.find(({ name }) => name === 'calico-node')?.program;
    if (!program) continue;
    const text = `Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/${plural}" error=${error}`;
    speechOf(program.log, 'v3.32.1').info(Date.now() / 1000, 'confd', 'watchercache.go', text);
  }
}

/** A role that is older than the images: calico-node may not list one of Calico's kinds, and says so as long as that is so. */
export function missingRight(): Fault {
  let timer: NodeJS.Timeout | null = null;
  let before: readonly Json[] = [];
  return {
    finding: 'rbac-missing',
    bringUp: async (cluster) => {
      before = rulesOf(await cluster.client.get(path));
      const rules = before.map((rule) => ({
        ...rule,
        resources: resourcesOf(rule).filter((one) => one !== plural),
      }));
      await cluster.client.patch(path, { rules });
      timer = setInterval(() => void askAll(cluster).catch(() => {}), askMs);
    },
    takeAway: async ({ client }) => {
      if (timer) clearInterval(timer);
      await client.patch(path, { rules: before });
    },
  };
}
