import type { Container, EnvVar, Pod, PodSpec } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { findObject } from './snapshot-lists.ts';

/** What a calico-node container was told through its environment. */
export interface CalicoSettings {
  /** Every variable; null where its source (a ConfigMap, a field) is not in the snapshot. */
  readonly env: ReadonlyMap<string, string | null>;
  /** `CALICO_NETWORKING_BACKEND`; null if it cannot be told. */
  readonly backend: 'bird' | 'vxlan' | 'none' | null;
  readonly datastore: 'kubernetes' | 'etcd';
  /** `IP`: `autodetect`, `none`, an address, or empty where it is not set. */
  readonly ip: string;
  readonly method: string;
  readonly ip6: string;
  readonly method6: string;
}

/** The calico-node container of a pod or template: in operator, manifest and canal installs it has that name. */
export const calicoContainer = (spec: PodSpec | undefined): Container | undefined =>
  spec?.containers?.find(({ name }) => name === 'calico-node');

function sourceOf(
  snapshot: Snapshot,
  entry: EnvVar,
  pod: Pod | null,
  namespace: string | undefined,
): string | null {
  const from = entry.valueFrom;
  const key = from?.configMapKeyRef;
  if (key) {
    const configMap = findObject(snapshot, 'configMaps', key.name ?? '', namespace);
    return configMap?.data?.[key.key ?? ''] ?? null;
  }
  switch (from?.fieldRef?.fieldPath) {
    case 'spec.nodeName':
      return pod?.spec?.nodeName ?? null;
    case 'status.hostIP':
      return pod?.status?.hostIP ?? null;
    case 'status.podIP':
      return pod?.status?.podIP ?? null;
    case 'metadata.namespace':
      return namespace ?? null;
    default:
      return null;
  }
}

// Kubernetes expands $(NAME) only from variables that stand earlier in the list (EnvVar, core/v1).
function expand(value: string, known: ReadonlyMap<string, string | null>): string {
  return value.replaceAll(/\$\$|\$\(([\w.-]+)\)/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (known.get(name) ?? all),
  );
}

function environment(
  snapshot: Snapshot,
  container: Container | undefined,
  pod: Pod | null,
  namespace: string | undefined,
): ReadonlyMap<string, string | null> {
  const env = new Map<string, string | null>();
  for (const { configMapRef } of container?.envFrom ?? []) {
    const data = findObject(snapshot, 'configMaps', configMapRef?.name ?? '', namespace)?.data;
    for (const [name, value] of Object.entries(data ?? {})) env.set(name, value);
  }
  for (const entry of container?.env ?? []) {
    if (entry.name === undefined) continue;
    const value = entry.valueFrom
      ? sourceOf(snapshot, entry, pod, namespace)
      : expand(entry.value ?? '', env);
    env.set(entry.name, value);
  }
  return env;
}

function backendOf(
  env: ReadonlyMap<string, string | null>,
  container: Container | undefined,
): CalicoSettings['backend'] {
  const value = env.get('CALICO_NETWORKING_BACKEND');
  if (value === 'bird' || value === 'vxlan' || value === 'none') return value;
  const probe = container?.readinessProbe?.exec?.command?.join(' ') ?? '';
  if (/-bird6?-ready/.test(probe)) return 'bird';
  return value === undefined ? 'bird' : null;
}

/**
 * The settings of calico-node in a pod spec: of a running pod (with its own field values), or of a DaemonSet's template
 * (`pod` null). The backend falls back to what the readiness probe asks, then to Calico's default, `bird`.
 */
export function settingsOf(
  snapshot: Snapshot,
  spec: PodSpec | undefined,
  pod: Pod | null,
  namespace: string | undefined = pod?.metadata.namespace,
): CalicoSettings {
  const container = calicoContainer(spec);
  const env = environment(snapshot, container, pod, namespace);
  const etcd =
    env.get('DATASTORE_TYPE') === 'etcdv3' ||
    (env.has('ETCD_ENDPOINTS') && !env.has('DATASTORE_TYPE'));
  return {
    env,
    backend: backendOf(env, container),
    datastore: etcd ? 'etcd' : 'kubernetes',
    ip: env.get('IP') ?? '',
    method: env.get('IP_AUTODETECTION_METHOD') ?? '',
    ip6: env.get('IP6') ?? '',
    method6: env.get('IP6_AUTODETECTION_METHOD') ?? '',
  };
}
