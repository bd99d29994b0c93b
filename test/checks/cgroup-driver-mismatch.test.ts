import { describe, expect, it } from 'vitest';
import { cgroupDriverMismatch } from '../../internal/checks/cgroup-driver-mismatch.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import { addEvent, appendLog, crashLoop, nodeOf, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { ended, lateProbe, neighbourOn, startUpTo, untouched } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';

const refused =
  'Liveness probe failed: Get "http://localhost:9099/liveness": dial tcp 127.0.0.1:9099: connect: connection refused';

interface Case {
  readonly version?: string;
  readonly exitCode?: number;
  readonly lived?: number;
  readonly restarts?: number;
  readonly noLogs?: boolean;
  readonly isOdd?: boolean;
  readonly change?: (sample: Sample) => void;
}

/** worker-2's calico-node was ended from outside; its log ends in health. */
function ending({
  version = 'v3.26.4',
  exitCode = 137,
  lived = 305,
  restarts = 7,
  ...more
}: Case): Sample {
  const sample = healthyCluster({ nodes: 3, version, noLogs: more.noLogs ?? false });
  const pod = podOn(sample, 'worker-2');
  crashLoop(sample, pod, {
    lived,
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    restarts,
  });
  if (more.isOdd)
    Object.assign(nodeOf(sample, 'worker-2').status?.nodeInfo ?? {}, {
      osImage: 'Rocky Linux 9.4',
    });
  more.change?.(sample);
  return sample;
}

const proxyDies = (sample: Sample): void =>
  ended(sample, neighbourOn(sample, 'worker-2', 'kube-proxy'), { exitCode: 2, restarts: 5 });
const sandboxes = (sample: Sample): void =>
  addEvent(
    sample,
    neighbourOn(sample, 'worker-2', 'kube-proxy'),
    'SandboxChanged',
    'Pod sandbox changed, it will be killed and re-created.',
    { count: 3, type: 'Normal' },
  );

describe('cgroup-driver-mismatch', () => {
  it.each<[string, Case, string]>([
    ['other pods die as well', { change: proxyDies }, 'likely'],
    ['sandboxes are replaced', { change: sandboxes }, 'likely'],
    ['exit 0, in a log of v3.20', { version: 'v3.20.2', exitCode: 0, change: proxyDies }, 'likely'],
    ['exit 143, v3.31', { version: 'v3.31.7', exitCode: 143, change: sandboxes }, 'likely'],
    ['no logs were read', { noLogs: true, change: proxyDies }, 'likely'],
    ['only calico-node, on a node unlike the others', { isOdd: true }, 'likely'],
    ['only calico-node, on a node like the others', {}, 'possible'],
    [
      'only calico-node, killed as soon as its probe allows',
      { isOdd: true, lived: 64 },
      'possible',
    ],
    [
      'the cgroup of the systemd kind, taken for a name',
      {
        change: (sample) =>
          addEvent(
            sample,
            podOn(sample, 'worker-2'),
            'Failed',
            'Error: failed to create containerd task: open /sys/fs/cgroup/system.slice/containerd.service/kubepods-burstable-pod0c5d.slice:cri-containerd:5d1f0a7c9e33/cgroup.procs: no such file or directory',
          ),
      },
      'confirmed',
    ],
  ])('finds healthy containers that are ended: %s', (_name, more, confidence) => {
    const finding = findingIn(cgroupDriverMismatch, ending(more));
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence,
      facts: { kind: 'runtime-cgroupfs' },
    });
  });

  it.each<[string, Case]>([
    ['only calico-node, killed on time, on a node like the others', { lived: 64 }],
    ...[refused, 'Liveness probe failed: '].map((message): [string, Case] => [
      `the liveness probe fails several times before each end: ${message}`,
      {
        isOdd: true,
        lived: 96,
        change: (s) => addEvent(s, podOn(s, 'worker-2'), 'Unhealthy', message, { count: 33 }),
      },
    ]),
    [
      'the machine ran out of memory',
      {
        isOdd: true,
        change: (s) =>
          addEvent(
            s,
            nodeOf(s, 'worker-2'),
            'SystemOOM',
            'System OOM encountered, victim process: x',
          ),
      },
    ],
    [
      'a startup probe kills it',
      {
        isOdd: true,
        change: (s) =>
          Object.assign(podOn(s, 'worker-2').spec?.containers?.[0] ?? {}, { startupProbe: {} }),
      },
    ],
    [
      'OOMKilled',
      {
        change: (s) =>
          crashLoop(s, podOn(s, 'worker-2'), {
            lived: 90,
            exitCode: 137,
            reason: 'OOMKilled',
            restarts: 5,
          }),
      },
    ],
    ['one restart', { restarts: 1 }],
    ['exit 1: it ended by itself', { exitCode: 1, change: proxyDies }],
    [
      'its log ends in the start',
      {
        change: (s) =>
          setLog(
            s,
            podOn(s, 'worker-2'),
            'calico-node',
            startUpTo(s, podOn(s, 'worker-2'), 'Using node name'),
          ),
      },
    ],
    [
      'its log ends in a panic',
      {
        change: (s) => (
          proxyDies(s),
          appendLog(s, podOn(s, 'worker-2'), [
            `${at(s, -45).replace('T', ' ').replace('Z', '.118')} [PANIC][88] felix/ipsets.go 319: Failed to update IP sets`,
          ])
        ),
      },
    ],
    [
      'its health port is taken',
      {
        change: (s) =>
          appendLog(s, podOn(s, 'worker-2'), [
            `${at(s, -45).replace('T', ' ').replace('Z', '.118')} [ERROR][88] felix/health.go 350: Health endpoint failed, trying to restart it... error=bind`,
          ]),
      },
    ],
    [
      'its probe says outright what is wrong',
      {
        change: (s) =>
          addEvent(
            s,
            podOn(s, 'worker-2'),
            'Unhealthy',
            'Liveness probe failed: HTTP probe failed with statuscode: 503',
          ),
      },
    ],
    [
      'everything answers late',
      {
        change: (s) => {
          proxyDies(s);
          lateProbe(
            s,
            podOn(s, 'worker-2'),
            'Liveness probe failed: command timed out: "/bin/calico-node -felix-live -bird-live" timed out after 10s',
          );
        },
      },
    ],
    [
      'restarts of yesterday, and it is well',
      {
        change: (s) => {
          for (const { name } of workers(3)) {
            for (const pod of [podOn(s, name), neighbourOn(s, name, 'kube-proxy')]) {
              ended(s, pod, { exitCode: 137, restarts: 9, ago: 80_000 });
              const [status] = pod.status?.containerStatuses ?? [];
              if (status) status.ready = true;
              for (const condition of pod.status?.conditions ?? []) condition.status = 'True';
            }
          }
        },
      },
    ],
  ])('says nothing: %s', (_name, more) => {
    expect(findingsIn(cgroupDriverMismatch, ending(more))).toEqual([]);
  });

  it('takes no sandbox for a sign that a network plugin refused', () => {
    const sample = ending({
      change: (s) => {
        sandboxes(s);
        addEvent(
          s,
          neighbourOn(s, 'worker-2', 'kube-proxy'),
          'FailedCreatePodSandBox',
          'plugin type="calico" failed (add)',
        );
      },
    });
    expect(findingIn(cgroupDriverMismatch, sample).confidence).toBe('possible');
  });

  it('takes no container for a sign that comes and goes on other nodes too', () => {
    const sample = ending({
      change: (s) => {
        for (const { name } of workers(3))
          ended(s, neighbourOn(s, name, 'kube-proxy'), { exitCode: 2, restarts: 5 });
      },
    });
    expect(findingIn(cgroupDriverMismatch, sample).confidence).toBe('possible');
  });

  it('finds several nodes as one, and a liveness kill changes nothing', () => {
    const sample = ending({
      change: (s) => {
        crashLoop(s, podOn(s, 'worker-3'), {
          lived: 77,
          exitCode: 137,
          reason: 'Error',
          restarts: 3,
        });
        addEvent(s, podOn(s, 'worker-3'), 'Unhealthy', refused, { count: 6 });
        for (const name of ['worker-2', 'worker-3'])
          ended(s, neighbourOn(s, name, 'web'), { exitCode: 143, restarts: 4 });
      },
    });
    expect(nodesOf(findingIn(cgroupDriverMismatch, sample))).toEqual(['worker-2', 'worker-3']);
  });

  it('reads the opposite mismatch in the runtime’s own words', () => {
    const sample = healthyCluster({ nodes: 2, install: 'operator', version: 'v3.29.3' });
    const pod = podOn(sample, 'worker-1');
    untouched(sample, pod);
    addEvent(
      sample,
      pod,
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: runc create failed: expected cgroupsPath to be of format \\"slice:prefix:name\\" for systemd cgroups, got \\"/kubepods/besteffort/pod7\\" instead',
    );
    expect(findingIn(cgroupDriverMismatch, sample)).toMatchObject({
      confidence: 'confirmed',
      facts: { kind: 'kubelet-cgroupfs' },
    });
  });

  it('writes the section of the containerd that runs there', () => {
    const sample = ending({ change: proxyDies });
    Object.assign(nodeOf(sample, 'worker-2').status?.nodeInfo ?? {}, {
      containerRuntimeVersion: 'containerd://2.1.4',
    });
    const { manual } = findingIn(cgroupDriverMismatch, sample).remedies[0] ?? { manual: [] };
    expect(manual.join('\n')).toContain('io.containerd.cri.v1.runtime');
  });
});
