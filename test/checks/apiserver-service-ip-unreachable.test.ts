import { describe, expect, it } from 'vitest';
import { apiserverServiceIpUnreachable as check } from '../../internal/checks/apiserver-service-ip-unreachable.ts';
import {
  cniFails,
  crashKubeProxy,
  failInit,
  failStart,
  removeKubeProxy,
  say,
  stayUnready,
} from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';

const token = (host: string): string =>
  `Unable to create token for CNI kubeconfig error=Post "https://${host}:443/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin/token": dial tcp ${host}:443: i/o timeout`;
const retry = (host: string, why = 'i/o timeout'): string =>
  `Hit error connecting to datastore - retry error=Get "https://${host}:443/api/v1/nodes/foo": dial tcp ${host}:443: ${why}`;

const installer = { component: 'cni-installer', file: 'install.go', level: 'FATAL' };

describe('apiserver-service-ip-unreachable', () => {
  it.each<[string, () => Sample, object, readonly string[]]>([
    [
      'install-cni gets no token, and kube-proxy is not there',
      () => {
        const sample = healthyCluster({ nodes: 4, version: 'v3.32.1' });
        removeKubeProxy(sample, 'worker-3');
        failInit(sample, 'worker-3', {
          lines: [say(sample, { version: 'v3.32.1', ago: 40, ...installer }, token('10.96.0.1'))],
        });
        return sample;
      },
      {
        confidence: 'confirmed',
        facts: { cause: 'kube-proxy-missing', host: '10.96.0.1', port: 443, reason: 'timeout' },
      },
      ['worker-3'],
    ],
    [
      'only the finished upgrade-ipam says it, install-cni has just begun again',
      () => {
        const sample = healthyCluster({ nodes: 3, version: 'v3.32.1' });
        removeKubeProxy(sample, 'worker-2');
        failInit(sample, 'worker-2', {
          state: 'running',
          now: [
            say(
              sample,
              { version: 'v3.32.1', ago: 11, component: 'cni-installer', file: 'install.go' },
              'Running as a Kubernetes pod',
            ),
          ],
          before: {
            'upgrade-ipam': [
              say(
                sample,
                {
                  version: 'v3.32.1',
                  ago: 200,
                  level: 'WARNING',
                  component: 'ipam',
                  file: 'discovery.go',
                },
                'Failed to query API server for supported API groups, cannot autodiscover API group, defaulting to crd.projectcalico.org/v1 error=Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout',
              ),
            ],
          },
        });
        return sample;
      },
      { confidence: 'confirmed', facts: { cause: 'kube-proxy-missing' } },
      ['worker-2'],
    ],
    [
      'the loop of start-up, in the grammar before components, with a service network of its own',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.11.3', install: 'kubespray' });
        sample.lists.services = [];
        for (const name of ['worker-1', 'worker-2'])
          failStart(
            sample,
            name,
            [retry('10.233.0.1', 'connect: no route to host')].map((text) =>
              say(sample, { version: 'v3.11.3', ago: 60 }, text),
            ),
            { exitCode: 137 },
          );
        return sample;
      },
      { facts: { host: '10.233.0.1', reason: 'no-route', cause: 'unknown' } },
      ['worker-1', 'worker-2'],
    ],
    [
      'one node of several, whose kube-proxy is well',
      () => {
        const sample = healthyCluster({ nodes: 3, version: 'v3.27.2', install: 'operator' });
        stayUnready(sample, 'worker-1', [
          say(sample, { version: 'v3.27.2', ago: 32 }, retry('10.96.0.1')),
          say(sample, { version: 'v3.27.2', ago: 1 }, retry('10.96.0.1')),
        ]);
        return sample;
      },
      { confidence: 'confirmed', facts: { cause: 'node-path' } },
      ['worker-1'],
    ],
    [
      'a klog line of an informer, and a kube-proxy that cannot write its rules',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.26.4' });
        crashKubeProxy(sample, 'worker-2');
        stayUnready(sample, 'worker-2', [
          'E0301 11:59:58.104221      62 reflector.go:204] "Failed to watch" err="failed to list *v1.Node: Get \\"https://10.96.0.1:443/api/v1/nodes\\": dial tcp 10.96.0.1:443: connect: connection refused" logger="UnhandledError"',
        ]);
        return sample;
      },
      { facts: { cause: 'kube-proxy-failing', reason: 'refused' } },
      ['worker-2'],
    ],
    [
      'no log at all, but install-cni fails where kube-proxy is not',
      () => {
        const sample = healthyCluster({ nodes: 3, noLogs: true });
        removeKubeProxy(sample, 'worker-1');
        failInit(sample, 'worker-1');
        return sample;
      },
      { confidence: 'likely', facts: { cause: 'kube-proxy-missing' } },
      ['worker-1'],
    ],
    [
      'the silent first 30 seconds of an old install-cni',
      () => {
        const sample = healthyCluster({ nodes: 3, version: 'v3.26.5' });
        removeKubeProxy(sample, 'worker-3');
        failInit(sample, 'worker-3', {
          state: 'running',
          now: [
            'W0301 11:59:50.000000       1 client_config.go:618] Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.',
          ],
        });
        return sample;
      },
      { confidence: 'likely', facts: { cause: 'kube-proxy-missing' } },
      ['worker-3'],
    ],
    [
      'a start that has just asked for the first time, where kube-proxy is not',
      () => {
        const sample = healthyCluster({ nodes: 3, version: 'v3.29.1' });
        removeKubeProxy(sample, 'worker-2');
        failStart(
          sample,
          'worker-2',
          [say(sample, { version: 'v3.29.1', ago: 4 }, 'Checking datastore connection')],
          { exitCode: 137 },
        );
        return sample;
      },
      { confidence: 'likely', facts: { cause: 'kube-proxy-missing' } },
      ['worker-2'],
    ],
    [
      'an address of its own that does not answer',
      () => {
        const sample = healthyCluster({ nodes: 3, version: 'v3.30.2', install: 'operator' });
        failStart(sample, 'worker-2', [
          say(
            sample,
            { version: 'v3.30.2', ago: 41 },
            'Hit error connecting to datastore - retry error=Get "https://k8s-api.lab.example:6443/api/v1/nodes/foo": dial tcp 10.20.9.9:6443: i/o timeout',
          ),
        ]);
        return sample;
      },
      { facts: { cause: 'own-address-unreachable', host: 'k8s-api.lab.example', port: 6443 } },
      ['worker-2'],
    ],
    [
      'only pods without network tell it',
      () => {
        const sample = healthyCluster({ nodes: 3, noLogs: true });
        cniFails(
          sample,
          'worker-2',
          'error getting ClusterInformation: Get "https://10.96.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": dial tcp 10.96.0.1:443: i/o timeout',
        );
        return sample;
      },
      { confidence: 'likely' },
      ['worker-2'],
    ],
    [
      'eBPF without kube-proxy and without an address',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.29.1' });
        for (const { name } of [{ name: 'worker-1' }, { name: 'worker-2' }]) {
          removeKubeProxy(sample, name);
          failStart(sample, name, [
            say(sample, { version: 'v3.29.1', ago: 35 }, retry('10.96.0.1')),
          ]);
        }
        add(sample, 'felixConfigurations', {
          apiVersion: 'crd.projectcalico.org/v1',
          kind: 'FelixConfiguration',
          metadata: { name: 'default' },
          spec: { bpfEnabled: true },
        });
        return sample;
      },
      { facts: { cause: 'bpf-without-address' } },
      ['worker-1', 'worker-2'],
    ],
    [
      'IPv6',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.28.0' });
        const service = sample.lists.services?.[0];
        if (service?.spec) service.spec.clusterIPs = ['fd00:96::1'];
        failStart(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.28.0', ago: 20 },
            'Hit error connecting to datastore - retry error=Get "https://[fd00:96::1]:443/api/v1/nodes/foo": dial tcp [fd00:96::1]:443: i/o timeout',
          ),
        ]);
        return sample;
      },
      { facts: { host: 'fd00:96::1', cause: 'node-path' } },
      ['worker-1'],
    ],
  ])('%s', (_name, build, expected, nodes) => {
    const finding = findingIn(check, build());
    expect(finding).toMatchObject({ severity: 'error', ...expected });
    expect(nodesOf(finding)).toEqual(nodes);
    expect(finding.evidence.length).toBeGreaterThan(0);
    expect(finding.remedies[0]?.manual.length).toBeGreaterThan(0);
  });

  it.each<[string, () => Sample]>([
    ['a healthy cluster', () => healthyCluster({ nodes: 3 })],
    [
      'a trouble at start-up that is over',
      () => {
        const sample = healthyCluster({ nodes: 2 });
        setLog(
          sample,
          podOn(sample, 'worker-1'),
          'upgrade-ipam',
          `${say(sample, { version: 'v3.29.1', ago: 89_990 }, 'x error=Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout')}\n`,
        );
        return sample;
      },
    ],
    [
      'a sick pod that got its answer later',
      () => {
        const sample = healthyCluster({ nodes: 2 });
        stayUnready(sample, 'worker-1', [
          say(sample, { version: 'v3.29.1', ago: 70 }, retry('10.96.0.1')),
          say(sample, { version: 'v3.29.1', ago: 30 }, 'Datastore connection verified'),
        ]);
        return sample;
      },
    ],
    [
      'a line that nobody repeats although the log goes on',
      () => {
        const sample = healthyCluster({ nodes: 2 });
        stayUnready(sample, 'worker-1', [
          say(sample, { version: 'v3.29.1', ago: 900 }, retry('10.96.0.1')),
          say(sample, { version: 'v3.29.1', ago: 5, component: 'felix' }, 'Summarising 3 loops'),
        ]);
        return sample;
      },
    ],
    [
      'a slow answer, Typha, and a wrong certificate',
      () => {
        const sample = healthyCluster({ nodes: 2 });
        failStart(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.29.1', ago: 9, level: 'ERROR' },
            'failed to query kubeadm\'s config map error=Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/kubeadm-config?timeout=2s": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
          ),
          say(
            sample,
            { version: 'v3.29.1', ago: 8, level: 'WARNING' },
            'Failed to connect to typha endpoint 10.20.0.12:5473.  Will try another if available... error=dial tcp 10.20.0.12:5473: i/o timeout',
          ),
          say(
            sample,
            { version: 'v3.29.1', ago: 7, level: 'ERROR' },
            'x error=Get "https://10.96.0.1:443/api": x509: certificate has expired or is not yet valid',
          ),
        ]);
        return sample;
      },
    ],
    [
      'pods behind a node whose Felix never ran: what they cannot reach is a consequence',
      () => {
        const sample = healthyCluster({ nodes: 2 });
        const pod = stayUnready(sample, 'worker-1', []);
        appendLog(sample, pod, [say(sample, { version: 'v3.29.1', ago: 3 }, 'Terminating')]);
        const [other] = (sample.lists.pods ?? []).filter(({ metadata }) =>
          metadata.name.startsWith('web'),
        );
        if (other)
          setLog(
            sample,
            other,
            'web',
            'Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout\n',
          );
        return sample;
      },
    ],
    [
      'install-cni that fails for a reason of its own where kube-proxy is missing',
      () => {
        const sample = healthyCluster({ nodes: 3 });
        removeKubeProxy(sample, 'worker-1');
        failInit(sample, 'worker-1', {
          lines: [
            say(
              sample,
              { version: 'v3.29.1', ago: 40, ...installer },
              'found no writeable directory, exiting',
            ),
          ],
        });
        return sample;
      },
    ],
    [
      'an event of a pod that has its address by now',
      () => {
        const sample = healthyCluster({ nodes: 2 });
        const pod = cniFails(
          sample,
          'worker-1',
          'Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout',
        );
        if (pod.status) pod.status.podIP = '10.244.1.9';
        return sample;
      },
    ],
  ])('finds nothing: %s', (_name, build) => {
    expect(findingsIn(check, build())).toEqual([]);
  });

  it('keeps causes apart, and explains what follows', () => {
    const sample = healthyCluster({ nodes: 4, version: 'v3.32.1' });
    removeKubeProxy(sample, 'worker-1');
    crashKubeProxy(
      sample,
      'worker-2',
      'E0301 11:59:00.000000 1 proxier.go:1] "Failed to execute iptables-restore" err="exit status 4"\n',
    );
    for (const name of ['worker-1', 'worker-2'])
      failInit(sample, name, {
        lines: [say(sample, { version: 'v3.32.1', ago: 40, ...installer }, token('10.96.0.1'))],
      });
    const findings = findingsIn(check, sample);
    expect(findings.map(({ facts }) => facts['cause'])).toEqual([
      'kube-proxy-missing',
      'kube-proxy-failing',
    ]);
    const [first] = findings;
    if (!first) throw new Error('no finding');
    const explained = first.symptoms.find(({ id }) => id === 'runtime-broken-init-stuck');
    expect(explained?.affected.map(({ kind, name }) => `${kind}/${name}`)).toEqual(namesOf(first));
  });
});
