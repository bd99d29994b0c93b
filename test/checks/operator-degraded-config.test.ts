import { describe, expect, it } from 'vitest';
import { operatorDegradedConfig as check } from '../../internal/checks/operator-degraded-config.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { setLog } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, namesOf } from '../support/findings.ts';
import { add, at, type Sample } from '../support/sample.ts';

const two =
  'Invalid Installation provided: no more than one node address autodetection method can be specified per-family';

function degraded(reason: string, message: string): Sample {
  const sample = healthyCluster({ nodes: 2, install: 'operator', version: 'v3.31.2' });
  const conditions = sample.lists.tigeraStatuses?.[0]?.status?.conditions;
  for (const condition of conditions ?? []) {
    if (condition.type === 'Degraded')
      Object.assign(condition, { status: 'True', reason, message });
    if (condition.type === 'Available')
      Object.assign(condition, { status: 'False', reason: 'Unknown', message: '' });
  }
  return sample;
}

function setMethods(sample: Sample, methods: object): void {
  const network = sample.lists.installations?.[0]?.spec?.calicoNetwork;
  if (network) network.nodeAddressAutodetectionV4 = methods;
}

/** The operator's pod with a line of its log, as a plain dump has it. */
function plainDump(ago: number, reason: string, message: string, error: string): Sample {
  const sample = healthyCluster({ nodes: 2, install: 'operator' });
  delete sample.lists.installations;
  delete sample.lists.tigeraStatuses;
  const pod = runningPod(sample, {
    name: 'tigera-operator-7c4d-abcde',
    namespace: 'tigera-operator',
    node: 'worker-1',
    hostIP: '10.20.0.11',
    age: 5000,
    labels: { 'k8s-app': 'tigera-operator' },
    spec: { containers: [{ name: 'tigera-operator', image: 'quay.io/tigera/operator:v1.36.2' }] },
  });
  add(sample, 'pods', pod);
  const fields = {
    level: 'error',
    ts: at(sample, -ago),
    logger: 'controller_installation',
    msg: message,
    reason,
    error,
  };
  setLog(
    sample,
    pod,
    'tigera-operator',
    `{"level":"info","msg":"x"}\n${JSON.stringify(fields)}\n{"level":"err\n`,
  );
  return sample;
}

describe('operator-degraded-config', () => {
  it("finds two methods, and offers to keep the one that is nobody's default", () => {
    const sample = degraded('InvalidConfigurationError', two);
    setMethods(sample, { firstFound: true, kubernetes: 'NodeInternalIP' });
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: {
        installation: 'default',
        reason: 'InvalidConfigurationError',
        methods: [{ field: 'nodeAddressAutodetectionV4', methods: ['firstFound', 'kubernetes'] }],
      },
    });
    expect(namesOf(finding)).toEqual(['Installation/default']);
    expect(finding.remedies.map(({ id }) => id)).toEqual(['keep-kubernetes']);
    expect(finding.remedies[0]?.changes[0]?.body).toEqual({
      spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: null } } },
    });
  });

  it('finds two methods before the operator has looked at them', () => {
    const sample = healthyCluster({ nodes: 2, install: 'operator' });
    setMethods(sample, { firstFound: true, kubernetes: 'NodeInternalIP' });
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'likely',
      facts: { installation: 'default', reason: null, message: null },
    });
    expect(finding.evidence.length).toBeGreaterThan(0);
    expect(namesOf(finding)).toEqual(['Installation/default']);
    expect(finding.remedies.map(({ id }) => id)).toEqual(['keep-kubernetes']);
  });

  it('tells of two methods beside another complaint', () => {
    const sample = degraded('CertificateError', 'Unable to create the Tigera CA: bad key');
    setMethods(sample, { firstFound: true, kubernetes: 'NodeInternalIP' });
    const [first, second] = findingsIn(check, sample);
    expect(first?.facts).toMatchObject({ reason: 'CertificateError', methods: [] });
    expect(second?.facts).toMatchObject({ reason: null, installation: 'default' });
  });

  it('leaves alone two methods that no operator reads', () => {
    const sample = healthyCluster({ nodes: 1 });
    add(sample, 'installations', {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'default' },
      spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: true, interface: 'e' } } },
    });
    expect(isNotApplicable(check, sample)).toBe(true);
  });

  it("leaves out the pods that are listed behind the operator's own words", () => {
    const pods = [
      'Pod calico-system/calico-node-x is running but not ready',
      'Pod calico-system/calico-node-y has crash looping container: calico-node (Error, exit code 1)',
    ];
    const finding = findingIn(
      check,
      degraded('InvalidConfigurationError', [two, ...pods].join('\n')),
    );
    expect(finding.facts).toMatchObject({ message: two });
  });

  it('lets a person choose between two that somebody set', () => {
    const sample = degraded('InvalidConfigurationError', two);
    setMethods(sample, { interface: 'ens.*', cidrs: ['10.20.0.0/16'], skipInterface: '' });
    expect(findingIn(check, sample).remedies.map(({ id }) => id)).toEqual([
      'keep-interface',
      'keep-cidrs',
    ]);
  });

  it('names the overlay where the combination is wrong', () => {
    const sample = degraded('InvalidConfigurationError', 'Invalid computed config: bad MTU');
    add(sample, 'installations', {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'overlay' },
      spec: {},
    });
    expect(findingIn(check, sample)).toMatchObject({
      confidence: 'likely',
      facts: { installation: 'overlay' },
    });
  });

  it('reads the log of the operator where there is no status', () => {
    const error = 'no more than one node address autodetection method can be specified per-family';
    const sample = plainDump(
      40,
      'InvalidConfigurationError',
      'Invalid Installation provided',
      error,
    );
    expect(findingIn(check, sample)).toMatchObject({
      confidence: 'likely',
      facts: { message: two },
    });
    expect(
      findingsIn(
        check,
        plainDump(4000, 'InvalidConfigurationError', 'Invalid Installation provided', error),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'MigrationError',
      'Existing Calico installation can not be managed by Tigera Operator as it is configured in a way that Operator does not currently support',
    ],
    ['ResourceValidationError', 'Error validating ImageSet: no such digest'],
    ['CertificateError', 'Unable to create the Tigera CA: bad key'],
  ])('finds %s', (reason, message) => {
    expect(findingIn(check, degraded(reason, message)).facts).toMatchObject({ reason, message });
  });

  it.each([
    [
      'ResourceUpdateError',
      'Failed to write default status: Operation cannot be fulfilled on installations.operator.tigera.io "default": the object has been modified; please apply your changes',
    ],
    ['ResourceNotReady', 'waiting for the node daemonset'],
    [
      'MigrationError',
      'error migrating resources to calico-system: the kube-system node DaemonSet is not ready with the updated nodeSelector: not all pods are ready yet: 4/9',
    ],
    ['ResourceNotFound', 'waiting for enabled IP pools to be created'],
    [
      'ResourceMigrationError',
      'error migrating resources: failed to wait for calico-node daemonset to be ready: context deadline exceeded',
    ],
    ['ResourceScalingError', 'Failed to scale typha: not enough linux nodes'],
    [
      'InvalidConfigurationError',
      "Could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool 192.168.0.0/16 is not within the platform's configured pod network CIDR(s) [10.244.0.0/16]",
    ],
    ['PodFailure', 'Pod calico-system/calico-node-x has crash looping container: calico-node'],
  ])('leaves to others, or to time: %s %s', (reason, message) => {
    expect(findingsIn(check, degraded(reason, message))).toEqual([]);
  });

  it('finds nothing on a healthy operator, and does not apply to manifests', () => {
    expect(findingsIn(check, healthyCluster({ nodes: 1, install: 'operator' }))).toEqual([]);
    expect(isNotApplicable(check, healthyCluster({ nodes: 1 }))).toBe(true);
  });
});
