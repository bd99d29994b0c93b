import type { Snapshot } from '../model/snapshot.ts';
import { sickViews, type NodeView } from './nodes.ts';
import { isTooYoungToTell } from './speech.ts';

// What a calico-node shows that gets no data; other troubles (image, mounts, scheduling) come before its first question.
const waiting: ReadonlySet<string> = new Set(['not-ready', 'crash-loop', 'restarting']);

/**
 * The nodes that share a fault of the whole cluster (rights, types): those that say it, and the other sick ones whose logs are
 * too short, or were not read, to say anything. None if nobody says it.
 */
export function sharing(snapshot: Snapshot, views: readonly NodeView[]): readonly NodeView[] {
  if (views.length === 0) return [];
  return sickViews(snapshot).filter(
    (view) =>
      views.includes(view) ||
      (view.health?.state === 'sick' &&
        waiting.has(view.health.trouble) &&
        view.pod !== null &&
        isTooYoungToTell(snapshot, view.pod)),
  );
}
