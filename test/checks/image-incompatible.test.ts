import { describe, expect, it } from 'vitest';
import { imageIncompatible } from '../../internal/checks/image-incompatible.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  nodeOf,
  podOn,
  setLog,
  stuckInit,
  unready,
} from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { silence, waitsFor } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const death = { lived: 0, exitCode: 1, reason: 'Error', restarts: 7 };

function crashing(
  sample: Sample,
  node: string,
  exitCode: number,
  text: string | null,
  lived = 0,
): void {
  const pod = podOn(sample, node);
  silence(sample, pod);
  crashLoop(sample, pod, { ...death, exitCode, lived });
  if (text !== null) setLog(sample, pod, 'calico-node', `${text}\n`);
}

const setArchitecture = (sample: Sample, node: string, architecture: string): object =>
  Object.assign(nodeOf(sample, node).status?.nodeInfo ?? {}, { architecture });

describe('image-incompatible', () => {
  it.each<[string, string, number, string]>([
    ['architecture', 'exec /usr/sbin/start_runit: exec format error', 255, 'confirmed'],
    [
      'architecture',
      'standard_init_linux.go:228: exec user process caused: exec format error',
      1,
      'confirmed',
    ],
    [
      'cpu-level',
      'This program can only be run on AMD64 processors with v2 microarchitecture support.',
      1,
      'confirmed',
    ],
    ['cpu-level', 'Fatal glibc error: CPU does not support x86-64-v2', 127, 'confirmed'],
    [
      'library',
      'calico-node: error while loading shared libraries: libpcap.so.0.8: cannot open shared object file',
      127,
      'confirmed',
    ],
  ])('%s: %s', (cause, text, exitCode, confidence) => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.31.0' });
    crashing(sample, 'worker-3', exitCode, text);
    const finding = findingIn(imageIncompatible, sample);
    expect(finding).toMatchObject({ severity: 'error', confidence, facts: { cause } });
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it('reads the message of a start error', () => {
    const sample = healthyCluster({ nodes: 2 });
    const terminated = {
      exitCode: 128,
      reason: 'StartError',
      message:
        'failed to start containerd task: exec /opt/cni/bin/install: exec format error: unknown',
    };
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
    stuckInit(podOn(sample, 'worker-2'), 'install-cni', waiting, 4, { terminated });
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['image-incompatible']);
  });

  it.each([
    ['in the status', 'no match for platform in manifest: not found', null],
    [
      'in the event',
      'Back-off pulling image',
      'Failed to pull image: no matching manifest for linux/arm64/v8 in the manifest list entries',
    ],
  ])('takes over a pull for another platform, told %s', (_name, message, event) => {
    const sample = healthyCluster({ nodes: 3 });
    setArchitecture(sample, 'worker-2', 'arm64');
    const pod = podOn(sample, 'worker-2');
    waitsFor(pod, 'install-cni', 'ImagePullBackOff', message);
    if (event) addEvent(sample, pod, 'Failed', `${event} docker.io/calico/cni:v3.29.1`);
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['image-incompatible']);
    expect(findings[0]).toMatchObject({
      confidence: 'confirmed',
      facts: { isOdd: true, architectures: ['arm64'] },
    });
  });

  it.each<[string, number, string | null, number, number]>([
    ['SIGSEGV at once, without a word', 139, null, 0, 1],
    ['SIGSEGV at once, with a few lines', 139, 'Calico node starting', 3, 1],
    ['SIGSEGV after an hour', 139, null, 3600, 0],
    ['another end', 137, null, 0, 0],
  ])('%s', (_name, exitCode, text, lived, count) => {
    const sample = healthyCluster({ nodes: 2 });
    crashing(sample, 'worker-1', exitCode, text, lived);
    const found = findingsIn(imageIncompatible, sample);
    expect(found.map(({ facts, confidence }) => [facts['cause'], confidence])).toEqual(
      Array.from({ length: count }, () => ['crash', 'likely']),
    );
  });

  it.each([
    ['exec /x: exec format error', 'arm64', true],
    ['exec /x: exec format error', 'amd64', false],
    ['Fatal glibc error: CPU does not support x86-64-v2', 'arm64', false],
  ])('%s on %s: is another kind of machine than the rest: %s', (text, architecture, isOdd) => {
    const sample = healthyCluster({ nodes: 3 });
    setArchitecture(sample, 'worker-2', architecture);
    crashing(sample, 'worker-2', 1, text);
    const { facts, evidence } = findingIn(imageIncompatible, sample);
    expect(facts['isOdd']).toBe(isOdd);
    expect(evidence.some(({ field }) => field.includes('architecture'))).toBe(isOdd);
  });

  it('compares with nothing where no other node is well', () => {
    const sample = healthyCluster({ nodes: 1 });
    crashing(sample, 'worker-1', 1, 'exec /x: exec format error');
    expect(findingIn(imageIncompatible, sample).facts['isOdd']).toBe(false);
  });

  it('groups nodes by cause', () => {
    const sample = healthyCluster({ nodes: 4 });
    for (const node of ['worker-1', 'worker-2'])
      crashing(sample, node, 1, 'exec /bin/x: exec format error');
    crashing(sample, 'worker-4', 1, 'Fatal glibc error: CPU does not support x86-64-v3');
    expect(findingsIn(imageIncompatible, sample).map(nodesOf)).toEqual([
      ['worker-1', 'worker-2'],
      ['worker-4'],
    ]);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'another program of the container, quoted by Felix',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        unready(pod);
        appendLog(sample, pod, [
          '2026-03-01 11:59:50.001 [WARNING][77] felix/bpf.go 91: bpftool failed error="error while loading shared libraries: libelf.so.1"',
        ]);
      },
    ],
    [
      'the words in the log of a pod that is ready',
      (sample) => appendLog(sample, podOn(sample, 'worker-1'), ['exec /x: exec format error']),
    ],
    [
      'a crash after a log that goes on, in the run before',
      (sample) => {
        crashing(sample, 'worker-1', 139, null);
        const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n');
        setLog(sample, podOn(sample, 'worker-1'), 'calico-node', `${lines}\n`, true);
      },
    ],
    [
      'an end of long ago of a container that runs',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        unready(pod);
        const status = pod.status?.containerStatuses?.[0];
        if (status)
          status.lastState = {
            terminated: {
              exitCode: 128,
              message: 'exec format error',
              finishedAt: at(sample, -9000),
            },
          };
      },
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(imageIncompatible, sample)).toEqual([]);
  });

  it.each([
    ['v3.31.2', true],
    ['v3.28.0', false],
  ])('names an older release for an old processor: %s', (version, isNamed) => {
    const sample = healthyCluster({ nodes: 2, version });
    crashing(sample, 'worker-1', 1, 'Fatal glibc error: CPU does not support x86-64-v2');
    const manual = findingIn(imageIncompatible, sample).remedies[0]?.manual.join('\n');
    expect(manual?.includes('a release before it')).toBe(isNamed);
  });
});
