import {
  cniFails,
  crashKubeProxy,
  failInit,
  failStart,
  removeKubeProxy,
  say,
  stayUnready,
  type Spoken,
} from '../support/api-faults.ts';
import { healthyCluster, type NodeSpec } from '../support/cluster.ts';
import { addEvent, podOn } from '../support/faults.ts';
import { found, make, namesOf as names } from '../support/scenario.ts';
import type { Sample, Scenario } from '../support/sample.ts';

const farm = (count: number, prefix: string, network: string): NodeSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${index + 1}.farm.example`,
    ip: `${network}.${31 + index}`,
    nic: 'enp3s0',
  }));

const installer: Omit<Spoken, 'version' | 'ago'> = {
  component: 'cni-installer',
  file: 'install.go',
};

const busy = (sample: Sample, version: string): string =>
  say(
    sample,
    { version, ago: 3, component: 'felix', file: 'summary.go' },
    'Summarising 4 dataplane reconciliation loops over 1m2s: avg=9ms longest=31ms ()',
  );

/** kube-proxy was kept off one node by mistake; another node had the same trouble an hour ago. */
function serviceIp(): Sample {
  const version = 'v3.30.2';
  const sample = healthyCluster({
    nodes: farm(4, 'hive', '10.140.6'),
    version,
    kubernetes: 'v1.33.1',
  });
  const [, , third = '', fourth = ''] = names(sample);
  removeKubeProxy(sample, third);
  const dial =
    'Post "https://10.96.0.1:443/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin/token": dial tcp 10.96.0.1:443: i/o timeout';
  const pod = failInit(sample, third, {
    lines: [
      say(sample, { version, ago: 72, ...installer }, 'Running as a Kubernetes pod'),
      say(
        sample,
        { version, ago: 41, level: 'ERROR', component: 'cni-installer', file: 'token_watch.go' },
        `Unable to create token for CNI kubeconfig error=${dial}`,
      ),
      say(
        sample,
        { version, ago: 41, level: 'FATAL', ...installer },
        `Unable to create token for CNI kubeconfig error=${dial}`,
      ),
    ],
  });
  addEvent(sample, pod, 'BackOff', 'Back-off restarting failed container install-cni in pod', {
    count: 17,
  });
  const healed = podOn(sample, fourth);
  sample.logs.push({
    namespace: 'kube-system',
    pod: healed.metadata.name,
    container: 'install-cni',
    previous: true,
    read: {
      state: 'read',
      text: `${say(sample, { version, ago: 89_000, level: 'FATAL', ...installer }, `Unable to create token for CNI kubeconfig error=${dial}`)}\n`,
    },
  });
  return sample;
}

/** The nodes of an eBPF cluster whose kube-proxy was removed before Calico was told another address. */
function bpfWithoutAddress(): Sample {
  const version = 'v3.28.1';
  const sample = healthyCluster({ nodes: 3, version, install: 'operator' });
  const network = sample.lists.installations?.[0]?.spec?.calicoNetwork;
  if (network) network.linuxDataplane = 'BPF';
  for (const name of names(sample)) {
    removeKubeProxy(sample, name);
    failStart(
      sample,
      name,
      [62, 31].map((ago) =>
        say(
          sample,
          { version, ago },
          'Hit error connecting to datastore - retry error=Get "https://10.96.0.1:443/api/v1/nodes/foo": dial tcp 10.96.0.1:443: i/o timeout',
        ),
      ),
      { exitCode: 137 },
    );
  }
  return sample;
}

/** Not the service IP: Felix waits for Typha, which nobody reaches; the start of the pod had to wait for kube-proxy, too. */
function serviceIpLookalike(): Sample {
  const version = 'v3.29.2';
  const sample = healthyCluster({ nodes: 2, version });
  crashKubeProxy(sample, 'worker-2');
  stayUnready(sample, 'worker-1', [
    say(
      sample,
      { version, ago: 86_000 },
      'Hit error connecting to datastore - retry error=Get "https://10.96.0.1:443/api/v1/nodes/foo": dial tcp 10.96.0.1:443: i/o timeout',
    ),
    say(sample, { version, ago: 85_960 }, 'Datastore connection verified'),
    busy(sample, version),
  ]);
  return sample;
}

/** The kubelet of one node came up while the API server was away, and made its pod without the service's variables. */
function withoutVariables(): Sample {
  const version = 'v3.14.2';
  const sample = healthyCluster({
    nodes: 3,
    version,
    install: 'kubespray',
    kubernetes: 'v1.18.20',
  });
  failStart(sample, 'worker-3', [
    say(sample, { version, ago: 70 }, 'Early log level set to info'),
    say(
      sample,
      { version, ago: 70, level: 'ERROR' },
      'Failed to create datastore client error=unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    ),
    say(sample, { version, ago: 70, level: 'WARNING' }, 'Terminating'),
    'Calico node failed to start',
  ]);
  return sample;
}

/** The control plane came back from a backup with other keys for service accounts. */
function rejected(): Sample {
  const version = 'v3.27.3';
  const sample = healthyCluster({ nodes: farm(3, 'silo', '192.168.70'), version });
  for (const name of names(sample))
    failStart(sample, name, [
      say(sample, { version, ago: 50 }, 'Checking datastore connection'),
      say(
        sample,
        { version, ago: 50, level: 'WARNING' },
        'Connection to the datastore is unauthorized error=connection is unauthorized: Unauthorized',
      ),
      say(sample, { version, ago: 50, level: 'WARNING', file: 'utils.go' }, 'Terminating'),
      'Calico node failed to start',
    ]);
  return sample;
}

/** The CNI plugin's token of one node ran out: CALICO_MANAGE_CNI was switched off for a test and forgotten. */
function oldToken(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.26.3', kubernetes: 'v1.28.8' });
  const message = 'error getting ClusterInformation: connection is unauthorized: Unauthorized';
  cniFails(sample, 'worker-2', message, { name: 'nightly-28' });
  cniFails(sample, 'worker-2', message, { name: 'nightly-27', operation: 'delete' });
  cniFails(sample, 'worker-2', message, { name: 'nightly-26', operation: 'delete', ago: 60 });
  return sample;
}

const all = ['worker-1', 'worker-2', 'worker-3'];

export const scenarios: readonly Scenario[] = [
  {
    name: 'apiserver-service-ip-unreachable',
    title: 'One node of four has no kube-proxy, so install-cni there reaches no API server.',
    layout: 'cluster-info',
    demo: true,
    expect: {
      ...found('apiserver-service-ip-unreachable', ['hive-3.farm.example']),
      renderer: 'manifest',
    },
    build: serviceIp,
  },
  make(
    'apiserver-service-ip-unreachable-bpf',
    'kube-proxy is gone, and Calico with eBPF was given no other address.',
    bpfWithoutAddress,
    {
      ...found('apiserver-service-ip-unreachable', all),
      renderer: 'operator',
    },
  ),
  make(
    'apiserver-service-ip-lookalike-over',
    'A node that is not ready; the time-outs at its start are long over.',
    serviceIpLookalike,
    {
      verdict: 'undetermined',
      first: 'undetermined',
      never: ['apiserver-service-ip-unreachable'],
    },
  ),
  make(
    'kubernetes-service-env-missing',
    'A pod was made before its kubelet knew the service of the API server.',
    withoutVariables,
    found('kubernetes-service-env-missing', ['worker-3']),
  ),
  make(
    'calico-node-unauthorized',
    'The API server has other keys than those that the tokens were signed with.',
    rejected,
    found('calico-node-unauthorized', [
      'silo-1.farm.example',
      'silo-2.farm.example',
      'silo-3.farm.example',
    ]),
  ),
  make('cni-token-unauthorized', "The CNI plugin's token of one node ran out.", oldToken, {
    ...found('cni-token-unauthorized', ['worker-2']),
    never: ['rbac-missing'],
  }),
];
