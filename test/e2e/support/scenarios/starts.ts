import type { NodeFacts } from '../cluster/facts.ts';
import type { Probes } from '../cluster/install-manifest.ts';
import { byManifest, byOperator, machines } from './parts.ts';
import { nodeAt, type Scenario, type ScenarioOptions } from './scenario.ts';

const probeTries = [
  'kubectl calico-fix diagnose',
  'kubectl calico-fix fix --dry-run=server',
  'kubectl calico-fix fix',
  'kubectl calico-fix undo',
];

// A start asks the datastore 34 times: 66 s from here, where the usual probes allow 60 s, and 14 s where quick ones allow 6 s.
const far = ({ isQuick }: ScenarioOptions): number => (isQuick === true ? 0.4 : 1.95);
const quickProbes: Probes = {
  liveness: { initialDelaySeconds: 2, periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 2 },
};

function moveFar(node: NodeFacts, options: ScenarioOptions): void {
  node.secondsPerRequest = far(options);
}

const slowStart: Scenario = {
  id: 'slow-start',
  title:
    'a node far from the datastore starts more slowly than its liveness probe allows (manifest)',
  tries: probeTries,
  finds: ['slow-startup-liveness-kill'],
  build: (options) => {
    const nodes = machines(options, 3);
    moveFar(nodeAt(nodes, -1), options);
    return byManifest(nodes, options.isQuick === true ? { probes: quickProbes } : {}, options);
  },
};

const override = ({ isQuick }: ScenarioOptions): object => {
  const livenessProbe =
    isQuick === true
      ? { periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 2 }
      : { periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 10 };
  return { spec: { template: { spec: { containers: [{ name: 'calico-node', livenessProbe }] } } } };
};

const slowStartOperator: Scenario = {
  id: 'slow-start-operator',
  title: 'as slow-start, with an operator that lets probes be set; somebody has set them too tight',
  tries: probeTries,
  finds: ['slow-startup-liveness-kill'],
  build: (options) => {
    const nodes = machines(options, 3);
    moveFar(nodeAt(nodes, -1), options);
    const spec = {
      calicoNetwork: { ipPools: [{ cidr: '10.244.0.0/14', encapsulation: 'VXLANCrossSubnet' }] },
      calicoNodeDaemonSet: override(options),
    };
    const releases = { calico: 'v3.32.1', operator: 'v1.43.0' };
    return byOperator(nodes, { releases, hasProbeOverride: true, spec }, options);
  },
};

const slowStartOldOperator: Scenario = {
  id: 'slow-start-old-operator',
  title: 'as slow-start, with an older operator that allows 30 s and lets nobody set probes',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix fix',
    'kubectl calico-fix fix --freeze-operator',
  ],
  finds: ['slow-startup-liveness-kill'],
  build: (options) => {
    const nodes = machines(options, 3);
    nodeAt(nodes, -1).secondsPerRequest = 1.2;
    return byOperator(nodes, { releases: { calico: 'v3.26.5', operator: 'v1.30.9' } }, options);
  },
};

const slowDatastore: Scenario = {
  id: 'slow-datastore',
  title: 'looks like slow-start: the datastore is so slow that calico-node gives up by itself',
  tries: [
    'kubectl calico-fix diagnose',
    'no probe is at fault: the datastore has to become quicker (press c)',
  ],
  finds: ['slow-datastore'],
  build: (options) => {
    const nodes = machines(options, 3);
    nodeAt(nodes, -1).secondsPerRequest = 4.4;
    return byManifest(nodes, {}, options);
  },
  cure: {
    told: 'the datastore answers quickly again',
    does: ({ nodes }) => {
      for (const node of nodes.values()) node.secondsPerRequest = 0.01;
    },
  },
};

/** Incidents in which calico-node does not get through its start. */
export const startScenarios: readonly Scenario[] = [
  slowStart,
  slowStartOperator,
  slowStartOldOperator,
  slowDatastore,
];
