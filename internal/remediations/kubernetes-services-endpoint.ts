import { findObject } from '../calico/snapshot-lists.ts';
import type { Install } from '../model/install.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isRenderedByOperator, isSendable } from './durable.ts';
import { create, daemonSetRef, strategic, type NamespacedRef } from './refs.ts';

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

const name = 'kubernetes-services-endpoint';

// Pods take the ConfigMap only where their template names it; then a new start of all of them reads it.
function restart(install: Install, snapshot: Snapshot): readonly Change[] | null {
  const ref = daemonSetRef(install);
  const daemonSet: DaemonSet | undefined = findObject(
    snapshot,
    'daemonSets',
    ref.name,
    ref.namespace,
  );
  const { containers = [] } = daemonSet?.spec?.template?.spec ?? {};
  const isRead = containers.some(({ envFrom = [] }) =>
    envFrom.some(({ configMapRef }) => configMapRef?.name === name),
  );
  const annotations = { 'kubectl.kubernetes.io/restartedAt': snapshot.takenAt };
  return isRead ? [strategic(ref, { spec: { template: { metadata: { annotations } } } })] : null;
}

// Client-go joins host and port itself: an IPv6 address stands there without brackets.
function dataOf({ host, port }: ApiServerAddress): Readonly<Record<string, string>> {
  return {
    KUBERNETES_SERVICE_HOST: host.replace(/^\[(.*)\]$/, '$1'),
    KUBERNETES_SERVICE_PORT: String(port),
  };
}

function configMapChange(
  snapshot: Snapshot,
  namespace: string,
  address: ApiServerAddress,
): Change | null {
  const ref: NamespacedRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name };
  const standing = findObject(snapshot, 'configMaps', name, namespace);
  const data = dataOf(address);
  if (!standing) {
    return snapshot.lists.configMaps.state === 'read' ? create(ref, { data }) : null;
  }
  // With the same address it is not this that is wrong.
  const isSame = standing.data?.['KUBERNETES_SERVICE_HOST'] === data['KUBERNETES_SERVICE_HOST'];
  return isSame ? null : strategic(ref, { data });
}

function changesOf(
  snapshot: Snapshot,
  install: Install,
  namespace: string,
  address: ApiServerAddress | null,
): readonly Change[] {
  if (!address || install.action === 'refuse') return [];
  const change = configMapChange(snapshot, namespace, address);
  if (!change) return [];
  // The operator reads it itself, starts anew and rolls calico-node out with it.
  if (isRenderedByOperator(install)) return [change];
  const again = restart(install, snapshot);
  return again && isSendable(install) ? [change, ...again] : [];
}

/**
 * Gives Calico the API server's own address in place of the service IP, by the ConfigMap that its pods (by manifest, from v3.21
 * on) and the operator read. `address` is null where it is not known: then the text has a placeholder. It is changed only where
 * that is the cure, and not a way around a kube-proxy that has to be put right.
 */
export function kubernetesServicesEndpoint(
  install: Install,
  address: ApiServerAddress | null,
  cure: { readonly snapshot: Snapshot } | null = null,
): Remedy {
  const isOperator = install.renderer === 'operator';
  const namespace = isOperator ? 'tigera-operator' : (install.namespace ?? 'kube-system');
  const host = address?.host ?? 'API_SERVER_ADDRESS';
  const daemonSet = install.daemonSet ?? 'calico-node';
  const changes = cure ? changesOf(cure.snapshot, install, namespace, address) : [];
  const restarting = isOperator
    ? ['# the operator sees the ConfigMap and rolls calico-node out with it']
    : [`kubectl -n ${namespace} rollout restart daemonset/${daemonSet}`];
  return {
    id: 'kubernetes-services-endpoint',
    title: words.title,
    action: changes.length > 0 ? 'apply' : install.action === 'refuse' ? 'refuse' : 'manual',
    risk: 'restarts-pods',
    target: { kind: 'ConfigMap', namespace, name },
    changes,
    consequences: [words.consequence],
    manual: [
      words.address(address !== null),
      ...configMap(namespace, host, String(address?.port ?? 6443)),
      ...restarting,
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
