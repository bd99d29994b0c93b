import type { Collection } from './age.ts';
import { calicoObjects, calicoRoles } from './calico-objects.ts';
import { createAll, type Install } from './cluster.ts';
import { startOperator } from './operator.ts';
import { installationCrd, tigeraStatusCrd } from './operator-crds.ts';
import type { Releases } from './operator-render.ts';
import { collections, withImage } from './manifest.ts';
import { deployment, kubeProxy } from './workloads.ts';

export interface OperatorInstallOptions {
  readonly releases: Releases;
  readonly hasProbeOverride?: boolean;
  /** The Installation's spec as a person has written it. */
  readonly spec?: object;
  readonly metadata?: object;
  /** See `OperatorOptions`. */
  readonly hasSeenReady?: boolean;
  readonly blockedSeconds?: number;
}

const calico = '/apis/crd.projectcalico.org/v1';
const space = 'calico-system';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const namespace = (name: string): readonly [string, object] => [
  '/api/v1/namespaces',
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
];

/** Releases that belong together, as they were measured. */
export const measuredReleases: Releases = { calico: 'v3.31.7', operator: 'v1.40.15' };

const operatorCollections: readonly Collection[] = [
  {
    path: '/apis/operator.tigera.io/v1/installations',
    registry: 'operator.tigera.io/installations',
  },
  {
    path: '/apis/operator.tigera.io/v1/tigerastatuses',
    registry: 'operator.tigera.io/tigerastatuses',
  },
];

const typhaService: object = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'calico-typha', namespace: space, labels: { 'k8s-app': 'calico-typha' } },
  spec: {
    selector: { 'k8s-app': 'calico-typha' },
    ports: [{ name: 'calico-typha', port: 5473, protocol: 'TCP', targetPort: 5473 }],
  },
};

function workloads({
  calico: release,
  operator,
}: Releases): readonly (readonly [string, object])[] {
  const inSpace = (name: string): readonly [string, object] => {
    const labels = { 'k8s-app': name };
    const image = `quay.io/calico/${name.replace('calico-', '')}:${release}`;
    return [
      `/apis/apps/v1/namespaces/${space}/deployments`,
      withImage(deployment(name, { namespace: space, replicas: 1, labels }), image),
    ];
  };
  const own = {
    namespace: 'tigera-operator',
    replicas: 1,
    labels: { 'k8s-app': 'tigera-operator' },
  };
  return [
    [
      '/apis/apps/v1/namespaces/tigera-operator/deployments',
      withImage(deployment('tigera-operator', own), `quay.io/tigera/operator:${operator}`),
    ],
    inSpace('calico-typha'),
    inSpace('calico-kube-controllers'),
    [`/api/v1/namespaces/${space}/services`, typhaService],
    [collections.systemDaemonSets, kubeProxy],
  ];
}

/** Calico by the operator's stand-in, with kube-proxy beside it. */
export function operatorInstall(options: OperatorInstallOptions): Install {
  const { releases, hasProbeOverride = false, spec = {}, metadata = {}, ...behaviour } = options;
  return {
    namespace: space,
    collections: operatorCollections,
    begin: async (client, controlPlane, say) => {
      await createAll(client, [
        [crds, installationCrd({ hasProbeOverride })],
        [crds, tigeraStatusCrd],
        namespace(space),
        namespace('tigera-operator'),
      ]);
      const installation = {
        apiVersion: 'operator.tigera.io/v1',
        kind: 'Installation',
        metadata: { name: 'default', ...metadata },
        spec: {
          calicoNetwork: {
            ipPools: [{ cidr: '10.244.0.0/14', encapsulation: 'VXLANCrossSubnet' }],
          },
          ...spec,
        },
      };
      await createAll(client, [
        ...calicoRoles(space),
        ...calicoObjects({ version: releases.calico, overlay: 'vxlan' }).map(
          ([plural, object]) => [`${calico}/${plural}`, object] as const,
        ),
        ...workloads(releases),
        ['/apis/operator.tigera.io/v1/installations', installation],
      ]);
      const operator = await startOperator({
        client: controlPlane.client('tigera-operator'),
        releases,
        say,
        ...behaviour,
      });
      return operator.stop;
    },
  };
}

/** The pods of `operatorInstall` on so many nodes. */
export const operatorPods = (nodes: number): number => 2 * nodes + 3;
