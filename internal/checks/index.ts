import type { Check } from '../model/check.ts';
import { bgpPeerDown } from './bgp-peer-down.ts';
import { bgpPort179Blocked } from './bgp-port-179-blocked.ts';
import { calicoNodeNotPrivileged } from './calico-node-not-privileged.ts';
import { cgroupDriverMismatch } from './cgroup-driver-mismatch.ts';
import { cpuThrottled } from './cpu-throttled.ts';
import { evictedDiskPressure } from './evicted-disk-pressure.ts';
import { healthPortInUse } from './health-port-in-use.ts';
import { hostClockSkew } from './host-clock-skew.ts';
import { localhostUnresolvable } from './localhost-unresolvable.ts';
import { nodeLostOrKubeletDown } from './node-lost-or-kubelet-down.ts';
import { nodeOverloadLivenessRefused } from './node-overload-liveness-refused.ts';
import { oomKilled } from './oom-killed.ts';
import { probeTimeoutTooShort } from './probe-timeout-too-short.ts';
import { runtimeBrokenInitStuck } from './runtime-broken-init-stuck.ts';
import { slowDatastore } from './slow-datastore.ts';
import { slowStartupLivenessKill } from './slow-startup-liveness-kill.ts';

/**
 * All checks. The order is part of the diagnosis: causes stand before what they cause, and where two findings are equally
 * sure the earlier one is shown first.
 */
export const checks: readonly Check[] = [
  nodeLostOrKubeletDown,
  hostClockSkew,
  slowDatastore,
  runtimeBrokenInitStuck,
  evictedDiskPressure,
  oomKilled,
  calicoNodeNotPrivileged,
  cgroupDriverMismatch,
  nodeOverloadLivenessRefused,
  cpuThrottled,
  healthPortInUse,
  localhostUnresolvable,
  bgpPeerDown,
  bgpPort179Blocked,
  slowStartupLivenessKill,
  probeTimeoutTooShort,
];
