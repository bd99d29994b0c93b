import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { AddressClaim } from './address-claims.ts';
import { birdSessions } from './bird.ts';
import { logEvidence } from './evidence.ts';
import { logLines } from './logs.ts';

// EADDRNOTAVAIL as musl and as glibc put it: no interface has the address that BIRD is to send from.
const unbound = /Socket error: bind: (?:Address not available|Cannot assign requested address)/;

/**
 * BIRD's word that no interface of the node has the address any longer, whatever Kubernetes still says; null where one of its
 * sessions is up, which would show that it has.
 */
export function lostAddress(
  snapshot: Snapshot,
  { view, family }: AddressClaim,
): readonly Evidence[] | null {
  const { pod } = view;
  if (!pod) return null;
  const sessions = [...birdSessions(logLines(snapshot, pod, 'calico-node')).values()].filter(
    ({ key }) => /^\d+_\d+_\d+_\d+$/.test(key) === (family === 4),
  );
  if (sessions.some(({ state }) => state === 'up')) return null;
  const said = sessions.flatMap(({ error }) => (error && unbound.test(error.message) ? error : []));
  const [line] = said;
  return line ? [logEvidence(pod, 'calico-node', line)] : null;
}
