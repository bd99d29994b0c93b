import type * as k8s from '../../internal/model/kubernetes.ts';
import { add, type Mutable, type Sample } from './sample.ts';

type PoolSpec = Mutable<NonNullable<k8s.IPPool['spec']>>;

/** Adds an IP pool, for every node and for VXLAN between subnets unless told otherwise. */
export function addPool(sample: Sample, name: string, spec: PoolSpec): void {
  add(sample, 'ipPools', {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'IPPool',
    metadata: { name },
    spec: {
      blockSize: spec.cidr?.includes(':') ? 122 : 26,
      ipipMode: 'Never',
      vxlanMode: 'CrossSubnet',
      natOutgoing: true,
      nodeSelector: 'all()',
      ...spec,
    },
  });
}

/** Adds a block of `size` addresses to a node; the first `used` of them are given out. */
export function addBlock(
  sample: Sample,
  cidr: string,
  node: string,
  { size = 64, used = 64 }: { readonly size?: number; readonly used?: number } = {},
): void {
  const indexes = Array.from({ length: size }, (_, index) => index);
  add(sample, 'ipamBlocks', {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'IPAMBlock',
    metadata: { name: cidr.replaceAll(/[.:/]/g, '-') },
    spec: {
      cidr,
      affinity: `host:${node}`,
      allocations: indexes.map((index) => (index < used ? 0 : null)),
      unallocated: indexes.filter((index) => index >= used),
      strictAffinity: false,
    },
  });
}

/** Adds kubeadm's or kube-proxy's ConfigMap with a pod range. */
export function addClusterRange(
  sample: Sample,
  from: 'kubeadm' | 'kube-proxy',
  range: string,
): void {
  const data: Record<string, string> =
    from === 'kubeadm'
      ? {
          ClusterConfiguration: `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  dnsDomain: cluster.local\n  podSubnet: ${range}\n  serviceSubnet: 10.96.0.0/12\n`,
        }
      : {
          'config.conf': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\nclusterCIDR: ${range}\n`,
        };
  add(sample, 'configMaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: from === 'kubeadm' ? 'kubeadm-config' : 'kube-proxy',
      namespace: 'kube-system',
    },
    data,
  });
}
