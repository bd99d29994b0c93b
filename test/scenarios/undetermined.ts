import { healthyCluster, type NodeSpec } from '../support/cluster.ts';
import { addEvent, logOf, podOn, setLog, unready } from '../support/faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const version = 'v3.28.5';

const nodes: readonly NodeSpec[] = ['hal-1', 'hal-2', 'hal-3'].map((name, index) => ({
  name,
  ip: `10.33.7.${21 + index}`,
  nic: 'eno2',
}));

/** Felix of one node says that it is not ready, and nothing that was read says why. */
function unexplained(): Sample {
  const sample = healthyCluster({ nodes, version, age: 2600 });
  const pod = podOn(sample, 'hal-2');
  unready(pod);
  const log = logOf(sample, pod)
    .replaceAll('live=true ready=true', 'live=true ready=false')
    .replaceAll(/\| reporting ready \|/g, '|                 |');
  const summary = logLine(
    { start: at(sample, -40), version },
    0,
    'INFO',
    'felix',
    'summary.go',
    'Summarising 8 dataplane reconciliation loops over 1m2s: avg=9ms longest=61ms ()',
  );
  setLog(sample, pod, 'calico-node', `${log}${summary}\n`);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
    { count: 251, ago: 6 },
  );
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'undetermined',
    title: 'Felix of one node is not ready, and nothing that was read says why.',
    layout: 'cluster-info',
    demo: true,
    expect: {
      verdict: 'undetermined',
      first: 'undetermined',
      nodes: ['hal-2'],
      renderer: 'manifest',
      owner: 'user',
    },
    build: unexplained,
  },
];
