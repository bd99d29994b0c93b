import type { Check } from '../model/check.ts';
import { bgpPeerDown } from './bgp-peer-down.ts';
import { bgpPort179Blocked } from './bgp-port-179-blocked.ts';
import { calicoNodeNotPrivileged } from './calico-node-not-privileged.ts';
import { healthPortInUse } from './health-port-in-use.ts';
import { localhostUnresolvable } from './localhost-unresolvable.ts';

/**
 * All checks. The order is part of the diagnosis: causes stand before what they cause, and where two findings are equally
 * sure the earlier one is shown first.
 */
export const checks: readonly Check[] = [
  calicoNodeNotPrivileged,
  healthPortInUse,
  localhostUnresolvable,
  bgpPeerDown,
  bgpPort179Blocked,
];
