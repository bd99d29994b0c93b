import { healthyCluster, type NodeSpec } from '../support/cluster.ts';
import {
  addEvent,
  daemonSetOf,
  nodeOf,
  podOn,
  setLog,
  stuckInit,
  unready,
} from '../support/faults.ts';
import { replaced, silence, waitsFor, withoutNetwork, withoutPod } from '../support/pod-faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';

const site = (count: number): NodeSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `lab-${String.fromCodePoint(97 + index)}`,
    ip: `192.168.40.${31 + index}`,
    nic: 'enp1s0',
  }));

const badImage = 'quay.io/calico/node:v3.32.11';
const answer = `failed to pull and unpack image "${badImage}": failed to resolve reference "${badImage}": ${badImage}: not found`;

/** A tag that does not exist: two pods were replaced, as the third was not ready at that moment for want of peers. */
function wrongTag(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.32.1', kubernetes: 'v1.34.2' });
  const daemonSet = daemonSetOf(sample);
  const template = daemonSet.spec?.template?.spec?.containers?.[0];
  if (template) template.image = badImage;
  daemonSet.metadata.generation = 2;
  Object.assign(daemonSet.status ?? {}, {
    observedGeneration: 2,
    updatedNumberScheduled: 2,
    numberReady: 0,
    numberAvailable: 0,
    numberUnavailable: 3,
  });
  for (const node of ['lab-b', 'lab-c']) {
    const pod = podOn(sample, node);
    replaced(sample, pod, 420);
    const main = pod.spec?.containers?.[0];
    if (main) main.image = badImage;
    const status = pod.status?.containerStatuses?.[0];
    if (status) status.image = badImage;
    waitsFor(
      pod,
      'calico-node',
      'ImagePullBackOff',
      `Back-off pulling image "${badImage}": ErrImagePull: rpc error: code = NotFound desc = ${answer}`,
    );
    addEvent(
      sample,
      pod,
      'Failed',
      `Failed to pull image "${badImage}": rpc error: code = NotFound desc = ${answer}`,
      { count: 6, ago: 130 },
    );
    addEvent(sample, pod, 'Failed', 'Error: ErrImagePull', { count: 6, ago: 130 });
    addEvent(sample, pod, 'BackOff', `Back-off pulling image "${badImage}"`, {
      count: 22,
      ago: 12,
      type: 'Normal',
    });
  }
  const last = podOn(sample, 'lab-a');
  unready(last);
  addEvent(
    sample,
    last,
    'Unhealthy',
    'Readiness probe failed: 2026-03-01 11:59:48.512 [INFO][2210] node/health.go 207: Number of node(s) with BGP peering established = 0\ncalico/node is not ready: BIRD is not ready: BGP not established with 192.168.40.32,192.168.40.33',
    { ago: 12 },
  );
  return sample;
}

/** Two small machines of another architecture joined; the mirror has the image for one architecture only. */
function otherArchitecture(): Sample {
  const nodes = [
    ...site(2),
    { name: 'edge-1', ip: '192.168.40.61' },
    { name: 'edge-2', ip: '192.168.40.62' },
  ];
  const sample = healthyCluster({ nodes, version: 'v3.30.4', install: 'operator' });
  for (const name of ['edge-1', 'edge-2']) {
    const node = nodeOf(sample, name);
    Object.assign(node.status?.nodeInfo ?? {}, { architecture: 'arm64' });
    node.metadata.labels = { ...node.metadata.labels, 'kubernetes.io/arch': 'arm64' };
    withoutNetwork(sample, node);
    const pod = podOn(sample, name);
    silence(sample, pod);
    stuckInit(pod, 'flexvol-driver', { waiting: { reason: 'CrashLoopBackOff' } }, 8, {
      terminated: {
        exitCode: 1,
        reason: 'Error',
        startedAt: at(sample, -62),
        finishedAt: at(sample, -62),
      },
    });
    setLog(sample, pod, 'flexvol-driver', 'exec /usr/local/bin/flexvol.sh: exec format error\n');
    addEvent(sample, pod, 'BackOff', 'Back-off restarting failed container flexvol-driver in pod', {
      count: 31,
      ago: 9,
    });
  }
  return sample;
}

/** Somebody gave calico-node tolerations of its own; a node with a taint joined later and stays without network. */
function narrowTolerations(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.29.2' });
  const daemonSet = daemonSetOf(sample);
  const tolerations = [
    { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
  ];
  if (daemonSet.spec?.template?.spec) daemonSet.spec.template.spec.tolerations = tolerations;
  Object.assign(daemonSet.status ?? {}, {
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberReady: 2,
    numberAvailable: 2,
  });
  const node = nodeOf(sample, 'lab-c');
  node.metadata.creationTimestamp = at(sample, -5400);
  node.metadata.annotations = {};
  node.spec = { taints: [{ key: 'storage', value: 'fast', effect: 'NoSchedule' }] };
  withoutNetwork(sample, node, 5390);
  withoutPod(sample, 'lab-c');
  return sample;
}

/** An update that nobody carries on: each pod has to be deleted by hand. */
function onDelete(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.28.2' });
  const daemonSet = daemonSetOf(sample);
  daemonSet.metadata.generation = 5;
  if (daemonSet.spec) daemonSet.spec.updateStrategy = { type: 'OnDelete' };
  Object.assign(daemonSet.status ?? {}, { observedGeneration: 5, updatedNumberScheduled: 1 });
  const { labels = {} } = podOn(sample, 'lab-a').metadata;
  labels['controller-revision-hash'] = '5d8f9c7b6';
  return sample;
}

const expectOf = (first: string, nodes: readonly string[], never: readonly string[] = []) => ({
  verdict: 'findings' as const,
  first,
  nodes,
  never: [...never, 'undetermined', 'runtime-broken-init-stuck'],
});

export const scenarios: readonly Scenario[] = [
  {
    name: 'image-pull-failure',
    title: 'An update names an image tag that does not exist, and two nodes got it already.',
    layout: 'cluster-info',
    expect: expectOf(
      'image-pull-failure',
      ['lab-b', 'lab-c'],
      ['bgp-peer-down', 'bgp-port-179-blocked'],
    ),
    build: wrongTag,
  },
  {
    name: 'image-incompatible',
    title: 'Two machines of another architecture joined, and the mirror has no image for them.',
    layout: 'objects',
    expect: { ...expectOf('image-incompatible', ['edge-1', 'edge-2']), renderer: 'operator' },
    build: otherArchitecture,
  },
  {
    name: 'daemonset-not-scheduled',
    title:
      'calico-node no longer tolerates every taint, and a tainted node that joined has no pod.',
    layout: 'cluster-info',
    expect: expectOf('daemonset-not-scheduled', ['lab-c'], ['cni-install-failed']),
    build: narrowTolerations,
  },
  {
    name: 'rollout-blocked',
    title: 'An update of calico-node that waits for somebody to delete the old pods.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null },
    build: onDelete,
  },
];
