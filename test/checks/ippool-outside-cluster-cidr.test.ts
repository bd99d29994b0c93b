import { describe, expect, it } from 'vitest';
import { ippoolOutsideClusterCidr } from '../../internal/checks/ippool-outside-cluster-cidr.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { setEnv } from '../support/api-faults.ts';
import { healthyCluster, runningPod, type ClusterSpec } from '../support/cluster.ts';
import { addEvent, appendLog, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable } from '../support/findings.ts';
import { addBlock, addClusterRange, addPool } from '../support/pools.ts';
import { add, at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const refusal = (cidr: string, range: string): string =>
  `Could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool ${cidr} is not within the platform's configured pod network CIDR${range}`;

function degrade(sample: Sample, message: string): void {
  for (const condition of sample.lists.tigeraStatuses?.[0]?.status?.conditions ?? []) {
    if (condition.type !== 'Degraded') continue;
    condition.status = 'True';
    condition.reason = 'ResourceReadError';
    condition.message = message;
  }
}

const felixPool = (sample: Sample, version: string, text: string): string =>
  logLine(
    { start: at(sample, -60), version },
    0,
    'INFO',
    'felix',
    'int_dataplane.go',
    `Received *proto.IPAMPoolUpdate update from calculation graph${text}`,
  );

function controllerManager(sample: Sample, flag: string): void {
  const name = 'kube-controller-manager-worker-1';
  add(
    sample,
    'pods',
    runningPod(sample, {
      name,
      namespace: 'kube-system',
      node: 'worker-1',
      hostIP: '10.20.0.11',
      age: 90_000,
      spec: {
        hostNetwork: true,
        containers: [
          { name: 'kube-controller-manager', command: ['kube-controller-manager', flag] },
        ],
      },
    }),
  );
}

describe('ippool-outside-cluster-cidr', () => {
  it.each<[string, ClusterSpec, (sample: Sample) => void, object]>([
    [
      "outside kubeadm's range",
      {},
      (sample) => {
        addPool(sample, 'default-ipv4-ippool', { cidr: '192.168.0.0/16' });
        addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
      },
      {
        severity: 'warning',
        confidence: 'confirmed',
        affected: [{ kind: 'IPPool', name: 'default-ipv4-ippool' }],
        facts: {
          kind: 'outside',
          pool: 'default-ipv4-ippool',
          cidr: '192.168.0.0/16',
          others: ['10.244.0.0/16'],
        },
      },
    ],
    [
      "outside kube-proxy's range",
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '172.30.0.0/17' });
        addClusterRange(sample, 'kube-proxy', '"10.42.0.0/16"');
      },
      { facts: { kind: 'outside', others: ['10.42.0.0/16'] } },
    ],
    [
      "outside the controller manager's range",
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '172.30.0.0/17' });
        controllerManager(sample, '--cluster-cidr=10.42.0.0/16,fd42::/56');
      },
      { facts: { kind: 'outside', others: ['10.42.0.0/16'] } },
    ],
    [
      'larger than the range',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.240.0.0/12' });
        addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
      },
      { facts: { kind: 'outside' } },
    ],
    [
      'the IPv6 pool of two',
      {},
      (sample) => {
        addPool(sample, 'four', { cidr: '10.244.0.0/16' });
        addPool(sample, 'six', { cidr: 'fd80::/48' });
        addClusterRange(sample, 'kubeadm', '10.244.0.0/16,fd20::/48');
      },
      { facts: { pool: 'six', others: ['fd20::/48'] } },
    ],
    [
      'told by Felix alone, with a pod that has such an address',
      { version: 'v3.26.4' },
      (sample) => {
        addClusterRange(sample, 'kube-proxy', '10.42.0.0/16');
        appendLog(sample, podOn(sample, 'worker-2'), [
          felixPool(
            sample,
            'v3.26.4',
            ' msg=id:"10.244.0.0-16" pool:<cidr:"10.244.0.0/16" masquerade:true > ',
          ),
        ]);
      },
      { facts: { pool: null, cidr: '10.244.0.0/16', kind: 'outside' } },
    ],
    [
      'the same in the grammar of v3.31',
      { version: 'v3.31.2' },
      (sample) => {
        addClusterRange(sample, 'kube-proxy', '10.42.0.0/16');
        appendLog(sample, podOn(sample, 'worker-2'), [
          felixPool(
            sample,
            'v3.31.2',
            '. msg=id:"10.244.0.0-16"  pool:{cidr:"10.244.0.0/16"  masquerade:true}',
          ),
        ]);
      },
      { facts: { cidr: '10.244.0.0/16', kind: 'outside' } },
    ],
    [
      'the operator refuses it',
      { install: 'operator' },
      (sample) => {
        degrade(sample, refusal('192.168.0.0/16', '(s) [10.244.0.0/16 fd00::/48]'));
        addPool(sample, 'p', { cidr: '192.168.0.0/16' });
        addClusterRange(sample, 'kubeadm', '10.244.0.0/16,fd00::/48');
      },
      {
        severity: 'error',
        confidence: 'confirmed',
        affected: [{ kind: 'Installation', name: 'default' }],
        facts: {
          kind: 'refused',
          pool: 'p',
          cidr: '192.168.0.0/16',
          others: ['10.244.0.0/16', 'fd00::/48'],
        },
      },
    ],
    [
      'an older operator refuses a pool that has long been replaced',
      { install: 'operator', version: 'v3.18.1' },
      (sample) => degrade(sample, refusal('192.168.0.0/16', ' 10.244.0.0/16')),
      {
        confidence: 'likely',
        facts: { kind: 'refused', pool: null, others: ['10.244.0.0/16'] },
      },
    ],
    [
      'nodes inside the pool',
      {},
      (sample) => addPool(sample, 'p', { cidr: '10.20.0.0/16' }),
      {
        severity: 'warning',
        facts: { kind: 'contains-node', others: ['10.20.0.11', '10.20.0.12', '10.20.0.13'] },
      },
    ],
    [
      'nodes inside a block that is in use',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.20.0.0/16' });
        addBlock(sample, '10.20.0.0/26', 'worker-3', { used: 4 });
      },
      { severity: 'error', facts: { kind: 'contains-node' } },
    ],
    [
      'nodes inside the pool, and a sick one among them',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.20.0.0/16' });
        unready(podOn(sample, 'worker-3'));
        addEvent(
          sample,
          podOn(sample, 'worker-3'),
          'Unhealthy',
          'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.11,10.20.0.12',
        );
      },
      { severity: 'error', facts: { kind: 'contains-node' } },
    ],
    [
      'services inside the pool',
      {},
      (sample) => addPool(sample, 'p', { cidr: '10.64.0.0/10' }),
      { severity: 'warning', facts: { kind: 'contains-service', others: ['10.96.0.1'] } },
    ],
    [
      'a pod with the address of a service',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.64.0.0/10' });
        const web = sample.lists.pods?.find(({ spec }) => spec?.hostNetwork !== true);
        if (web?.status) web.status.podIP = '10.96.0.1';
      },
      { severity: 'error', facts: { kind: 'contains-service' } },
    ],
  ])('finds: %s', (_name, spec, change, expected) => {
    const sample = healthyCluster({ nodes: 3, ...spec });
    change(sample);
    expect(findingIn(ippoolOutsideClusterCidr, sample)).toMatchObject(expected);
  });

  it.each<[string, ClusterSpec, (sample: Sample) => void]>([
    [
      'the range itself',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.244.0.0/16' });
        addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
      },
    ],
    [
      'a part of the range, which is written with spaces',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '10.244.128.0/17' });
        addClusterRange(sample, 'kubeadm', '"fd20::/48, 10.244.0.0/16"');
      },
    ],
    ['no range known', {}, (sample) => addPool(sample, 'p', { cidr: '192.168.0.0/16' })],
    [
      'a range of the other family',
      {},
      (sample) => {
        addPool(sample, 'p', { cidr: '192.168.0.0/16' });
        addClusterRange(sample, 'kubeadm', 'fd20::/48');
      },
    ],
    [
      'disabled, and for load balancers',
      {},
      (sample) => {
        addPool(sample, 'old', { cidr: '192.168.0.0/16', disabled: true });
        addPool(sample, 'lb', { cidr: '10.20.0.128/25', allowedUses: ['LoadBalancer'] });
        addPool(sample, 'p', { cidr: '10.244.0.0/16' });
        addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
      },
    ],
    [
      'told by Felix, but no pod has such an address: it may be disabled',
      {},
      (sample) => {
        addClusterRange(sample, 'kube-proxy', '10.244.0.0/16');
        appendLog(sample, podOn(sample, 'worker-2'), [
          felixPool(sample, 'v3.29.1', ' msg=id:"10.20.0.0-16" pool:<cidr:"10.20.0.0/16" > '),
        ]);
      },
    ],
    [
      'the operator complains of something else',
      { install: 'operator' },
      (sample) => degrade(sample, 'Operation cannot be fulfilled on installations'),
    ],
  ])('finds nothing: %s', (_name, spec, change) => {
    const sample = healthyCluster({ nodes: 3, ...spec });
    change(sample);
    expect(findingsIn(ippoolOutsideClusterCidr, sample)).toEqual([]);
  });

  it.each<[string, ClusterSpec, (sample: Sample) => void]>([
    ['canal', { install: 'canal' }, () => {}],
    ['policy only', { install: 'policy-only' }, () => {}],
    ['host-local', {}, (sample) => setEnv(sample, { name: 'USE_POD_CIDR', value: 'true' })],
  ])('does not apply to %s', (_name, spec, change) => {
    const sample = healthyCluster({ nodes: 2, ...spec });
    change(sample);
    addPool(sample, 'default-ipv4-ippool', { cidr: '192.168.0.0/16' });
    addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
    expect(isNotApplicable(ippoolOutsideClusterCidr, sample)).toBe(true);
  });

  it('stands alone where the operator complains of it', () => {
    const sample = healthyCluster({ nodes: 2, install: 'operator' });
    degrade(sample, refusal('192.168.0.0/16', '(s) [10.244.0.0/16]'));
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['ippool-outside-cluster-cidr']);
  });
});
