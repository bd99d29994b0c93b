import { describe, expect, it } from 'vitest';
import { calicoNodeNotPrivileged } from '../../internal/checks/calico-node-not-privileged.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn, unready } from '../support/faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

function sick(
  sample: Sample,
  node: string,
  privileged: boolean | undefined,
  message: string,
): void {
  const pod = podOn(sample, node);
  unready(pod);
  const container = pod.spec?.containers?.[0];
  if (container) container.securityContext = privileged === undefined ? {} : { privileged };
  appendLog(sample, pod, [
    logLine(
      { start: at(sample, -3), version: 'v3.29.1' },
      0,
      'WARNING',
      'felix',
      'ipsets.go',
      message,
    ),
  ]);
}

const ipset =
  'Bad return code from \'ipset list -name\'. error=exit status 1 stderr="Kernel error received: Operation not permitted"';

describe('calico-node-not-privileged', () => {
  it.each<[string, (sample: Sample) => void, readonly (readonly string[])[]]>([
    ['a healthy cluster', () => {}, []],
    ['the flag is gone', (sample) => sick(sample, 'worker-1', undefined, ipset), [['worker-1']]],
    [
      'the flag is false',
      (sample) =>
        sick(
          sample,
          'worker-1',
          false,
          'Failed to set IPv4 forwarding sysctl error=open /proc/sys/net/ipv4/ip_forward: read-only file system',
        ),
      [['worker-1']],
    ],
    ['privileged: something else is wrong', (sample) => sick(sample, 'worker-1', true, ipset), []],
    [
      'not privileged, and yet no such error',
      (sample) => sick(sample, 'worker-1', false, 'something else'),
      [],
    ],
    [
      'two nodes',
      (sample) => (sick(sample, 'worker-1', false, ipset), sick(sample, 'worker-2', false, ipset)),
      [['worker-1', 'worker-2']],
    ],
  ])('%s', (_name, change, nodes) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    const result = calicoNodeNotPrivileged.run(snapshotFrom(sample));
    expect('notApplicable' in result ? [] : result.map(({ facts }) => facts['nodes'])).toEqual(
      nodes,
    );
  });

  it('leaves the non-privileged mode of the operator alone', () => {
    const sample = healthyCluster({ nodes: 1, install: 'operator' });
    sick(sample, 'worker-1', false, ipset);
    Object.assign(sample.lists.installations?.[0]?.spec ?? {}, { nonPrivileged: 'Enabled' });
    expect(calicoNodeNotPrivileged.run(snapshotFrom(sample))).toHaveProperty('notApplicable');
  });

  it('patches the DaemonSet of a manifest install only', () => {
    for (const [install, action] of [
      ['manifest', 'apply'],
      ['operator', 'manual'],
    ] as const) {
      const sample = healthyCluster({ nodes: 1, install });
      sick(sample, 'worker-1', false, ipset);
      const result = calicoNodeNotPrivileged.run(snapshotFrom(sample));
      expect('notApplicable' in result ? null : result[0]?.remedies[0]?.action).toBe(action);
    }
  });
});
