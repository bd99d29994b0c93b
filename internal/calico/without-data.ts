import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { affectedBy } from './affected.ts';
import { cniFailures } from './cni-failures.ts';
import { consequencesOf } from './consequences.ts';
import { refOf } from './evidence.ts';
import type { NodeView } from './nodes.ts';

// confd writes no configuration, BIRD does not start, Felix does not get ready, the kubelet kills and a rollout waits.
const followsOnNode = [
  'bird-not-running',
  'bird-config-invalid',
  'slow-startup-liveness-kill',
  'slow-datastore',
  'node-overload-liveness-refused',
  'runtime-broken-init-stuck',
  'upgrade-ipam-migration-stuck',
  'network-unavailable-stale',
  'rollout-blocked',
  'readiness-503',
  'pod-not-ready',
  'crash-loop',
];

/**
 * What follows where calico-node gets no data from its datastore or from Typha: on those nodes, on the peers that miss them, and
 * for the pods that wait for their network there. `ids` names more that follows on the nodes.
 */
export function followsWithoutData(
  snapshot: Snapshot,
  views: readonly NodeView[],
  ids: readonly string[] = [],
): readonly Symptom[] {
  const names = new Set(views.map(({ name }) => name));
  const waiting = cniFailures(snapshot)
    .filter(({ node }) => names.has(node))
    .map(({ pod }) => refOf(pod));
  const all = [...affectedBy(views), ...waiting];
  return [
    ...consequencesOf(snapshot, views, [...followsOnNode, ...ids]),
    { id: 'cni-install-failed', affected: all },
    ...(waiting.length > 0 ? [{ id: 'pods-without-network', affected: waiting }] : []),
  ];
}
