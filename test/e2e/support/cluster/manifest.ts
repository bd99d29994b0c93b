import { calicoObjects, calicoRoles } from './calico-objects.ts';
import { createAll, type Install } from './cluster.ts';
import { manifestConfig, manifestDaemonSet, type ManifestOptions } from './install-manifest.ts';
import { deployment, kubeProxy } from './workloads.ts';

const namespace = 'kube-system';
const calico = '/apis/crd.projectcalico.org/v1';

/** Paths of collections that scenarios need. */
export const collections = {
  deployments: '/apis/apps/v1/namespaces/default/deployments',
  systemDeployments: '/apis/apps/v1/namespaces/kube-system/deployments',
  systemDaemonSets: '/apis/apps/v1/namespaces/kube-system/daemonsets',
  budgets: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
} as const;

/** Calico by a manifest, with kube-proxy beside it. */
export function manifestInstall(options: ManifestOptions): Install {
  const overlay = options.backend === 'vxlan' ? 'vxlan' : 'ipip';
  const registry = `registry.example/calico/kube-controllers:${options.version}`;
  return {
    namespace,
    begin: async (client) => {
      await createAll(client, [
        ...calicoRoles(namespace),
        ['/api/v1/namespaces/kube-system/configmaps', manifestConfig(options)],
        ...calicoObjects({ version: options.version, overlay }).map(
          ([plural, object]) => [`${calico}/${plural}`, object] as const,
        ),
        [collections.systemDaemonSets, manifestDaemonSet(options)],
        [collections.systemDaemonSets, kubeProxy],
        [
          collections.systemDeployments,
          withImage(
            deployment('calico-kube-controllers', {
              namespace,
              replicas: 1,
              labels: { 'k8s-app': 'calico-kube-controllers' },
            }),
            registry,
          ),
        ],
      ]);
      return async () => {};
    },
  };
}

/** The object with another image, wherever it names one. */
export const withImage = (object: object, image: string): object => {
  const value: unknown = JSON.parse(JSON.stringify(object), (key, one: unknown) =>
    key === 'image' ? image : one,
  );
  return typeof value === 'object' && value !== null ? value : object;
};

/** The pods of `manifestInstall` on so many nodes. */
export const manifestPods = (nodes: number): number => 2 * nodes + 1;
