import { healthyCluster, workers } from '../support/cluster.ts';
import {
  addEvent,
  crashLoop,
  daemonSetOf,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  storeAddress,
} from '../support/faults.ts';
import { add, at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { misses } from '../support/wrong-address.ts';

const never = ['undetermined', 'wrong-ip-autodetected', 'bgp-port-179-blocked'];

/** Makes calico-node on a node end at once with these lines of its start; nothing is stored. */
function refuses(
  sample: Sample,
  node: string,
  version: string,
  lines: readonly (readonly [level: string, message: string, file?: string])[],
): void {
  const pod = podOn(sample, node);
  storeAddress(nodeOf(sample, node), null);
  crashLoop(sample, pod, { lived: 1, exitCode: 1, reason: 'Error', restarts: 6 });
  const text = lines.map(([level, message, file = 'startup.go'], index) =>
    logLine({ start: at(sample, -41), version }, index / 100, level, 'startup', file, message),
  );
  setLog(sample, pod, 'calico-node', [...text, 'Calico node failed to start', ''].join('\n'));
  addEvent(sample, pod, 'BackOff', 'Back-off restarting failed container calico-node', {
    count: 31,
  });
}

// The method names a card that one machine does not have.
function noneFound(): Sample {
  const nodes = workers(3).map((node) => ({
    ...node,
    nic: node.name === 'worker-3' ? 'enp6s18' : 'ens3',
  }));
  const sample = healthyCluster({ version: 'v3.26.4', nodes });
  const env = { name: 'IP_AUTODETECTION_METHOD', value: 'interface=ens.*' };
  for (const { name } of nodes) podOn(sample, name).spec?.containers?.[0]?.env?.push(env);
  daemonSetOf(sample).spec?.template?.spec?.containers?.[0]?.env?.push(env);
  refuses(sample, 'worker-3', 'v3.26.4', [
    ['INFO', 'Determined node name: worker-3', 'utils.go'],
    ['INFO', 'Datastore connection verified'],
    [
      'WARNING',
      'Unable to auto-detect an IPv4 address using interface regexes [ens.*]: no valid host interfaces found',
      'autodetection_methods.go',
    ],
    [
      'WARNING',
      "Couldn't autodetect an IPv4 address. If auto-detecting, choose a different autodetection method. Otherwise provide an explicit address.",
    ],
    ['INFO', 'Clearing out-of-date IPv4 address from this node IP=""'],
    ['WARNING', 'Terminating', 'utils.go'],
  ]);
  return sample;
}

// The method of newer releases was set in an old one; the rollout stops at its first pod.
function invalidMethod(): Sample {
  const version = 'v3.19.1';
  const sample = healthyCluster({ version, kubernetes: 'v1.20.15', nodes: 3 });
  const env = { name: 'IP_AUTODETECTION_METHOD', value: 'kubernetes-internal-ip' };
  daemonSetOf(sample).spec?.template?.spec?.containers?.[0]?.env?.push(env);
  podOn(sample, 'worker-2').spec?.containers?.[0]?.env?.push(env);
  refuses(sample, 'worker-2', version, [
    ['INFO', 'Datastore connection verified'],
    ['ERROR', 'Invalid IP autodetection method: kubernetes-internal-ip'],
    ['WARNING', 'Terminating', 'utils.go'],
  ]);
  return sample;
}

// A machine was replaced by another one with its address; the old Node object was left.
function replacedMachine(): Sample {
  const version = 'v3.31.3';
  const sample = healthyCluster({
    version,
    kubernetes: 'v1.33.5',
    nodes: [...workers(2), { name: 'worker-2b', ip: '10.20.0.12' }],
  });
  const gone = nodeOf(sample, 'worker-2');
  const stopped = 'Kubelet stopped posting node status.';
  setCondition(sample, gone, 'Ready', 'Unknown', 'NodeStatusUnknown', stopped, 2400);
  refuses(sample, 'worker-2b', version, [
    ['INFO', 'Determined node name: worker-2b', 'utils.go'],
    [
      'INFO',
      'Using autodetected IPv4 address on interface ens3: 10.20.0.12/24',
      'autodetection_methods.go',
    ],
    ['INFO', 'Node IPv4 changed, will check for conflicts'],
    ['WARNING', "Calico node 'worker-2' is already using the IPv4 address 10.20.0.12."],
    ['INFO', 'Clearing out-of-date IPv4 address from this node IP="10.20.0.12/24"'],
    ['WARNING', 'Terminating', 'utils.go'],
  ]);
  return sample;
}

// Two machines were given one address; both started at the same moment, so neither saw the other.
function quietDuplicate(): Sample {
  const nodes = [...workers(2), { name: 'worker-3', ip: '10.20.0.12' }];
  return healthyCluster({ install: 'operator', version: 'v3.29.7', nodes });
}

// The machine was cloned with the file that an earlier start of calico-node had left.
function clonedName(): Sample {
  const version = 'v3.27.2';
  const sample = healthyCluster({ version, nodes: 3 });
  for (const spec of [daemonSetOf(sample).spec?.template?.spec, podOn(sample, 'worker-3').spec]) {
    const container = spec?.containers?.[0];
    if (container?.env) container.env = container.env.filter(({ name }) => name !== 'NODENAME');
  }
  refuses(sample, 'worker-3', version, [
    ['INFO', 'Using stored node name golden-image from /var/lib/calico/nodename', 'utils.go'],
    ['INFO', 'Determined node name: golden-image', 'utils.go'],
    ['INFO', 'Datastore connection verified'],
    ['INFO', 'Building new node resource Name="golden-image"'],
    ['ERROR', 'Failed to read Node from datastore error=nodes "golden-image" not found'],
    ['WARNING', 'Terminating', 'utils.go'],
  ]);
  return sample;
}

// A machine was removed from Kubernetes while kube-controllers was down; Calico's own record of it stayed in etcd.
function leftRecord(): Sample {
  const sample = healthyCluster({
    install: 'etcd',
    version: 'v3.26.5',
    nodes: 3,
    noLogs: true,
  });
  const record = (name: string, address: string): void =>
    add(sample, 'calicoNodes', {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name },
      spec: {
        bgp: { ipv4Address: address },
        orchRefs: [{ nodeName: name, orchestrator: 'k8s' }],
      },
    });
  for (const { name, ip } of workers(3)) record(name, `${ip}/24`);
  record('worker-9', '10.20.0.19/24');
  misses(sample, 'worker-1', ['10.20.0.19']);
  misses(sample, 'worker-3', ['10.20.0.19']);
  return sample;
}

// Somebody took the annotation away; up to v3.28 calico-node does not look again while it runs.
function takenAddress(): Sample {
  const sample = healthyCluster({ install: 'operator', version: 'v3.28.2', nodes: 3 });
  storeAddress(nodeOf(sample, 'worker-2'), null);
  return sample;
}

// A release that does not look again while it runs; a bridge was made after the start.
function luckyAddress(): Sample {
  const nodes = workers(3).map((node) =>
    node.name === 'worker-2'
      ? { ...node, more: [{ name: 'lab0', index: 12, addresses: ['192.168.66.1/24'] }] }
      : node,
  );
  return healthyCluster({ version: 'v3.14.2', kubernetes: 'v1.18.20', nodes });
}

const scenario = (
  id: string,
  title: string,
  build: () => Sample,
  nodes: readonly string[],
  rest: { readonly suffix?: string; readonly renderer?: string } = {},
): Scenario => ({
  name: `${id}${rest.suffix ?? ''}`,
  title,
  layout: 'objects',
  expect: { verdict: 'findings', first: id, nodes, renderer: rest.renderer ?? 'manifest', never },
  build,
});

export const scenarios: readonly Scenario[] = [
  scenario('ip-autodetect-none-found', 'One machine has another card.', noneFound, ['worker-3']),
  scenario(
    'ip-autodetect-invalid-method',
    'The method is too new for the release.',
    invalidMethod,
    ['worker-2'],
  ),
  scenario('ip-address-conflict', 'A new machine has the address of a dead one.', replacedMachine, [
    'worker-2b',
  ]),
  scenario(
    'ip-address-conflict',
    'Two nodes have one address and all pods are ready.',
    quietDuplicate,
    ['worker-2', 'worker-3'],
    { suffix: '-quiet', renderer: 'operator' },
  ),
  scenario('node-name-mismatch', 'A cloned machine has a foreign name.', clonedName, ['worker-3']),
  scenario('stale-node-objects', 'etcd keeps the record of a removed node.', leftRecord, [
    'worker-9',
  ]),
  scenario(
    'node-without-routes',
    'The annotation of a node was removed.',
    takenAddress,
    ['worker-2'],
    { renderer: 'operator' },
  ),
  {
    ...scenario('address-right-by-luck', 'A bridge would come first now.', luckyAddress, []),
    expect: { verdict: 'healthy', first: null, renderer: 'manifest', never },
  },
];
