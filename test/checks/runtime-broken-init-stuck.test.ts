import { describe, expect, it } from 'vitest';
import { runtimeBrokenInitStuck } from '../../internal/checks/runtime-broken-init-stuck.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, nodeOf, podOn, setCondition, setLog, stuckInit } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import {
  lateProbe,
  lose,
  neighbourOn,
  runtimeDown,
  setUsage,
  untouched,
} from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';

type Change = (sample: Sample) => void;

const sampleOf = (...changes: readonly Change[]): Sample => {
  const sample = healthyCluster({ nodes: 3, version: 'v3.22.5' });
  for (const change of changes) change(sample);
  return sample;
};

const initStuck =
  (container: string, minutes: number): Change =>
  (sample) => {
    const pod = podOn(sample, 'worker-2');
    stuckInit(pod, container, { running: { startedAt: at(sample, -60 * minutes) } });
    sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
  };
const initLog =
  (container: string, text: string): Change =>
  (sample) =>
    setLog(sample, podOn(sample, 'worker-2'), container, text);
const noInitLog =
  (container: string): Change =>
  (sample) => {
    const { name, namespace = '' } = podOn(sample, 'worker-2').metadata;
    const error = { kind: 'timeout' as const, message: 'the kubelet did not answer' };
    sample.logs.push({
      namespace,
      pod: name,
      container,
      previous: false,
      read: { state: 'failed', error },
    });
  };
const created: Change = (sample) => {
  const pod = podOn(sample, 'worker-2');
  addEvent(sample, pod, 'Created', 'Created container upgrade-ipam', { ago: 3500, type: 'Normal' });
  addEvent(sample, pod, 'Started', 'Started container upgrade-ipam', { ago: 3420, type: 'Normal' });
};
const event =
  (reason: string, message: string): Change =>
  (sample) =>
    addEvent(sample, podOn(sample, 'worker-2'), reason, message);
const fresh: Change = (sample) => untouched(sample, podOn(sample, 'worker-2'));

const done =
  '2026-03-01 11:02:11.310 [INFO][1] ipam_plugin.go 79: migrating from host-local to calico-ipam...\n2026-03-01 11:02:11.400 [INFO][1] migrate.go 66: no IPAM data found; no migration necessary, successfully exiting...\n';

describe('runtime-broken-init-stuck', () => {
  it.each<[string, readonly Change[], string]>([
    [
      'an empty log, and slow creation',
      [initStuck('upgrade-ipam', 55), initLog('upgrade-ipam', ''), created],
      'confirmed',
    ],
    [
      'a log that is through',
      [initStuck('upgrade-ipam', 40), initLog('upgrade-ipam', done)],
      'likely',
    ],
    [
      'a log that cannot be had',
      [initStuck('install-cni', 12), noInitLog('install-cni')],
      'likely',
    ],
    ['slow creation alone', [initStuck('upgrade-ipam', 55), created], 'likely'],
    ['status alone', [initStuck('upgrade-ipam', 55)], 'possible'],
    [
      'the kubelet says so, and a pod waits',
      [fresh, (s) => runtimeDown(s, 'worker-2')],
      'confirmed',
    ],
    ['the kubelet says so, calico-node runs on', [(s) => runtimeDown(s, 'worker-2')], 'likely'],
    [
      'docker, in older words',
      [
        (s) =>
          runtimeDown(
            s,
            'worker-2',
            'container runtime not ready: RuntimeReady=false reason:DockerDaemonNotReady message:docker: failed to get docker version: Cannot connect to the Docker daemon',
          ),
      ],
      'likely',
    ],
    [
      'PLEG',
      [
        (s) =>
          runtimeDown(
            s,
            'worker-2',
            'PLEG is not healthy: pleg was last seen active 5m12s ago; threshold is 3m0s',
          ),
      ],
      'likely',
    ],
    [
      'a sandbox that is not made in time',
      [
        fresh,
        event(
          'FailedCreatePodSandBox',
          'Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
        ),
      ],
      'likely',
    ],
    ['a pod that nobody touched', [fresh], 'possible'],
  ])('finds %s', (_name, changes, confidence) => {
    const finding = findingIn(runtimeBrokenInitStuck, sampleOf(...changes));
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding).toMatchObject({ severity: 'error', confidence });
  });

  const retry = (text: string): string =>
    `2026-03-01 11:58:02.118 [ERROR][1] ipam_plugin.go 112: ${text}\n`;

  it.each<[string, readonly Change[]]>([
    ['a healthy cluster', []],
    ['an init container of half a minute', [initStuck('install-cni', 0.5)]],
    [
      'one that waits for the API server',
      [
        initStuck('upgrade-ipam', 56),
        initLog(
          'upgrade-ipam',
          retry(
            'failed to migrate ipam, retrying... error=Get "https://10.43.0.1:443/": dial tcp 10.43.0.1:443: i/o timeout',
          ),
        ),
      ],
    ],
    [
      'one that writes on',
      [
        initStuck('install-cni', 4),
        (s) =>
          initLog(
            'install-cni',
            `${at(s, -3).replace('T', ' ').replace('Z', '.1')} [INFO][1] cni-installer/install.go 84: Installed\n`,
          )(s),
      ],
    ],
    [
      'no CNI configuration: what a node without calico-node says',
      [
        (s) =>
          setCondition(
            s,
            nodeOf(s, 'worker-2'),
            'Ready',
            'False',
            'KubeletNotReady',
            'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
          ),
      ],
    ],
    ['a lost node', [fresh, (s) => lose(s, 'worker-2')]],
    [
      'a mount that fails',
      [
        fresh,
        event(
          'FailedMount',
          'MountVolume.SetUp failed for volume "lib-modules" : hostPath type check failed',
        ),
      ],
    ],
    [
      'an image that is pulled',
      [fresh, event('Pulling', 'Pulling image "docker.io/calico/cni:v3.22.5"')],
    ],
    [
      'a sandbox that the network plugin refuses',
      [
        fresh,
        event(
          'FailedCreatePodSandBox',
          'plugin type="calico" failed (add): context deadline exceeded',
        ),
      ],
    ],
    ...['CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'InvalidImageName'].map(
      (reason): [string, readonly Change[]] => [
        `a first container in ${reason}, without events`,
        [(s) => stuckInit(podOn(s, 'worker-2'), 'upgrade-ipam', { waiting: { reason } })],
      ],
    ),
    [
      'a first container that is made anew after it ended',
      [
        (s) =>
          stuckInit(podOn(s, 'worker-2'), 'upgrade-ipam', { waiting: { reason: 'Waiting' } }, 2),
      ],
    ],
    [
      'a pod that waits for a node',
      [
        (s) => {
          const pod = podOn(s, 'worker-2');
          untouched(s, pod);
          delete pod.spec?.nodeName;
        },
      ],
    ],
  ])('says nothing of %s', (_name, changes) => {
    expect(findingsIn(runtimeBrokenInitStuck, sampleOf(...changes))).toEqual([]);
  });

  it('leaves a kubelet that is merely late to the load of its machine', () => {
    const sample = sampleOf((s) => {
      runtimeDown(s, 'worker-2', 'PLEG is not healthy: pleg was last seen active 4m1s ago');
      setUsage(s, { 'worker-1': [400, 900], 'worker-2': [3990, 15_000], 'worker-3': [300, 900] });
    });
    expect(findingsIn(runtimeBrokenInitStuck, sample)).toEqual([]);
  });

  const remediesOf = (runtime: string): readonly Remedy[] => {
    const sample = sampleOf(initStuck('upgrade-ipam', 55), initLog('upgrade-ipam', ''));
    Object.assign(nodeOf(sample, 'worker-2').status?.nodeInfo ?? {}, {
      containerRuntimeVersion: runtime,
    });
    return findingIn(runtimeBrokenInitStuck, sample).remedies;
  };

  it.each<[string, string, Remedy['risk']]>([
    ['containerd://1.6.20', 'sudo systemctl restart containerd', 'restarts-pods'],
    ['docker://20.10.21', 'sudo systemctl restart docker', 'interrupts-traffic'],
    ['cri-o://1.30.1', 'sudo systemctl restart crio', 'restarts-pods'],
  ])('restarts %s', (runtime, command, risk) => {
    const [first] = remediesOf(runtime);
    expect(first).toMatchObject({ action: 'manual', risk });
    expect(first?.manual).toContain(command);
    expect(first?.manual).toContain('kubectl cordon worker-2');
  });

  it('explains late probes of other pods there', () => {
    const sample = sampleOf((s) => runtimeDown(s, 'worker-2'));
    lateProbe(
      sample,
      neighbourOn(sample, 'worker-2', 'web'),
      'Liveness probe failed: command timed out: "x" timed out after 1s',
    );
    expect(findingIn(runtimeBrokenInitStuck, sample).symptoms.map(({ id }) => id)).toContain(
      'probe-timeout-too-short',
    );
  });
});
