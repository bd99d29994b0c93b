import { describe, expect, it } from 'vitest';
import { bpfFilesystemNotMounted } from '../../internal/checks/bpf-filesystem-not-mounted.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, podOn, setLog, stuckInit, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { silence, waitsForMounts } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

interface Failure {
  readonly container: string;
  readonly exitCode: number;
  readonly text?: string;
  readonly previous?: boolean;
}

function failing(sample: Sample, node: string, failure: Failure): void {
  const pod = podOn(sample, node);
  silence(sample, pod);
  const times = { startedAt: at(sample, -31), finishedAt: at(sample, -30) };
  const terminated = { exitCode: failure.exitCode, reason: 'Error', ...times };
  stuckInit(pod, failure.container, { waiting: { reason: 'CrashLoopBackOff' } }, 5, { terminated });
  if (failure.text) setLog(sample, pod, failure.container, `${failure.text}\n`, failure.previous);
}

const line = (file: string, text: string): string =>
  `2026-03-01 11:59:29.410 [ERROR][1] ${file} 51: ${text}`;

describe('bpf-filesystem-not-mounted', () => {
  it.each<[string, Failure, string, string]>([
    ['v3.24.0', { container: 'mount-bpffs', exitCode: 2 }, 'bpf-filesystem', 'likely'],
    ['v3.29.1', { container: 'mount-bpffs', exitCode: 3 }, 'cgroup2', 'likely'],
    ['v3.31.3', { container: 'ebpf-bootstrap', exitCode: 4 }, 'bpf-network', 'likely'],
    [
      'v3.26.0',
      {
        container: 'mount-bpffs',
        exitCode: 2,
        text: line(
          'init/calico-init_linux.go',
          'Failed to mount BPF filesystem. error=operation not permitted',
        ),
      },
      'bpf-filesystem',
      'confirmed',
    ],
    [
      'v3.32.1',
      {
        container: 'ebpf-bootstrap',
        exitCode: 1,
        text: line(
          'nodeinit/calico-init_linux.go',
          'Failed to mount cgroup2 filesystem. error=no such device',
        ),
        previous: true,
      },
      'cgroup2',
      'confirmed',
    ],
    [
      'v3.31.0',
      {
        container: 'ebpf-bootstrap',
        exitCode: 4,
        text: line('nodeinit/calico-init_linux.go', 'Failed to initialize BPF network. error=x'),
      },
      'bpf-network',
      'confirmed',
    ],
  ])('%s %o', (version, failure, step, confidence) => {
    const sample = healthyCluster({ nodes: 3, version });
    failing(sample, 'worker-2', failure);
    const finding = findingIn(bpfFilesystemNotMounted, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence,
      facts: { step, container: failure.container },
    });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('reads the mount that the kubelet tries before, and takes it from the check of mounts', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.30.0' });
    const pod = podOn(sample, 'worker-3');
    waitsForMounts(sample, pod);
    addEvent(
      sample,
      pod,
      'FailedMount',
      'MountVolume.SetUp failed for volume "bpffs" : hostPath type check failed: /sys/fs/bpf is not a directory',
      { count: 9 },
    );
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['bpf-filesystem-not-mounted']);
    expect(findings[0]).toMatchObject({ confidence: 'confirmed', facts: { isMissing: true } });
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'an option that the image does not know: manifest and image of different releases',
      (sample) =>
        failing(sample, 'worker-1', {
          container: 'mount-bpffs',
          exitCode: 2,
          text: 'flag provided but not defined: -best-effort\nUsage of calico-node:',
        }),
    ],
    [
      'the first run, which has not come to its end',
      (sample) =>
        stuckInit(podOn(sample, 'worker-1'), 'mount-bpffs', {
          running: { startedAt: at(sample, -300) },
        }),
    ],
    [
      'another init container with the same code',
      (sample) => failing(sample, 'worker-1', { container: 'install-cni', exitCode: 2 }),
    ],
    [
      'another code',
      (sample) => failing(sample, 'worker-1', { container: 'mount-bpffs', exitCode: 137 }),
    ],
    [
      'an error that was only logged, as with -best-effort',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        unready(pod);
        setLog(
          sample,
          pod,
          'mount-bpffs',
          `${line('init/x.go', 'Failed to mount BPF filesystem. error=x')}\n`,
        );
      },
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(bpfFilesystemNotMounted, sample)).toEqual([]);
  });

  it.each([
    ['manifest', ['mount-bpf-filesystem', 'drop-bpf-init']],
    ['operator', ['mount-bpf-filesystem']],
  ] as const)('%s: proposes what can be done there', (install, ids) => {
    const sample = healthyCluster({ nodes: 2, install, version: 'v3.31.1' });
    failing(sample, 'worker-1', { container: 'ebpf-bootstrap', exitCode: 2 });
    expect(findingIn(bpfFilesystemNotMounted, sample).remedies.map(({ id }) => id)).toEqual(ids);
  });
});
