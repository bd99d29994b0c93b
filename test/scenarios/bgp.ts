import {
  birdProbe,
  birdSays,
  birdStart,
  birdWithoutPort,
  meshName,
  peersOf,
  serviceDown,
  socketMissing,
} from '../support/bird-faults.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  daemonSetOf,
  nodeOf,
  podOn,
  setCondition,
} from '../support/faults.ts';
import { ended } from '../support/node-faults.ts';
import { add, at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const workersOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `worker-${index + 1}`);

function portTaken(): Sample {
  const sample = healthyCluster({ nodes: 4, version: 'v3.28.2' });
  for (const number of [1, 2, 4])
    birdSays(
      sample,
      `worker-${number}`,
      birdStart(
        peersOf(number, 4),
        peersOf(number, 4).filter((ip) => ip !== '10.20.0.13'),
      ),
    );
  birdSays(sample, 'worker-3', birdWithoutPort(peersOf(3, 4)));
  birdProbe(
    sample,
    'worker-3',
    'BIRD is not ready: BGP not established with 10.20.0.11,10.20.0.12,10.20.0.14',
  );
  add(
    sample,
    'pods',
    runningPod(sample, {
      name: 'speaker-x6n2p',
      namespace: 'load-balancers',
      node: 'worker-3',
      hostIP: '10.20.0.13',
      age: 91_000,
      labels: { component: 'speaker' },
      owner: { kind: 'DaemonSet', name: 'speaker' },
      spec: {
        hostNetwork: true,
        containers: [
          { name: 'speaker', image: 'registry.example/metallb/speaker:v0.14.8' },
          { name: 'frr', image: 'registry.example/frrouting/frr:9.1.0' },
        ],
      },
    }),
  );
  return sample;
}

function wrongNumber(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.27.4', install: 'operator' });
  add(sample, 'bgpPeers', {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'BGPPeer',
    metadata: { name: 'rack-12' },
    spec: { peerIP: '10.20.0.254', asNumber: 65_010, nodeSelector: "rack == '12'" },
  });
  for (const node of ['worker-1', 'worker-2'])
    appendLog(sample, podOn(sample, node), [
      'bird: Reconfiguration requested by SIGHUP',
      'bird: Reconfiguring',
      'bird: Adding protocol Node_10_20_0_254',
      'bird: Node_10_20_0_254: Initializing',
      'bird: Node_10_20_0_254: Starting',
      'bird: Node_10_20_0_254: State changed to start',
      'bird: Reconfigured',
      'bird: Node_10_20_0_254: Error: Bad peer AS: 65001',
      'bird: Node_10_20_0_254: Error: Bad peer AS: 65001',
    ]);
  return sample;
}

function badTemplate(): Sample {
  const version = 'v3.30.2';
  const sample = healthyCluster({ nodes: 3, version, install: 'operator' });
  for (const node of workersOf(3)) {
    const pod = podOn(sample, node);
    const say = (message: string, level = 'ERROR'): string =>
      logLine({ start: at(sample, -70), version }, 0, level, 'confd', 'resource.go', message);
    const file = '/etc/calico/confd/config/.bird.cfg1720394';
    birdSays(sample, node, [
      say(
        `Error from checkcmd "bird -p -c ${file}": "bird: ${file}:6:1 Unable to open included file /etc/calico/confd/config/bird_aggr.cfg: No such file or directory\\n"`,
      ),
      say('Check failed, but file does not yet exist - create anyway', 'INFO'),
      say('Target config /etc/calico/confd/config/bird.cfg has been updated', 'INFO'),
      ...Array.from(
        { length: 30 },
        () =>
          'bird: /etc/calico/confd/config/bird.cfg:58:22 syntax error, unexpected CF_SYM_UNDEFINED',
      ),
    ]);
    ended(sample, pod, { exitCode: 0, restarts: 5, lived: 180, ago: 66 });
    birdProbe(sample, node, serviceDown.replace('bird/confd', 'bird'), { probe: 'Readiness' });
  }
  return sample;
}

function switchedToVxlan(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.26.3', install: 'vxlan' });
  const probed = [
    daemonSetOf(sample).spec?.template?.spec,
    ...workersOf(3).map((node) => podOn(sample, node).spec),
  ];
  for (const container of probed.map((spec) => spec?.containers?.[0])) {
    if (container?.readinessProbe)
      container.readinessProbe.exec = {
        command: ['/bin/calico-node', '-felix-ready', '-bird-ready'],
      };
  }
  for (const node of workersOf(3)) birdProbe(sample, node, socketMissing);
  return sample;
}

function leftOver(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.26.3', age: 4000 });
  setCondition(
    sample,
    nodeOf(sample, 'worker-2'),
    'NetworkUnavailable',
    'True',
    'CalicoIsDown',
    'Calico is shutting down on this node',
    4010,
  );
  (nodeOf(sample, 'worker-2').spec ??= {}).taints = [
    {
      key: 'node.kubernetes.io/network-unavailable',
      effect: 'NoSchedule',
      timeAdded: at(sample, -4009),
    },
  ];
  addEvent(
    sample,
    { kind: 'Pod', metadata: { name: 'report-29391-kv2lc', namespace: 'shop' } },
    'FailedScheduling',
    '0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/network-unavailable: }, 2 Insufficient memory.',
    { count: 14 },
  );
  return sample;
}

function justStarted(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.31.2', install: 'operator', age: 240 });
  setCondition(
    sample,
    nodeOf(sample, 'worker-1'),
    'NetworkUnavailable',
    'True',
    'CalicoIsDown',
    'Calico is shutting down on this node',
    245,
  );
  appendLog(sample, podOn(sample, 'worker-1'), [
    `bird: ${meshName('10.20.0.12')}: State changed to up`,
  ]);
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'bgp-port-179-in-use',
    title: 'A load balancer announces over BGP itself and has the port on one node.',
    layout: 'cluster-info',
    expect: {
      verdict: 'findings',
      first: 'bgp-port-179-in-use',
      nodes: ['worker-3'],
      renderer: 'manifest',
      never: ['bgp-port-179-blocked', 'bgp-peer-down'],
    },
    build: portTaken,
  },
  {
    name: 'bgp-as-or-id-mismatch',
    title: 'A BGPPeer has another AS number than the router of the rack; every pod is 1/1.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'bgp-as-or-id-mismatch',
      nodes: ['worker-1', 'worker-2'],
      renderer: 'operator',
      never: ['bgp-port-179-blocked', 'bgp-peer-down'],
    },
    build: wrongNumber,
  },
  {
    name: 'bird-config-invalid',
    title: 'A template of another release makes a file that BIRD does not understand.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'bird-config-invalid',
      nodes: workersOf(3),
      renderer: 'operator',
      never: ['bird-not-running'],
    },
    build: badTemplate,
  },
  {
    name: 'bird-not-running',
    title: 'A manifest was switched to VXLAN, and its probes still ask for BIRD.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'bird-not-running',
      nodes: workersOf(3),
      renderer: 'manifest',
    },
    build: switchedToVxlan,
  },
  {
    name: 'network-unavailable-stale',
    title: 'A node is still marked as without network an hour after calico-node came back.',
    layout: 'objects',
    expect: { verdict: 'findings', first: 'network-unavailable-stale', nodes: ['worker-2'] },
    build: leftOver,
  },
  {
    name: 'network-unavailable-stale-lookalike-start',
    title: 'calico-node started four minutes ago and has not cleared the mark yet.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, never: ['network-unavailable-stale'] },
    build: justStarted,
  },
];
