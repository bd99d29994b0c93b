import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { affectedBy } from './affected.ts';
import { cniFailures } from './cni-failures.ts';
import { consequencesOf } from './consequences.ts';
import { refOf } from './evidence.ts';
import type { NodeView } from './nodes.ts';
import type { Trouble } from './pods.ts';
import { probeFailures } from './probes.ts';

// confd writes no configuration, BIRD does not start, the kubelet kills and a rollout waits.
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
];

const shownAs: Readonly<Partial<Record<Trouble, string>>> = {
  'not-ready': 'pod-not-ready',
  'init-failing': 'crash-loop',
  'crash-loop': 'crash-loop',
  restarting: 'crash-loop',
};

const says503 = (snapshot: Snapshot, { pod }: NodeView): boolean =>
  pod !== null &&
  probeFailures(snapshot, pod).some(({ cause }) => cause.kind === 'status' && cause.status === 503);

/** What is seen of these pods from outside: plain symptoms, only those that are there. */
export function shownSymptoms(snapshot: Snapshot, views: readonly NodeView[]): readonly Symptom[] {
  const sick = views.flatMap((view) => {
    const id = view.health?.state === 'sick' ? shownAs[view.health.trouble] : undefined;
    return id === undefined ? [] : [{ id, view }];
  });
  const answering = views.filter((view) => says503(snapshot, view));
  const groups = [...Map.groupBy(sick, ({ id }) => id)].map(([id, group]) => ({
    id,
    affected: affectedBy(group.map(({ view }) => view)),
  }));
  return [
    ...groups,
    ...(answering.length > 0 ? [{ id: 'readiness-503', affected: affectedBy(answering) }] : []),
  ];
}

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
    ...shownSymptoms(snapshot, views),
    ...(waiting.length > 0 ? [{ id: 'pods-without-network', affected: waiting }] : []),
  ];
}
