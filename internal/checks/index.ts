import type { Check } from '../model/check.ts';
import { addressRightByLuck } from './address-right-by-luck.ts';
import { apiserverServiceIpUnreachable } from './apiserver-service-ip-unreachable.ts';
import { bgpAsOrIdMismatch } from './bgp-as-or-id-mismatch.ts';
import { bgpPeerDown } from './bgp-peer-down.ts';
import { bgpPort179Blocked } from './bgp-port-179-blocked.ts';
import { bgpPort179InUse } from './bgp-port-179-in-use.ts';
import { birdConfigInvalid } from './bird-config-invalid.ts';
import { birdNotRunning } from './bird-not-running.ts';
import { bpfFilesystemNotMounted } from './bpf-filesystem-not-mounted.ts';
import { calicoNodeNotPrivileged } from './calico-node-not-privileged.ts';
import { calicoNodeUnauthorized } from './calico-node-unauthorized.ts';
import { cgroupDriverMismatch } from './cgroup-driver-mismatch.ts';
import { cniInstallFailed } from './cni-install-failed.ts';
import { cniTokenUnauthorized } from './cni-token-unauthorized.ts';
import { containerCreateFailure } from './container-create-failure.ts';
import { cpuThrottled } from './cpu-throttled.ts';
import { crdsMissing } from './crds-missing.ts';
import { daemonsetNotScheduled } from './daemonset-not-scheduled.ts';
import { datastoreLocked } from './datastore-locked.ts';
import { etcdDatastoreUnreachable } from './etcd-datastore-unreachable.ts';
import { evictedDiskPressure } from './evicted-disk-pressure.ts';
import { healthPortInUse } from './health-port-in-use.ts';
import { hostClockSkew } from './host-clock-skew.ts';
import { hostpathMountFailure } from './hostpath-mount-failure.ts';
import { imageIncompatible } from './image-incompatible.ts';
import { imagePullFailure } from './image-pull-failure.ts';
import { ipAddressConflict } from './ip-address-conflict.ts';
import { ipAutodetectInvalidMethod } from './ip-autodetect-invalid-method.ts';
import { ipAutodetectNoneFound } from './ip-autodetect-none-found.ts';
import { ipamExhausted } from './ipam-exhausted.ts';
import { ippoolNoneForNode } from './ippool-none-for-node.ts';
import { ippoolOutsideClusterCidr } from './ippool-outside-cluster-cidr.ts';
import { ippoolSmallerThanBlock } from './ippool-smaller-than-block.ts';
import { ipsetFailure } from './ipset-failure.ts';
import { iptablesBackendMismatch } from './iptables-backend-mismatch.ts';
import { iptablesProgrammingFailure } from './iptables-programming-failure.ts';
import { kernelModulesMissing } from './kernel-modules-missing.ts';
import { kubernetesServiceEnvMissing } from './kubernetes-service-env-missing.ts';
import { kubernetesVersionUnsupported } from './kubernetes-version-unsupported.ts';
import { localhostUnresolvable } from './localhost-unresolvable.ts';
import { networkUnavailableStale } from './network-unavailable-stale.ts';
import { nftablesProgrammingFailure } from './nftables-programming-failure.ts';
import { nodeLostOrKubeletDown } from './node-lost-or-kubelet-down.ts';
import { nodeNameMismatch } from './node-name-mismatch.ts';
import { nodeOverloadLivenessRefused } from './node-overload-liveness-refused.ts';
import { nodeWithoutRoutes } from './node-without-routes.ts';
import { oomKilled } from './oom-killed.ts';
import { operatorDegradedConfig } from './operator-degraded-config.ts';
import { operatorDownOrOutdated } from './operator-down-or-outdated.ts';
import { probeTimeoutTooShort } from './probe-timeout-too-short.ts';
import { rbacMissing } from './rbac-missing.ts';
import { rolloutBlocked } from './rollout-blocked.ts';
import { rpFilterLoose } from './rp-filter-loose.ts';
import { runtimeBrokenInitStuck } from './runtime-broken-init-stuck.ts';
import { slowDatastore } from './slow-datastore.ts';
import { slowStartupLivenessKill } from './slow-startup-liveness-kill.ts';
import { staleNodeObjects } from './stale-node-objects.ts';
import { twoInstallations } from './two-installations.ts';
import { typhaTlsFailure } from './typha-tls-failure.ts';
import { typhaUnderprovisioned } from './typha-underprovisioned.ts';
import { typhaUnreachable } from './typha-unreachable.ts';
import { upgradeIpamMigrationStuck } from './upgrade-ipam-migration-stuck.ts';
import { versionSkew } from './version-skew.ts';
import { vxlanDeviceConflict } from './vxlan-device-conflict.ts';
import { wrongIpAutodetected } from './wrong-ip-autodetected.ts';

/**
 * All checks. The order is part of the diagnosis: causes stand before what they cause, and where two findings are equally
 * sure the earlier one is shown first.
 */
export const checks: readonly Check[] = [
  nodeLostOrKubeletDown,
  twoInstallations,
  datastoreLocked,
  operatorDegradedConfig,
  operatorDownOrOutdated,
  kubernetesVersionUnsupported,
  versionSkew,
  hostClockSkew,
  crdsMissing,
  rbacMissing,
  calicoNodeUnauthorized,
  etcdDatastoreUnreachable,
  kubernetesServiceEnvMissing,
  apiserverServiceIpUnreachable,
  slowDatastore,
  typhaTlsFailure,
  typhaUnderprovisioned,
  typhaUnreachable,
  imagePullFailure,
  imageIncompatible,
  hostpathMountFailure,
  containerCreateFailure,
  runtimeBrokenInitStuck,
  bpfFilesystemNotMounted,
  daemonsetNotScheduled,
  evictedDiskPressure,
  oomKilled,
  calicoNodeNotPrivileged,
  cgroupDriverMismatch,
  nodeOverloadLivenessRefused,
  cpuThrottled,
  nodeNameMismatch,
  ipAutodetectInvalidMethod,
  ipAutodetectNoneFound,
  wrongIpAutodetected,
  ipAddressConflict,
  nodeWithoutRoutes,
  staleNodeObjects,
  ippoolSmallerThanBlock,
  ippoolNoneForNode,
  ipamExhausted,
  ippoolOutsideClusterCidr,
  upgradeIpamMigrationStuck,
  healthPortInUse,
  localhostUnresolvable,
  rpFilterLoose,
  kernelModulesMissing,
  iptablesProgrammingFailure,
  nftablesProgrammingFailure,
  ipsetFailure,
  iptablesBackendMismatch,
  vxlanDeviceConflict,
  birdConfigInvalid,
  birdNotRunning,
  bgpPort179InUse,
  bgpAsOrIdMismatch,
  bgpPeerDown,
  bgpPort179Blocked,
  slowStartupLivenessKill,
  probeTimeoutTooShort,
  cniTokenUnauthorized,
  cniInstallFailed,
  networkUnavailableStale,
  rolloutBlocked,
  addressRightByLuck,
];
