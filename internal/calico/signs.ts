import type { Snapshot } from '../model/snapshot.ts';
import { lastLine, logLines, type FoundLine } from './logs.ts';
import type { NodeView } from './nodes.ts';
import { secondsBetween } from './time.ts';

// A fault that goes on is logged again and again: in a log whose end it does not reach, it is over.
const stillSeconds = 60;

const isHealthy = (message: string): boolean =>
  /Overall health status changed.*(?:live=true ready=true|Live:true, Ready:true)/.test(message);

/** True if the line stands within the last minute of its log, with no sign of health behind it. */
function isPresent(snapshot: Snapshot, view: NodeView, found: FoundLine): boolean {
  const { pod } = view;
  if (!pod || found.previous) return false;
  const lines = logLines(snapshot, pod, found.container);
  const place = lines.indexOf(found.line);
  const later = lines.slice(place + 1);
  if (later.some(({ message }) => isHealthy(message))) return false;
  const newest = lines.findLast(({ time }) => time !== null)?.time;
  return (secondsBetween(found.line.time, newest) ?? 0) <= stillSeconds;
}

/**
 * The newest line that matches in a container's log, if it says something about now: for a sick pod in the log of this run or of
 * the one before, for a pod that is well only where the line still comes at the end of the log. Null otherwise.
 */
export function presentSign(
  snapshot: Snapshot,
  view: NodeView,
  pattern: RegExp,
  container = 'calico-node',
): FoundLine | null {
  if (!view.pod) return null;
  const found = lastLine(snapshot, view.pod, container, pattern);
  if (!found) return null;
  if (view.health?.state === 'sick') return found;
  return isPresent(snapshot, view, found) ? found : null;
}
