import type { EnvVar, Pod } from '../model/kubernetes.ts';
import { calicoContainer } from './settings.ts';

/** Where calico-node has the files from with which it goes to etcd. */
export type EtcdFiles =
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'node'; readonly path: string };

// Calico's manifests take them from a Secret, Kubespray and others from a folder of the node; both mount them there.
const usualPlace = '/calico-secrets';
const fileVariables = new Set(['ETCD_CERT_FILE', 'ETCD_KEY_FILE', 'ETCD_CA_CERT_FILE']);

const filesOf = (env: readonly EnvVar[]): readonly string[] => [
  ...env.flatMap(({ name, value }) => (value && fileVariables.has(name ?? '') ? [value] : [])),
  `${usualPlace}/`,
];

/** The Secret or the folder of the node with etcd's certificates; null where the pod's volumes do not tell. */
export function etcdFiles({ spec }: Pod): EtcdFiles | null {
  const container = calicoContainer(spec);
  const files = filesOf(container?.env ?? []);
  const mount = (container?.volumeMounts ?? []).find(
    ({ mountPath }) => mountPath && files.some((file) => file.startsWith(`${mountPath}/`)),
  );
  const volume = mount && (spec?.volumes ?? []).find(({ name }) => name === mount.name);
  const secret = volume?.secret?.secretName;
  if (secret !== undefined) return { kind: 'secret', name: secret };
  const path = volume?.hostPath?.path;
  return path === undefined ? null : { kind: 'node', path };
}
