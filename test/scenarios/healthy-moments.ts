import {
  addEvent,
  daemonSetOf,
  logOf,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  storeAddress,
  stuckInit,
  unready,
} from '../support/faults.ts';
import { healthy, setCounts } from '../support/healthy-scenario.ts';
import { later, neighbourOn, upTo } from '../support/node-faults.ts';
import { noisyCluster } from '../support/noisy-cluster.ts';
import { markInstallation } from '../support/owners.ts';
import { replaced, withoutNetwork } from '../support/pod-faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';

/** calico-node of a node began so many seconds ago, and is at its start still. */
function begin(sample: Sample, node: string, ago: number): void {
  const pod = podOn(sample, node);
  const log = upTo(logOf(sample, pod), 'Calico node started successfully');
  replaced(sample, pod, ago);
  setLog(sample, pod, 'calico-node', later(log, 90_000 - ago + 2));
  const status = pod.status?.containerStatuses?.[0];
  if (status) status.state = { running: { startedAt: at(sample, -ago + 5) } };
  unready(pod);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: felix is not ready: Get "http://localhost:9099/readiness": dial tcp [::1]:9099: connect: connection refused',
    { ago: 3 },
  );
}

/** A new image: one node is through, one is at it, one waits for its turn. */
function rollout(): Sample {
  const sample = noisyCluster({ version: 'v3.29.4', nodes: 3 });
  daemonSetOf(sample).metadata.generation = 2;
  setCounts(sample, {
    observedGeneration: 2,
    updatedNumberScheduled: 2,
    numberReady: 2,
    numberAvailable: 2,
    numberUnavailable: 1,
  });
  replaced(sample, podOn(sample, 'worker-1'), 140);
  begin(sample, 'worker-2', 21);
  for (const node of ['worker-1', 'worker-2'])
    (podOn(sample, node).metadata.labels ??= {})['pod-template-generation'] = '2';
  return sample;
}

/** A machine that joined less than a minute ago. */
function nodeJoined(): Sample {
  const sample = noisyCluster({ version: 'v3.30.3', nodes: 3 });
  const node = nodeOf(sample, 'worker-3');
  node.metadata.creationTimestamp = at(sample, -44);
  storeAddress(node, null);
  node.status?.conditions?.shift();
  withoutNetwork(sample, node, 44);
  (node.spec ??= {}).taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
  const pod = podOn(sample, 'worker-3');
  replaced(sample, pod, 42, '6f4f9c7d5');
  stuckInit(pod, 'install-cni', { running: { startedAt: at(sample, -6) } });
  sample.lists.pods = sample.lists.pods?.filter(
    ({ metadata, spec }) => metadata.namespace !== 'shop' || spec?.nodeName !== 'worker-3',
  );
  setCounts(sample, { numberReady: 2, numberAvailable: 2, numberUnavailable: 1 });
  return sample;
}

/** Somebody deleted a pod; its hook closed the node for new pods until the next one is through. */
function podRestarted(): Sample {
  const sample = noisyCluster({ version: 'v3.31.2', nodes: 2 });
  begin(sample, 'worker-2', 16);
  const node = nodeOf(sample, 'worker-2');
  setCondition(
    sample,
    node,
    'NetworkUnavailable',
    'True',
    'CalicoIsDown',
    'Calico is shutting down on this node',
    18,
  );
  (node.spec ??= {}).taints = [
    { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' },
  ];
  setCounts(sample, { numberReady: 1, numberAvailable: 1, numberUnavailable: 1 });
  return sample;
}

/** The operator's first two minutes. */
function twoMinutes(): Sample {
  const sample = noisyCluster({
    install: 'operator',
    version: 'v3.31.3',
    nodes: 2,
    age: 118,
  });
  markInstallation(sample, 'v1.40.4');
  for (const { metadata, status } of sample.lists.nodes ?? []) {
    metadata.creationTimestamp = at(sample, -150);
    for (const condition of status?.conditions ?? [])
      condition.lastTransitionTime = at(sample, -95);
  }
  const [installation] = sample.lists.installations ?? [];
  if (installation) installation.metadata.creationTimestamp = at(sample, -140);
  for (const condition of sample.lists.tigeraStatuses?.[0]?.status?.conditions ?? []) {
    condition.lastTransitionTime = at(sample, -20);
    if (condition.type !== 'Degraded') continue;
    condition.status = 'True';
    condition.reason = 'ResourceUpdateError';
    condition.message =
      'Failed to write default status: Operation cannot be fulfilled on installations.operator.tigera.io "default": the object has been modified; please apply your changes to the latest version and try again';
  }
  const web = neighbourOn(sample, 'worker-1', 'web');
  addEvent(sample, web, 'Unhealthy', 'Readiness probe failed: initialized to false', { ago: 70 });
  return sample;
}

export const scenarios: readonly Scenario[] = [
  healthy('rollout', 'a rollout is under way', rollout, { demo: true }),
  healthy('node-joined', 'a node has just joined', nodeJoined),
  healthy('pod-restarted', 'a pod has just been deleted and comes back', podRestarted),
  healthy('two-minutes', 'the cluster is two minutes old', twoMinutes, { renderer: 'operator' }),
];
