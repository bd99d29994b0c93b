import type { Distribution } from '../../model/install.ts';
import {
  anyOf,
  apiGroup,
  clusterType,
  configMap,
  hostPath,
  kubelet,
  kubesprayTemplate,
  nodeAnnotation,
  nodeImage,
  nodeLabel,
  podNamed,
  provider,
  providerId,
  workloadLabel,
  type MarkerTest,
} from './markers.ts';
import type { InstallView } from './view.ts';

/** A distribution with the marker that tells it. */
export interface DistributionMark {
  readonly distribution: Distribution;
  readonly reason: string;
}

const rke1Network = anyOf(
  configMap('rke-network-plugin'),
  podNamed('rke-network-plugin-deploy-job'),
);

// The more special first: RKE2 or kubespray may run on any cloud's machines, and kubeadm is under
// many of them.
const tests: readonly (readonly [Distribution, MarkerTest])[] = [
  [
    'gardener',
    anyOf(
      nodeLabel(/^worker\.gardener\.cloud\//),
      workloadLabel('gardener.cloud/role', 'system-component'),
    ),
  ],
  ['microk8s', anyOf(nodeLabel(/^microk8s\.io\/cluster=/), hostPath('/var/snap/microk8s/'))],
  ['k0s', anyOf(workloadLabel('k0s.k0sproject.io/stack'), kubelet(/\+k0s/))],
  [
    'kops',
    anyOf(
      nodeLabel(/^kops\.k8s\.io\/instancegroup=/),
      workloadLabel('app.kubernetes.io/managed-by', 'kops'),
      workloadLabel('kops.k8s.io/managed-by', 'kops'),
      clusterType('kops'),
    ),
  ],
  [
    'rke2',
    anyOf(
      kubelet(/\+rke2/),
      nodeLabel(/^node\.kubernetes\.io\/instance-type=rke2$/),
      provider('RKE2'),
      configMap('rke2'),
      clusterType('rke2'),
      nodeImage(/(?:^|\/)rancher\/hardened-calico\b/),
    ),
  ],
  ['k3s', anyOf(kubelet(/\+k3s/), nodeLabel(/^node\.kubernetes\.io\/instance-type=k3s$/))],
  ['rke1', anyOf(rke1Network, nodeAnnotation(/^rke\.cattle\.io\/(?:external|internal)-ip$/))],
  ['kubespray', anyOf(kubesprayTemplate, clusterType('kubespray'))],
  [
    'openshift',
    anyOf(
      apiGroup('config.openshift.io'),
      nodeLabel(/^node\.openshift\.io\/os_id=/),
      provider('OpenShift'),
      clusterType('openshift'),
    ),
  ],
  ['aks', anyOf(nodeLabel(/^kubernetes\.azure\.com\//), provider('AKS'), clusterType('aks'))],
  [
    'gke',
    anyOf(
      nodeLabel(/^cloud\.google\.com\/gke-/),
      kubelet(/-gke\./),
      provider('GKE'),
      clusterType('gke'),
    ),
  ],
  [
    'eks',
    anyOf(
      nodeLabel(/^(?:eks\.amazonaws\.com|alpha\.eksctl\.io)\//),
      kubelet(/-eks-/),
      provider('EKS'),
      clusterType('ecs'),
      configMap('aws-auth'),
    ),
  ],
  ['kind', anyOf(providerId('kind://'), provider('Kind'))],
  [
    'kubeadm',
    anyOf(
      nodeAnnotation(/^kubeadm\.alpha\.kubernetes\.io\//),
      configMap('kubeadm-config'),
      clusterType('kubeadm'),
    ),
  ],
];

/**
 * What kind of cluster this is, by its nodes, the DaemonSet and the Installation; null if nothing
 * tells.
 */
export function distributionOf(view: InstallView): DistributionMark | null {
  for (const [distribution, test] of tests) {
    const reason = test(view);
    if (reason !== null) return { distribution, reason };
  }
  return null;
}

/**
 * Where the DaemonSet itself is made by a tool that runs now and then: the marker of that tool's
 * own template.
 */
export function occasionalTool(
  view: InstallView,
  distribution: Distribution | null,
): string | null {
  switch (distribution) {
    case 'kubespray':
      return kubesprayTemplate(view) ?? clusterType('kubespray')(view);
    case 'microk8s':
      return hostPath('/var/snap/microk8s/')(view);
    case 'rke1':
      return anyOf(rke1Network, nodeImage(/(?:^|\/)rancher\//))(view);
    default:
      return null;
  }
}
