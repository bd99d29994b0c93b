import { describe, expect, it } from 'vitest';
import { addressRightByLuck } from '../../internal/checks/address-right-by-luck.ts';
import { healthyCluster, workers, type ClusterSpec, type NodeSpec } from '../support/cluster.ts';
import { appendLog, daemonSetOf, nodeOf, podOn, storeAddress } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { setVariable } from '../support/start-failure.ts';

const withMore = (name: string, index: number, address: string): NodeSpec[] =>
  workers(3).map((node) =>
    node.name === 'worker-2' ? { ...node, more: [{ name, index, addresses: [address] }] } : node,
  );

const old = { version: 'v3.14.2', kernel: '5.4.0-42-generic' };

const later = (spec: ClusterSpec = {}, name = 'lab0', index = 12): Sample =>
  healthyCluster({ nodes: withMore(name, index, '192.168.66.1/24'), ...old, ...spec });

/** A cluster whose DaemonSet has another method than its pods. */
function rewritten(value: string, spec: ClusterSpec = {}): Sample {
  const sample = healthyCluster({
    nodes: withMore('eth1', 3, '10.70.0.9/24'),
    version: 'v3.28.0',
    ...spec,
  });
  setVariable(sample, 'IP_AUTODETECTION_METHOD', 'kubernetes-internal-ip');
  const container = daemonSetOf(sample).spec?.template?.spec?.containers?.[0];
  for (const variable of container?.env ?? [])
    if (variable.name === 'IP_AUTODETECTION_METHOD') variable.value = value;
  return sample;
}

describe('address-right-by-luck', () => {
  it('warns of an interface that would come first now', () => {
    const finding = findingIn(addressRightByLuck, later());
    expect(finding.severity).toBe('warning');
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding.facts).toMatchObject({
      kind: 'new-interface',
      nodes: [{ node: 'worker-2', now: '10.20.0.12', next: '192.168.66.1', interface: 'lab0' }],
    });
  });

  it('warns of a method that no pod was started with yet', () => {
    const finding = findingIn(addressRightByLuck, rewritten('interface=^eth1$,^ens3$'));
    expect(finding.facts).toMatchObject({ kind: 'new-method', method: 'interface=^eth1$,^ens3$' });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('warns of an address that stays only because it is stored', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.29.1' });
    setVariable(sample, 'IP_AUTODETECTION_METHOD', 'interface=eth.*');
    appendLog(sample, podOn(sample, 'worker-3'), [
      logLine(
        { start: at(sample, -20), version: 'v3.29.1' },
        0,
        'WARNING',
        'monitor-addresses',
        'startup.go',
        'Autodetection of IPv4 address failed, keeping existing value: 10.20.0.13/24',
      ),
    ]);
    const finding = findingIn(addressRightByLuck, sample);
    expect(finding.facts).toMatchObject({ kind: 'keeps-stored', method: 'interface=eth.*' });
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it('proposes methods that keep every address', () => {
    const [remedy] = findingIn(addressRightByLuck, later({ version: 'v3.27.0' })).remedies;
    expect(remedy?.id).toBe('autodetection-method');
    expect(remedy?.manual.join('\n')).toContain('kubernetes-internal-ip');
  });

  it.each<[string, () => Sample]>([
    ['no other interface', () => healthyCluster({ nodes: 3, ...old })],
    ['a name that is left out', () => later({}, 'docker3')],
    ['a name that newer releases leave out', () => later({ version: 'v3.26.0' }, 'br-lab')],
    // Index 258 comes before the card in the order of new kernels, and after it in that of old ones.
    ['an order that the kernel does not settle', () => later({}, 'lab0', 258)],
    ['an index that nobody tells', () => later({ version: 'v3.11.1' })],
    [
      'calico-node looked again since',
      () => {
        const sample = later({ version: 'v3.28.0' });
        appendLog(sample, podOn(sample, 'worker-2'), [
          logLine(
            { start: at(sample, -30), version: 'v3.28.0' },
            0,
            'INFO',
            'monitor-addresses',
            'autodetection_methods.go',
            'Using autodetected IPv4 address on interface ens3: 10.20.0.12/24',
          ),
        ]);
        return sample;
      },
    ],
    [
      'a method that names the card',
      () => {
        const sample = later();
        setVariable(sample, 'IP_AUTODETECTION_METHOD', 'interface=^ens3$');
        return sample;
      },
    ],
    [
      'an address that is fixed',
      () => {
        const sample = later();
        setVariable(sample, 'IP', '10.20.0.12/24');
        return sample;
      },
    ],
    [
      'an address that is wrong already',
      () => {
        const sample = later();
        storeAddress(nodeOf(sample, 'worker-2'), '172.18.0.1/16');
        return sample;
      },
    ],
    ['a new method that keeps the address', () => rewritten('cidr=10.20.0.0/24')],
    ['no logs', () => later({ noLogs: true })],
  ])('finds nothing: %s', (_name, build) => {
    expect(findingsIn(addressRightByLuck, build())).toEqual([]);
  });

  it('does not apply to Canal', () => {
    expect(isNotApplicable(addressRightByLuck, healthyCluster({ install: 'canal' }))).toBe(true);
  });
});
