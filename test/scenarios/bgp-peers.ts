import { healthyCluster } from '../support/cluster.ts';
import {
  addEvent,
  logOf,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  unready,
} from '../support/faults.ts';
import type { Sample, Scenario } from '../support/sample.ts';

function silence(sample: Sample, node: string, peer: string): void {
  const pod = podOn(sample, node);
  const up = `Mesh_${peer.replaceAll('.', '_')}: State changed to (up|feed)`;
  const lines = logOf(sample, pod)
    .split('\n')
    .filter((line) => !new RegExp(up).test(line));
  setLog(sample, pod, 'calico-node', lines.join('\n'));
}

function firewalled(): Sample {
  const sample = healthyCluster({ nodes: 4, version: 'v3.28.2' });
  for (const [index, other] of ['worker-1', 'worker-2', 'worker-4'].entries()) {
    silence(sample, other, '10.20.0.13');
    silence(sample, 'worker-3', `10.20.0.${[11, 12, 14][index]}`);
  }
  const pod = podOn(sample, 'worker-3');
  unready(pod);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Readiness probe failed: 2026-03-01 11:59:41.118 [INFO][2817] confd/health.go 202: Number of node(s) with BGP peering established = 0\ncalico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.11,10.20.0.12,10.20.0.14',
  );
  return sample;
}

function quietPair(): Sample {
  const sample = healthyCluster({ nodes: 4, install: 'operator', version: 'v3.31.4' });
  silence(sample, 'worker-1', '10.20.0.12');
  silence(sample, 'worker-2', '10.20.0.11');
  return sample;
}

function waitsForSick(): Sample {
  const sample = healthyCluster({ nodes: 4, version: 'v3.24.5', noLogs: true });
  setCondition(
    sample,
    nodeOf(sample, 'worker-4'),
    'Ready',
    'False',
    'KubeletNotReady',
    '[container runtime network not ready, kubelet is restarting]',
  );
  for (const node of ['worker-1', 'worker-2']) {
    const pod = podOn(sample, node);
    unready(pod);
    addEvent(
      sample,
      pod,
      'Unhealthy',
      'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.14',
    );
  }
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'bgp-port-179-blocked',
    title: 'A firewall was switched on on one node: its BGP sessions do not come up.',
    layout: 'cluster-info',
    demo: true,
    expect: {
      verdict: 'findings',
      first: 'bgp-port-179-blocked',
      nodes: ['worker-3'],
      renderer: 'manifest',
      never: ['wrong-ip-autodetected', 'undetermined'],
    },
    build: firewalled,
  },
  {
    name: 'bgp-port-179-blocked-all-ready',
    title: 'Two nodes have no BGP session with each other, and every pod is 1/1.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'bgp-port-179-blocked',
      nodes: ['worker-1', 'worker-2'],
      renderer: 'operator',
    },
    build: quietPair,
  },
  {
    name: 'bgp-peer-down',
    title: 'Two restarted calico-node wait for a node whose kubelet is not ready.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'bgp-peer-down',
      nodes: ['worker-4'],
      renderer: 'manifest',
      never: ['bgp-port-179-blocked'],
    },
    build: waitsForSick,
  },
];
