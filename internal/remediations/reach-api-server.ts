import type { DialFailure } from '../calico/api-errors.ts';
import type { ReachCause } from '../calico/api-reach.ts';
import type { NodeView } from '../calico/nodes.ts';
import { apiServerAddress, kubeProxyDaemonSet, kubeProxyOn } from '../calico/service-ip.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { kubernetesServicesEndpoint } from './kubernetes-services-endpoint.ts';
import { byHand, outsideCluster } from './outside.ts';

/** What is known about the way to the API server. */
export interface BrokenWay {
  readonly cause: ReachCause;
  readonly failure: DialFailure;
  readonly views: readonly NodeView[];
}

const manual = (id: string, title: string, lines: readonly string[]): Remedy =>
  byHand(id, title, lines, [words.byItself]);

function scheduleKubeProxy(snapshot: Snapshot, nodes: readonly string[]): Remedy {
  const { name, namespace } = kubeProxyDaemonSet(snapshot)?.metadata ?? { name: 'kube-proxy' };
  const target = `-n ${namespace ?? 'kube-system'} get daemonset ${name}`;
  return manual('schedule-kube-proxy', words.schedule, [
    `kubectl ${target} -o wide`,
    `kubectl ${target} -o jsonpath='{.spec.template.spec.nodeSelector}{"\\n"}{.spec.template.spec.affinity}{"\\n"}{.spec.template.spec.tolerations}{"\\n"}'`,
    ...nodes.map((node) => `kubectl describe node ${node} | grep -A3 Taints:`),
    words.selects,
    `kubectl -n ${namespace ?? 'kube-system'} edit daemonset ${name}`,
  ]);
}

function restartKubeProxy(snapshot: Snapshot, views: readonly NodeView[]): Remedy {
  const lines = views.flatMap(({ name }) => {
    const proxy = kubeProxyOn(snapshot, name);
    if (proxy.state !== 'failing') return [];
    const { namespace, name: pod } = proxy.pod.metadata;
    const scope = `-n ${namespace ?? 'kube-system'}`;
    return [
      `# ${name}: first what it says, then a new one`,
      `kubectl ${scope} logs ${pod} --tail=50`,
      `kubectl ${scope} delete pod ${pod}`,
    ];
  });
  return manual('restart-kube-proxy', words.restart, lines);
}

const noProxy = (install: Install, host: string): Remedy => {
  const target = `-n ${install.namespace ?? 'kube-system'} daemonset/${install.daemonSet ?? 'calico-node'}`;
  return manual('no-proxy', words.noProxy, [
    `kubectl set env ${target} --list | grep -i proxy`,
    words.noProxyWhere(install.renderer === 'operator', host),
  ]);
};

const lookAtWay = ({ failure: { host, port }, views }: BrokenWay): Remedy =>
  outsideCluster(words.way, [
    `# on ${views[0]?.name ?? 'the node'}: does the address answer, and what stands in the way?`,
    `curl -ksS -m 5 https://${host.includes(':') ? `[${host}]` : host}:${port}/version`,
    `sudo nft list ruleset 2>/dev/null | grep -n "${host}" | head`,
    `sudo iptables-save 2>/dev/null | grep -- "${host}" | head`,
    `ip route get ${host}`,
    ...words.wayRules(port),
  ]);

// Elsewhere it only goes around what has to be repaired, for pods of every kind.
const cures: ReadonlySet<ReachCause> = new Set([
  'bpf-without-address',
  'own-address-unreachable',
  'name-not-resolved',
]);

/** What can be done where the API server cannot be reached, the best first. */
export function reachApiServer(
  snapshot: Snapshot,
  install: Install,
  way: BrokenWay,
): readonly Remedy[] {
  const address = apiServerAddress(snapshot);
  const ownAddress = kubernetesServicesEndpoint(
    install,
    address,
    cures.has(way.cause) ? { snapshot } : null,
  );
  switch (way.cause) {
    case 'kube-proxy-missing':
      return [
        scheduleKubeProxy(
          snapshot,
          way.views.map(({ name }) => name),
        ),
        ownAddress,
      ];
    case 'kube-proxy-failing':
      return [restartKubeProxy(snapshot, way.views), ownAddress];
    case 'bpf-without-address':
    case 'own-address-unreachable':
    case 'name-not-resolved':
      return [ownAddress, lookAtWay(way)];
    case 'http-proxy':
      return [noProxy(install, way.failure.host)];
    case 'no-endpoints':
      return [outsideCluster(words.endpoints, words.endpointsHow)];
    case 'node-path':
    case 'unknown':
      return [lookAtWay(way), ownAddress];
  }
}

const words = {
  byItself:
    'calico-node tries again by itself; a pod that waits in back-off starts within five minutes.',
  schedule: 'Let kube-proxy run there again',
  selects: '# make selector, affinity and tolerations of the DaemonSet include these nodes:',
  restart: 'Repair kube-proxy there',
  noProxy: 'Leave the service network out of the proxy',
  noProxyWhere: (isOperator: boolean, host: string): string =>
    isOperator
      ? `# add ${host} (better: the service CIDR) to NO_PROXY where the operator takes it from: its own Deployment's environment`
      : `# add ${host} (better: the service CIDR) to NO_PROXY in the DaemonSet's environment, init containers included`,
  way: 'Find what stops the way from the node to the API server',
  wayRules: (port: number): readonly string[] => [
    `# a host firewall must not drop what kube-proxy forwards; from the node to the API servers TCP ${port === 443 ? 6443 : port} must be open`,
    '# service network and host network must not overlap: kubectl cluster-info dump | grep -m1 service-cluster-ip-range',
  ],
  endpoints: 'Bring the API server back behind its service',
  endpointsHow: [
    'kubectl -n default get endpoints,endpointslices -l kubernetes.io/service-name=kubernetes',
    '# the API server writes them itself: look at its --advertise-address and at the lease of each server',
    'kubectl -n kube-system get pods -l component=kube-apiserver -o wide',
  ],
};
