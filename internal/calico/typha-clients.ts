import { nodeViews, sickViews, type NodeView } from './nodes.ts';
import { hasSpoken, sickTelling, type Telling } from './speech.ts';
import { typhaAnswered, typhaTrouble, type TyphaTrouble } from './typha-errors.ts';
import type { Typha } from './typha.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Why calico-node gets no data from Typha. */
export type TyphaCause =
  | 'no-typha'
  | 'scaled-down'
  | 'unscheduled'
  | 'image'
  | 'failing'
  | 'not-ready'
  | 'no-endpoints'
  | 'blocked'
  | 'refused'
  | 'unknown';

export interface Cut {
  readonly telling: readonly Telling<TyphaTrouble>[];
  /** Sick nodes without a log, where no Typha is ready at all. */
  readonly silent: readonly NodeView[];
}

const quietSeconds = 240;
const waitingTroubles: ReadonlySet<string> = new Set(['not-ready', 'crash-loop', 'restarting']);

// A Typha that is just starting says nothing yet, unless another one shows what is wrong with all.
const isDown = (typha: Typha | null): boolean =>
  typha !== null &&
  typha.ready === 0 &&
  (typha.pods.length === 0 || typha.pods.some(({ state }) => state !== 'starting'));

const isSilentlyWaiting = (snapshot: Snapshot, { pod, health }: NodeView): boolean =>
  pod !== null &&
  health?.state === 'sick' &&
  waitingTroubles.has(health.trouble) &&
  !hasSpoken(snapshot, pod);

/** The sick calico-node pods that get no Typha, TLS aside: by their words, or by their silence where no Typha is ready. */
export function cutOff(snapshot: Snapshot, typha: Typha | null): Cut {
  const telling = sickTelling(snapshot, typhaTrouble, {
    cured: typhaAnswered,
    quiet: () => quietSeconds,
  }).filter(({ said }) => said.some(({ value }) => value.kind !== 'tls'));
  const told = new Set(telling.map(({ view }) => view));
  const silent = isDown(typha)
    ? sickViews(snapshot).filter((view) => !told.has(view) && isSilentlyWaiting(snapshot, view))
    : [];
  return { telling, silent };
}

const order = ['unscheduled', 'image', 'failing', 'not-ready'] as const;

function byTypha(typha: Typha): TyphaCause | null {
  if (typha.desired === 0) return 'scaled-down';
  if (typha.ready > 0) return null;
  return order.find((state) => typha.pods.some((pod) => pod.state === state)) ?? 'not-ready';
}

/** Why these clients are cut off, by Typha's own state first, then by what they say. */
export function causeOf(typha: Typha | null, { telling }: Cut): TyphaCause {
  if (!typha) return 'no-typha';
  const own = byTypha(typha);
  if (own) return own;
  const troubles = telling.flatMap(({ said }) => said.map(({ value }) => value));
  const dials = troubles.flatMap((trouble) => (trouble.kind === 'dial' ? [trouble] : []));
  if (dials.some(({ reason }) => reason !== 'refused')) return 'blocked';
  if (dials.length > 0) return 'refused';
  return troubles.some(({ kind }) => kind === 'none-found') ? 'no-endpoints' : 'unknown';
}

/** The nodes that run a ready Typha: their own calico-node reaches it without the network. */
export function typhaNodes(snapshot: Snapshot, typha: Typha | null): readonly string[] {
  const names = new Set(
    (typha?.pods ?? []).flatMap(({ pod, state }) =>
      state === 'ready' ? (pod.spec?.nodeName ?? []) : [],
    ),
  );
  return nodeViews(snapshot).flatMap(({ name }) => (names.has(name) ? [name] : []));
}
