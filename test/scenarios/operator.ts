import { say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { crashLoop, setLog } from '../support/faults.ts';
import { add, at, type Sample, type Scenario } from '../support/sample.ts';

const two = 'no more than one node address autodetection method can be specified per-family';

function degrade(sample: Sample, reason: string, message: string): void {
  for (const condition of sample.lists.tigeraStatuses?.[0]?.status?.conditions ?? []) {
    if (condition.type === 'Degraded')
      Object.assign(condition, {
        status: 'True',
        reason,
        message,
        lastTransitionTime: at(sample, -900),
      });
    if (condition.type === 'Available')
      Object.assign(condition, { status: 'False', reason: 'Unknown', message: '' });
  }
}

function operatorPod(sample: Sample, image: string) {
  const pod = runningPod(sample, {
    name: 'tigera-operator-6f9b7c8d55-m2m2m',
    namespace: 'tigera-operator',
    node: 'worker-1',
    hostIP: '10.20.0.11',
    age: 9000,
    labels: { 'k8s-app': 'tigera-operator' },
    owner: { kind: 'ReplicaSet', name: 'tigera-operator-6f9b7c8d55' },
    spec: { hostNetwork: true, containers: [{ name: 'tigera-operator', image }] },
  });
  add(sample, 'pods', pod);
  return pod;
}

/** A patch added a method and left the operator's default in place. */
function twoMethods(): Sample {
  const sample = healthyCluster({
    nodes: 3,
    install: 'operator',
    version: 'v3.31.4',
    kubernetes: 'v1.34.1',
  });
  const network = sample.lists.installations?.[0]?.spec?.calicoNetwork;
  if (network)
    network.nodeAddressAutodetectionV4 = { firstFound: true, kubernetes: 'NodeInternalIP' };
  degrade(sample, 'InvalidConfigurationError', `Invalid Installation provided: ${two}`);
  return sample;
}

/** The same in a plain dump: only the operator's own log tells it. */
function twoMethodsPlain(): Sample {
  const sample = healthyCluster({ nodes: 2, install: 'operator', version: 'v3.29.0' });
  delete sample.lists.installations;
  delete sample.lists.tigeraStatuses;
  const pod = operatorPod(sample, 'quay.io/tigera/operator:v1.36.0');
  const fields = {
    level: 'error',
    ts: at(sample, -55),
    logger: 'controller_installation',
    msg: 'Invalid Installation provided',
    reason: 'InvalidConfigurationError',
    error: two,
  };
  setLog(sample, pod, 'tigera-operator', `${JSON.stringify(fields)}\n`);
  return sample;
}

/** A node is not ready for a reason of its own, and the operator says that it waits: its complaint is no cause. */
function waitingOperator(): Sample {
  const version = 'v3.30.1';
  const sample = healthyCluster({ nodes: 3, install: 'operator', version });
  stayUnready(sample, 'worker-2', [
    say(sample, { version, ago: 4, component: 'felix' }, 'Nothing that anybody knows'),
  ]);
  degrade(
    sample,
    'ResourceUpdateError',
    'Failed to write default status: Operation cannot be fulfilled on installations.operator.tigera.io "default": the object has been modified; please apply your changes to the latest version and try again',
  );
  return sample;
}

/** The operator's rights are those of an older release; new rules for calico-node cannot be handed on. */
function withoutRights(): Sample {
  const version = 'v3.30.3';
  const sample = healthyCluster({ nodes: 2, install: 'operator', version });
  operatorPod(sample, 'quay.io/tigera/operator:v1.38.3');
  degrade(
    sample,
    'ResourceUpdateError',
    'Error creating / updating resource: clusterroles.rbac.authorization.k8s.io "calico-node" is forbidden: user "system:serviceaccount:tigera-operator:tigera-operator" is attempting to grant RBAC permissions not currently held: {APIGroups:["crd.projectcalico.org"], Resources:["stagednetworkpolicies"], Verbs:["list"]}',
  );
  for (const node of ['worker-1', 'worker-2'])
    stayUnready(
      sample,
      node,
      [2, 1].map((ago) =>
        say(
          sample,
          { version, ago, component: 'felix', file: 'watchercache.go' },
          'Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/stagednetworkpolicies" error=connection is unauthorized: stagednetworkpolicies.crd.projectcalico.org is forbidden: User "system:serviceaccount:calico-system:calico-node" cannot list resource "stagednetworkpolicies" in API group "crd.projectcalico.org" at the cluster scope',
        ),
      ),
    );
  return sample;
}

/** The operator crashes; calico-node goes on. */
function crashingOperator(): Sample {
  const sample = healthyCluster({ nodes: 2, install: 'operator', version: 'v3.28.2' });
  const pod = operatorPod(sample, 'quay.io/tigera/operator:v1.34.3');
  crashLoop(sample, pod, { lived: 4, exitCode: 1, reason: 'Error', restarts: 31 });
  const deployment = sample.lists.deployments?.find(
    ({ metadata }) => metadata.name === 'tigera-operator',
  );
  if (deployment) deployment.status = { replicas: 1, readyReplicas: 0 };
  return sample;
}

/** calico.yaml was applied on top of canal. */
function onTop(): Sample {
  const sample = healthyCluster({ nodes: 3, install: 'canal', version: 'v3.24.5' });
  const other = healthyCluster({ nodes: 3, install: 'manifest', version: 'v3.24.5' });
  const pods = (other.lists.pods ?? []).filter(
    ({ metadata }) => metadata.labels?.['k8s-app'] === 'calico-node',
  );
  for (const pod of pods) {
    crashLoop(other, pod, { lived: 70, exitCode: 0, reason: 'Completed', restarts: 12 });
    setLog(
      sample,
      pod,
      'calico-node',
      `${say(sample, { version: 'v3.24.5', ago: 3, level: 'ERROR', component: 'felix', file: 'health.go' }, 'Health endpoint failed, trying to restart it... error=listen tcp 127.0.0.1:9099: bind: address already in use')}\n`,
    );
  }
  add(sample, 'pods', ...pods);
  add(sample, 'daemonSets', ...(other.lists.daemonSets ?? []));
  return sample;
}

const everywhere = ['worker-1', 'worker-2', 'worker-3'];

export const scenarios: readonly Scenario[] = [
  {
    name: 'operator-degraded-config',
    title: 'Two address methods are set in the Installation, so the operator renders nothing.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'operator-degraded-config',
      nodes: [],
      renderer: 'operator',
    },
    build: twoMethods,
  },
  {
    name: 'operator-degraded-config-plain',
    title: 'The same in a plain dump, by the log of the operator.',
    layout: 'cluster-info',
    expect: { verdict: 'findings', first: 'operator-degraded-config', renderer: 'operator' },
    build: twoMethodsPlain,
  },
  {
    name: 'operator-degraded-lookalike-waiting',
    title: 'A node is not ready, and the operator says that it waits.',
    layout: 'objects',
    expect: {
      verdict: 'undetermined',
      first: 'undetermined',
      nodes: ['worker-2'],
      never: ['operator-degraded-config', 'operator-down-or-outdated'],
    },
    build: waitingOperator,
  },
  {
    name: 'operator-down-or-outdated',
    title: 'The operator may not give calico-node the rights of its own release.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'operator-down-or-outdated',
      nodes: ['worker-1', 'worker-2'],
    },
    build: withoutRights,
  },
  {
    name: 'operator-down-or-outdated-crashing',
    title: 'The operator crashes; calico-node goes on without it.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, renderer: 'operator' },
    build: crashingOperator,
  },
  {
    name: 'two-installations',
    title: 'calico.yaml was applied to a cluster that runs canal.',
    layout: 'cluster-info',
    expect: { verdict: 'findings', first: 'two-installations', nodes: everywhere },
    build: onTop,
  },
];
