import { expect, it } from 'vitest';
import { vxlanDeviceConflict } from '../../internal/checks/vxlan-device-conflict.ts';
import { healthyCluster, runningPod, type ClusterSpec } from '../support/cluster.ts';
import { podOn } from '../support/faults.ts';
import { felixAdds, felixGoesOn } from '../support/felix-faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';

const version = 'v3.29.3';
const cluster = (spec: ClusterSpec = {}): Sample =>
  healthyCluster({ nodes: 3, version, install: 'vxlan', ...spec });

/** The same line each second, until just before the snapshot. */
function repeats(
  sample: Sample,
  node: string,
  message: string,
  release = version,
  times = 5,
): void {
  const lines = Array.from(
    { length: times },
    (_, index) => [times - index, 'WARNING', 'vxlan_mgr.go', message] as const,
  );
  felixAdds(sample, node, release, lines);
}

it.each<[string, string, string, string]>([
  [
    'the same identifier, v3.31',
    'v3.31.2',
    'Failed to configure tunnel device, retrying... error=can\'t locate created tunnel device vxlan.calico ipVersion=0x4 tunnelDevice="vxlan.calico"',
    'identifier',
  ],
  [
    'the same identifier, v3.26',
    'v3.26.4',
    "Failed to configure VXLAN tunnel device, retrying... error=can't locate created vxlan device vxlan.calico ipVersion=0x4",
    'identifier',
  ],
  [
    'a device that cannot be made anew, v3.20',
    'v3.20.5',
    'Failed configure VXLAN tunnel device, retrying... error=failed to create vxlan interface: file exists',
    'identifier',
  ],
  [
    'the warning about it',
    'v3.24.1',
    'Failed to create VXLAN device. Another device with this VNI may already exist',
    'identifier',
  ],
  [
    'the same UDP port',
    'v3.29.3',
    'Failed to configure VXLAN tunnel device, retrying... error=failed to set interface up: address already in use',
    'port',
  ],
  [
    'two owners who take it from each other',
    'v3.29.3',
    '"vxlan.calico" exists with incompatible configuration: vni: 4096 vs 1; recreating device',
    'identifier',
  ],
])('finds %s, where the pod is 1/1', (_name, release, message, kind) => {
  const sample = cluster({ version: release });
  repeats(sample, 'worker-2', message, release);
  const finding = findingIn(vxlanDeviceConflict, sample);
  expect([nodesOf(finding), finding.facts['kind'], finding.severity, finding.confidence]).toEqual([
    ['worker-2'],
    kind,
    'error',
    'likely',
  ]);
});

it('names the other device, and is sure where its owner runs beside it', () => {
  const sample = cluster();
  felixAdds(sample, 'worker-2', version, [
    [
      80,
      'INFO',
      'int_dataplane.go',
      'Linux interface state changed. ifIndex=6 ifaceName="flannel.4096" state="up"',
    ],
    [
      80,
      'INFO',
      'int_dataplane.go',
      'Linux interface state changed. ifIndex=7 ifaceName="vxlan-v6.calico" state="up"',
    ],
  ]);
  repeats(
    sample,
    'worker-2',
    "Failed to configure VXLAN tunnel device, retrying... error=can't locate created vxlan device vxlan.calico",
  );
  add(
    sample,
    'pods',
    runningPod(sample, {
      name: 'kube-flannel-ds-7xkq2',
      namespace: 'kube-flannel',
      node: 'worker-2',
      hostIP: '10.20.0.12',
      age: 80_000,
      spec: {
        hostNetwork: true,
        containers: [{ name: 'kube-flannel', image: 'registry.example/flannel:v0.26.1' }],
      },
    }),
  );
  const { facts, confidence } = findingIn(vxlanDeviceConflict, sample);
  expect([facts['devices'], confidence]).toEqual([['flannel.4096'], 'confirmed']);
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'the parent device in the first seconds',
    (sample) =>
      repeats(
        sample,
        'worker-1',
        'Failed to find parent device, retrying... error=parent interface not yet known',
      ),
  ],
  [
    'a device that was made in the end',
    (sample) => {
      repeats(
        sample,
        'worker-1',
        'Failed to configure VXLAN tunnel device, retrying... error=failed to create vxlan interface: file exists',
      );
      felixAdds(sample, 'worker-1', version, [
        [0, 'INFO', 'vxlan_mgr.go', 'VXLAN tunnel device configured'],
      ]);
    },
  ],
  [
    'trouble of long ago',
    (sample) => {
      felixAdds(sample, 'worker-1', version, [
        [
          4000,
          'WARNING',
          'vxlan_mgr.go',
          'Failed to create VXLAN device. Another device with this VNI may already exist',
        ],
      ]);
      felixGoesOn(sample, 'worker-1', version);
    },
  ],
  [
    'a device made anew once, after a change of the settings',
    (sample) =>
      repeats(
        sample,
        'worker-1',
        '"vxlan.calico" exists with incompatible configuration: port: 4789 vs 4799; recreating device',
        version,
        1,
      ),
  ],
  [
    'the IPIP device',
    (sample) =>
      repeats(
        sample,
        'worker-1',
        'Failed to configure tunnel device, retrying... error=can\'t locate created tunnel device tunl0 tunnelDevice="tunl0"',
      ),
  ],
  [
    'a kernel without VXLAN',
    (sample) =>
      repeats(
        sample,
        'worker-1',
        'Failed to configure VXLAN tunnel device, retrying... error=operation not supported',
      ),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(vxlanDeviceConflict, sample)).toEqual([]);
});

it('moves what the two devices have in common', () => {
  const sample = cluster();
  sample.lists.felixConfigurations = [
    { kind: 'FelixConfiguration', metadata: { name: 'default' }, spec: { vxlanVNI: 5000 } },
  ];
  repeats(
    sample,
    'worker-1',
    'Failed to create VXLAN device. Another device with this VNI may already exist',
  );
  const { remedies } = findingIn(vxlanDeviceConflict, sample);
  expect(remedies.map(({ id }) => id)).toEqual(['remove-vxlan-device', 'move-vxlan']);
  expect(remedies[1]?.manual.at(-1)).toContain('{"spec":{"vxlanVNI":5001}}');
  expect(podOn(sample, 'worker-1').status?.phase).toBe('Running');
});
