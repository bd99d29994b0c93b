import type { Install } from '../../internal/model/install.ts';

/** A settled manifest installation of a person, with what differs from that. */
export const installWith = (more: Partial<Install> = {}): Install => ({
  renderer: 'manifest',
  owner: 'user',
  ownerName: null,
  distribution: null,
  state: 'settled',
  datastore: 'kubernetes',
  policyOnly: false,
  typha: false,
  namespace: 'kube-system',
  daemonSet: 'calico-node',
  installation: null,
  calicoVersion: 'v3.29.1',
  operatorVersion: null,
  kubernetesVersion: 'v1.31.4',
  action: 'apply',
  reasons: [],
  ...more,
});
