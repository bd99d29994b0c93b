import { describe, expect, it } from 'vitest';
import { cniInstallFailed } from '../../internal/checks/cni-install-failed.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, nodeOf, podOn, setLog, stuckInit, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { neighbourOn } from '../support/node-faults.ts';
import { silence, withoutNetwork } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

function installerSays(sample: Sample, node: string, text: string, previous = false): void {
  const pod = podOn(sample, node);
  silence(sample, pod);
  const times = { startedAt: at(sample, -20), finishedAt: at(sample, -19) };
  const terminated = { exitCode: 1, reason: 'Error', ...times };
  stuckInit(pod, 'install-cni', { waiting: { reason: 'CrashLoopBackOff' } }, 6, { terminated });
  setLog(sample, pod, 'install-cni', `${text}\n`, previous);
}

function podWaits(sample: Sample, node: string, why: string, ago = 15): void {
  const pod = neighbourOn(sample, node, 'web');
  pod.metadata.creationTimestamp = at(sample, -600);
  pod.status = { phase: 'Pending', conditions: [] };
  const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "5d": ${why}`;
  addEvent(sample, pod, 'FailedCreatePodSandBox', message, { ago, count: 12 });
}

const fatal = (text: string): string =>
  `2026-03-01 11:59:40.009 [FATAL][1] cni-installer/install.go 170: ${text}`;
const nodename =
  'plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running';
const missing = 'failed to find plugin "calico" in path [/opt/cni/bin]';
const flannel =
  'plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory';

describe('cni-install-failed', () => {
  it.each<[string, string, string]>([
    ['v3.29.1', fatal('found no writeable directory, exiting'), 'not-writable'],
    [
      'v3.26.5',
      '2026-03-01 11:59:40.009 [FATAL][1] cni-installer/<nil> <nil>: found no writeable directory, exiting',
      'not-writable',
    ],
    [
      'v3.32.1',
      '2026-03-01 11:59:40.009 [ERROR][1] cni-installer/install.go 121: Failed to install error=open /host/opt/cni/bin/calico: text file busy',
      'not-writable',
    ],
    ['v3.10.4', '/host/opt/cni/bin is non-writeable, skipping', 'not-writable'],
    [
      'v3.15.0',
      'Failed to copy /opt/cni/bin/calico into /host/opt/cni/bin. This may be caused by selinux configuration on the host',
      'not-writable',
    ],
    [
      'v3.9.2',
      'Failed to mv files. This may be caused by selinux configuration on the host',
      'not-writable',
    ],
    [
      'v3.28.0',
      fatal('CNI config is not valid JSON: {"name": "k8s-pod-network", "mtu": ,}'),
      'bad-config',
    ],
    [
      'v3.28.0',
      fatal('open /host/etc/cni/net.d/10-calico.conflist: read-only file system'),
      'not-writable',
    ],
  ])('%s: install-cni says %s', (version, text, cause) => {
    const sample = healthyCluster({ nodes: 3, version });
    installerSays(sample, 'worker-2', text);
    const finding = findingIn(cniInstallFailed, sample);
    expect(finding).toMatchObject({ severity: 'error', confidence: 'confirmed', facts: { cause } });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('reads the run before, too', () => {
    const sample = healthyCluster({ nodes: 2 });
    installerSays(sample, 'worker-1', fatal('found no writeable directory, exiting'), true);
    expect(findingIn(cniInstallFailed, sample).evidence[0]?.field).toBe('previous log');
  });

  it.each<[string, string, string, string | null]>([
    ['the plugin is gone', missing, 'plugin-missing', 'calico'],
    [
      'a plugin that Calico calls is gone',
      'failed to find plugin "portmap" in path [/opt/cni/bin]',
      'plugin-missing',
      'portmap',
    ],
    ['another plugin is asked', flannel, 'foreign-plugin', 'flannel'],
    [
      'another plugin is asked and gone',
      'failed to find plugin "weave-net" in path [/opt/cni/bin]',
      'foreign-plugin',
      'weave-net',
    ],
    ['another directory', nodename, 'nodename-missing', null],
    ['noexec', 'fork/exec /opt/cni/bin/calico: permission denied', 'plugin-broken', 'calico'],
    [
      'no kubeconfig',
      'plugin type="calico" failed (add): error loading config file "/etc/cni/net.d/calico-kubeconfig": no such file',
      'kubeconfig-missing',
      null,
    ],
  ])('calico-node is ready, and a pod waits: %s', (_name, why, cause, plugin) => {
    const sample = healthyCluster({ nodes: 3 });
    podWaits(sample, 'worker-3', why);
    const finding = findingIn(cniInstallFailed, sample);
    expect(finding).toMatchObject({ confidence: 'likely', facts: { cause, plugin } });
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it('is sure with the DaemonSet of the other plugin, and removes that first', () => {
    const sample = healthyCluster({ nodes: 3 });
    podWaits(sample, 'worker-3', flannel);
    sample.lists.daemonSets?.push({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' },
      status: { desiredNumberScheduled: 3 },
    });
    const finding = findingIn(cniInstallFailed, sample);
    expect(finding).toMatchObject({
      confidence: 'confirmed',
      facts: { others: ['kube-flannel/kube-flannel-ds'] },
    });
    expect(finding.remedies.map(({ id }) => id)).toEqual([
      'remove-other-plugin',
      'repair-cni-files',
    ]);
  });

  it('finds a runtime that looks for the configuration elsewhere', () => {
    const sample = healthyCluster({ nodes: 3 });
    withoutNetwork(sample, nodeOf(sample, 'worker-1'));
    expect(findingIn(cniInstallFailed, sample)).toMatchObject({
      confidence: 'confirmed',
      facts: { cause: 'config-not-seen', nodes: ['worker-1'] },
    });
  });

  it('has the plugins written anew by a new pod', () => {
    const sample = healthyCluster({ nodes: 2 });
    podWaits(sample, 'worker-2', missing);
    const ids = findingIn(cniInstallFailed, sample).remedies.map(({ id }) => id);
    expect(ids).toEqual(['repair-cni-files', 'restart-pods']);
  });

  it.each([
    ['manifest', 'calico-config'],
    ['canal', 'canal-config'],
  ] as const)('%s: the configuration is made from %s', (install, name) => {
    const sample = healthyCluster({ nodes: 2, install });
    installerSays(sample, 'worker-1', fatal('CNI config is not valid JSON: {'));
    expect(findingIn(cniInstallFailed, sample).remedies[0]?.target?.name).toBe(name);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'an API server that install-cni does not reach',
      (sample) =>
        installerSays(
          sample,
          'worker-1',
          fatal(
            'Unable to create token for CNI kubeconfig error=Post "https://10.96.0.1:443/api/v1/namespaces/kube-system/serviceaccounts/calico-node/token": dial tcp 10.96.0.1:443: i/o timeout',
          ),
        ),
    ],
    [
      'a directory that is skipped, and another that is written',
      (sample) =>
        setLog(
          sample,
          podOn(sample, 'worker-1'),
          'install-cni',
          '2026-03-01 11:00:00.000 [INFO][1] cni-installer/install.go 101: /host/secondary-bin-dir is not writeable, skipping\n',
        ),
    ],
    [
      'an error of the run before, when install-cni is through',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        unready(pod);
        setLog(
          sample,
          pod,
          'install-cni',
          `${fatal('found no writeable directory, exiting')}\n`,
          true,
        );
      },
    ],
    [
      'the shell script skips its second directory, and fails for another reason',
      (sample) =>
        installerSays(sample, 'worker-1', '/host/secondary-bin-dir is non-writeable, skipping'),
    ],
    [
      'calico-node is sick, so the plugin waits for it',
      (sample) => {
        unready(podOn(sample, 'worker-1'));
        podWaits(sample, 'worker-1', nodename);
      },
    ],
    [
      'calico-node has just started',
      (sample) => {
        const status = podOn(sample, 'worker-1').status?.containerStatuses?.[0];
        if (status) status.state = { running: { startedAt: at(sample, -20) } };
        podWaits(sample, 'worker-1', nodename, 40);
      },
    ],
    ['an event of long ago', (sample) => podWaits(sample, 'worker-1', missing, 3000)],
    [
      'a pod that got its network since',
      (sample) => {
        podWaits(sample, 'worker-1', flannel, 300);
        addEvent(
          sample,
          neighbourOn(sample, 'worker-1', 'web'),
          'Started',
          'Started container web',
          { ago: 200, type: 'Normal' },
        );
      },
    ],
    [
      'a node that is not Ready for another reason',
      (sample) => {
        const ready = nodeOf(sample, 'worker-1').status?.conditions?.find(
          ({ type }) => type === 'Ready',
        );
        if (ready) Object.assign(ready, { status: 'False', message: 'container runtime is down' });
      },
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(cniInstallFailed, sample)).toEqual([]);
  });

  it('does not hide that nobody knows why calico-node is sick', () => {
    const sample = healthyCluster({ nodes: 3, noLogs: true });
    unready(podOn(sample, 'worker-1'));
    podWaits(sample, 'worker-1', nodename);
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['undetermined']);
  });

  it('leaves a network of another plugin alone where Calico is for policy only', () => {
    const sample = healthyCluster({ nodes: 2, install: 'policy-only' });
    withoutNetwork(sample, nodeOf(sample, 'worker-1'));
    expect(findingsIn(cniInstallFailed, sample)).toEqual([]);
  });
});
