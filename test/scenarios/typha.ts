import { say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { setLog } from '../support/faults.ts';
import type { Sample, Scenario } from '../support/sample.ts';
import { addTypha } from '../support/typha-sample.ts';

const timeout = (address: string, type: string): string =>
  `Failed to connect to typha endpoint ${address}:5473.  Will try another if available... error=dial tcp ${address}:5473: i/o timeout myID=0x7c01 type="${type}"`;

/** A security group lets TCP 5473 through to nobody; the node with Typha itself is well. */
function closedPort(): Sample {
  const version = 'v3.31.1';
  const sample = healthyCluster({ nodes: 3, version, install: 'operator', kubernetes: 'v1.34.0' });
  addTypha(sample, { on: ['worker-1'], version });
  for (const node of ['worker-2', 'worker-3'])
    stayUnready(
      sample,
      node,
      ['', 'bgp', 'node-status'].map((type) =>
        say(
          sample,
          {
            version,
            ago: 5,
            level: 'WARNING',
            component: type === 'bgp' ? 'confd' : 'felix',
            file: 'sync_client.go',
          },
          timeout('10.20.0.11', type),
        ),
      ),
    );
  return sample;
}

/** Taints on all nodes keep Typha off, and calico-node waits for it. */
function pendingTypha(): Sample {
  const version = 'v3.25.2';
  const sample = healthyCluster({ nodes: 3, version });
  addTypha(sample, {
    pending: [
      '0/3 nodes are available: 3 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    ],
    version,
  });
  for (const node of ['worker-1', 'worker-3'])
    stayUnready(sample, node, [
      say(
        sample,
        { version, ago: 2, level: 'ERROR', component: 'confd', file: 'discovery.go' },
        "Didn't find any ready Typha instances.",
      ),
      say(
        sample,
        { version, ago: 2, level: 'FATAL', component: 'confd', file: 'startsyncerclient.go' },
        'Typha discovery enabled but discovery failed. error=Kubernetes service missing IP or port',
      ),
    ]);
  return sample;
}

/** Secrets came back from a backup; Typha's certificate is of a CA that nobody has any more. */
function otherCa(): Sample {
  const version = 'v3.29.6';
  const sample = healthyCluster({ nodes: 3, version, install: 'operator' });
  const [typha] = addTypha(sample, { on: ['worker-2'], version });
  for (const node of ['worker-1', 'worker-3'])
    stayUnready(sample, node, [
      say(
        sample,
        { version, ago: 3, level: 'WARNING', component: 'felix', file: 'sync_client.go' },
        'Failed to connect to typha endpoint 10.20.0.12:5473.  Will try another if available... error=tls: failed to verify certificate: x509: certificate signed by unknown authority myID=0x1 type=""',
      ),
    ]);
  if (typha)
    setLog(
      sample,
      typha,
      'calico-typha',
      `${say(sample, { version, ago: 3, component: 'typha', file: 'sync_server.go' }, 'Connection handler finished error=remote error: tls: bad certificate')}\n`,
    );
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'typha-unreachable',
    title: 'TCP 5473 is closed between the nodes; Typha itself is ready.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'typha-unreachable',
      nodes: ['worker-2', 'worker-3'],
      never: ['typha-tls-failure'],
    },
    build: closedPort,
  },
  {
    name: 'typha-underprovisioned',
    title: 'The only Typha is kept off all nodes by their taints.',
    layout: 'cluster-info',
    expect: {
      verdict: 'findings',
      first: 'typha-underprovisioned',
      nodes: ['worker-1', 'worker-3'],
      never: ['typha-unreachable'],
    },
    build: pendingTypha,
  },
  {
    name: 'typha-tls-failure',
    title: "Typha's certificate is signed by a CA that calico-node does not have.",
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'typha-tls-failure',
      nodes: ['worker-1', 'worker-3'],
      never: ['typha-unreachable', 'host-clock-skew'],
    },
    build: otherCa,
  },
];
