import { core, type Target } from './target.ts';
import type { Part } from './reads.ts';

/** Where Calico and its operator usually are: manifests, operator, its API server. */
export const usualNamespaces = [
  'calico-system',
  'kube-system',
  'tigera-operator',
  'calico-apiserver',
];

// Read by name, never as a list: the other ConfigMaps of a namespace are nobody's business.
const configMaps: Readonly<Record<string, readonly string[]>> = {
  'kube-system': [
    'calico-config',
    'canal-config',
    'rke2-canal-config',
    'kubeadm-config',
    'kube-proxy',
    'kubernetes-services-endpoint',
  ],
  'calico-system': ['cni-config', 'kubernetes-services-endpoint'],
  'tigera-operator': ['kubernetes-services-endpoint'],
};

// Their being there tells the distribution; what they say may be private.
const markers = ['rke2', 'rke-network-plugin', 'aws-auth'];

const elsewhere = ['calico-config', 'canal-config', 'kubernetes-services-endpoint'];

const clusterRoles = [
  'calico-node',
  'calico-cni-plugin',
  'calico-kube-controllers',
  'calico-typha',
  'calico-node-migration',
  'flannel',
  'tigera-operator',
];

const bindings = [...clusterRoles, 'canal-calico', 'canal-flannel'];

/** Calico's own resources that are read, by their plurals. */
export const calicoResources = [
  'ippools',
  'ipamblocks',
  'blockaffinities',
  'felixconfigurations',
  'bgpconfigurations',
  'bgppeers',
  'clusterinformations',
] as const;

/** What of Flux applies objects and marks them with two labels that name it: group and resource. */
export const fluxKinds = [
  ['kustomize.toolkit.fluxcd.io', 'kustomizations'],
  ['helm.toolkit.fluxcd.io', 'helmreleases'],
] as const;

/** The Endpoints to read, by name. */
export const endpointNames = { apiServer: 'kubernetes', typha: 'calico-typha' } as const;

/** Names that a `get` of a resource is needed for; the rule for it can be as narrow. Null: any name. */
export function namesRead(resource: string): readonly string[] | null {
  switch (resource) {
    case 'configmaps':
      return [...new Set([...Object.values(configMaps).flat(), ...markers])];
    case 'clusterroles':
      return clusterRoles;
    case 'clusterrolebindings':
      return bindings;
    case 'endpoints':
      return Object.values(endpointNames);
    default:
      return null;
  }
}

/** The one CRD that is read whole: its schema says which fields an Installation can have. */
export const installationCrd = 'installations.operator.tigera.io';

/** The ConfigMaps to read, by name, in Calico's namespaces. */
export function configMapParts(namespaces: readonly string[]): readonly Part[] {
  const part = (namespace: string, name: string): Part => ({
    target: core('configmaps', { namespace, name }),
  });
  const own = namespaces.flatMap((namespace) =>
    (configMaps[namespace] ?? elsewhere).map((name) => part(namespace, name)),
  );
  const existing = markers.map((name): Part => ({
    ...part('kube-system', name),
    ask: { metadataOnly: true },
  }));
  return namespaces.includes('kube-system') ? [...own, ...existing] : own;
}

const rbac = (resource: string, name: string): Target => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource,
  name,
});

/** Calico's ClusterRoles, by name. */
export const clusterRoleParts: readonly Part[] = clusterRoles.map((name) => ({
  target: rbac('clusterroles', name),
}));

/** Calico's ClusterRoleBindings, by name. */
export const bindingParts: readonly Part[] = bindings.map((name) => ({
  target: rbac('clusterrolebindings', name),
}));
