import type { Install } from '../model/install.ts';
import type { ApiRef, Change } from '../model/remedy.ts';

/** An object of a namespace. */
export type NamespacedRef = ApiRef & { readonly namespace: string };

/** The calico-node DaemonSet; the manifests' own name and place where none was read. */
export const daemonSetRef = ({ namespace, daemonSet }: Install): NamespacedRef => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: namespace ?? 'kube-system',
  name: daemonSet ?? 'calico-node',
});

export const installationRef = (name: string): ApiRef => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name,
});

/** A patch of a built-in object: lists are merged by their keys. */
export const strategic = (ref: ApiRef, body: unknown): Change => ({
  ref,
  verb: 'patch',
  patchType: 'strategic',
  body,
});

/** A patch of a custom resource, which takes no strategic merge (415): lists are replaced as a whole. */
export const merge = (ref: ApiRef, body: unknown): Change => ({
  ref,
  verb: 'patch',
  patchType: 'merge',
  body,
});

export const create = (ref: ApiRef, fields: Readonly<Record<string, unknown>>): Change => {
  const { apiVersion, kind, name, namespace } = ref;
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return { ref, verb: 'create', body: { apiVersion, kind, metadata, ...fields } };
};

/** A patch of calico-node's pod template. */
export const templatePatch = (spec: Readonly<Record<string, unknown>>): object => ({
  spec: { template: { spec } },
});
