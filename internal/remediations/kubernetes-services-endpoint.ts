import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

/** Where the API server can be reached without the service IP. */
export interface ApiServerAddress {
  readonly host: string;
  readonly port: number;
}

const configMap = (namespace: string, host: string, port: string): readonly string[] => [
  `kubectl apply -f - <<'EOF'`,
  'apiVersion: v1',
  'kind: ConfigMap',
  'metadata:',
  '  name: kubernetes-services-endpoint',
  `  namespace: ${namespace}`,
  'data:',
  `  KUBERNETES_SERVICE_HOST: "${host}"`,
  `  KUBERNETES_SERVICE_PORT: "${port}"`,
  'EOF',
];

/**
 * Gives Calico the API server's own address in place of the service IP, by the ConfigMap that its pods (by manifest, from v3.21
 * on) and the operator read. `address` is null where it is not known: then the text has a placeholder.
 */
export function kubernetesServicesEndpoint(
  install: Install,
  address: ApiServerAddress | null,
): Remedy {
  const isOperator = install.renderer === 'operator';
  const namespace = isOperator ? 'tigera-operator' : (install.namespace ?? 'kube-system');
  const host = address?.host ?? 'API_SERVER_ADDRESS';
  const daemonSet = install.daemonSet ?? 'calico-node';
  const restart = isOperator
    ? ['# the operator sees the ConfigMap and rolls calico-node out with it']
    : [`kubectl -n ${namespace} rollout restart daemonset/${daemonSet}`];
  return {
    id: 'kubernetes-services-endpoint',
    title: words.title,
    action: 'manual',
    risk: 'restarts-pods',
    target: { kind: 'ConfigMap', namespace, name: 'kubernetes-services-endpoint' },
    changes: [],
    consequences: [words.consequence],
    manual: [
      words.address(address !== null),
      ...configMap(namespace, host, String(address?.port ?? 6443)),
      ...restart,
    ],
  };
}

const words = {
  title: "Give Calico the API server's own address, so that it does not need the service IP",
  consequence:
    'calico-node restarts node by node. An address of a single control-plane node makes that node a single point of failure: take the load balancer or a name that moves.',
  address: (isKnown: boolean): string =>
    isKnown
      ? '# better than one control-plane node: the load balancer in front of the API servers, if there is one'
      : '# replace API_SERVER_ADDRESS by an address of the API server that every node reaches without kube-proxy',
};
