import type { Done, Refused } from '../model/cluster.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { Change, Guard } from '../model/remedy.ts';
import type { ApplyContext } from './context.ts';
import { isPod, lastWriter, look, reasonOf, type Look } from './objects.ts';
import { isSameObject, touchedFields, type TouchedField } from './touched.ts';
import { waitFor } from './wait.ts';

/** A change with the object as it was just read, and as it is to become. */
export interface Sendable {
  readonly change: Change;
  /** Null: it is to be created. */
  readonly before: KubeObject | null;
  /** By the server's dry run, or reckoned; null: it will be gone, or that is not known. */
  readonly after: KubeObject | null;
}

export type Sent =
  | {
      readonly state: 'sent';
      /** As the server has it now; null where it is gone. */
      readonly object: KubeObject | null;
      readonly warnings: readonly string[];
    }
  /** It is so already, or somebody else did it. */
  | { readonly state: 'unchanged'; readonly object: KubeObject | null }
  /** Somebody changed, deleted or made it meanwhile; nothing was sent by us that stands. */
  | {
      readonly state: 'changed-meanwhile';
      readonly fields: readonly TouchedField[];
      readonly by: string | null;
    }
  | { readonly state: 'refused'; readonly refused: Refused }
  /** The answer was lost and the object cannot be read: it may or may not have been carried out. */
  | { readonly state: 'open'; readonly reason: string };

const mostTries = 5;
const lostSeconds = 60;

/** What the server compares: a pod's status moves all the time, so that only its identity counts. */
export function guardOf(change: Change, before: KubeObject | null): Guard | undefined {
  if (before === null || change.verb === 'create') return undefined;
  const { uid, resourceVersion } = before.metadata;
  const isIdentity = change.verb === 'evict' || (change.verb === 'delete' && isPod(before));
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(isIdentity || resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** The change as it is sent for an object that was just read. */
export function guarded(change: Change, before: KubeObject | null): Change {
  const guard = guardOf(change, before);
  return guard === undefined ? change : { ...change, guard };
}

type Standing = 'as-before' | 'as-ours' | 'otherwise';

/** How an object stands that was to be changed. */
export function standing(
  { change, before, after }: Sendable,
  seen: Look,
): { readonly stands: Standing; readonly fields: readonly TouchedField[] } {
  const now = seen.state === 'there' ? seen.object : null;
  const removes = change.verb === 'delete' || change.verb === 'evict';
  if (now === null)
    return { stands: removes ? 'as-ours' : before ? 'otherwise' : 'as-before', fields: [] };
  if (before === null) {
    const isOurs = after !== null && isSameObject(after, now);
    return { stands: isOurs ? 'as-ours' : 'otherwise', fields: [] };
  }
  const isOther = before.metadata.uid !== now.metadata.uid;
  const isGoing = now.metadata.deletionTimestamp !== undefined;
  if (removes) return { stands: isOther || isGoing ? 'as-ours' : 'as-before', fields: [] };
  if (isOther || after === null) return { stands: 'otherwise', fields: [] };
  const fields = touchedFields(before, after, now);
  if (fields.every(({ stands }) => stands === 'as-ours')) return { stands: 'as-ours', fields };
  const isUntouched = fields.every(({ stands }) => stands === 'as-before');
  return { stands: isUntouched ? 'as-before' : 'otherwise', fields };
}

/** True where it is not known whether the request was carried out: no answer, or an error of the server behind the handler. */
const isOpen = ({ isOpen: isLost, status }: Refused): boolean =>
  isLost || status === 500 || status === 504;

const isConflict = ({ status }: Refused, { patchType }: Change): boolean =>
  status === 409 || (status === 422 && patchType === 'json');

async function readAgain(
  context: Pick<ApplyContext, 'cluster' | 'clock' | 'signal'>,
  change: Change,
): Promise<Look> {
  let last: Look = { state: 'gone' };
  const seen = await waitFor(context, lostSeconds, async () => {
    last = await look(context.cluster, change.ref);
    return last.state === 'unread' ? null : last;
  });
  return seen ?? last;
}

const isUnchanged = (before: KubeObject | null, now: KubeObject): boolean =>
  before !== null &&
  before.metadata.resourceVersion !== undefined &&
  before.metadata.resourceVersion === now.metadata.resourceVersion;

function answered(change: Change, before: KubeObject | null, reply: Done<KubeObject>): Sent {
  if (change.verb === 'delete' || change.verb === 'evict') return sent(null, reply.warnings);
  return isUnchanged(before, reply.value)
    ? { state: 'unchanged', object: reply.value }
    : sent(reply.value, reply.warnings);
}

/**
 * Sends one change, guarded by what was read. A conflict by which nothing that it touches was changed is sent again (status is written
 * all the time); a lost answer is cleared up by reading. `onBefore` gets each object that was read anew, before it is sent for.
 */
export async function sendChange(
  given: Sendable,
  context: Pick<ApplyContext, 'cluster' | 'clock' | 'signal'>,
  onBefore: (before: KubeObject) => void = () => undefined,
): Promise<Sent> {
  let latest = given.before;
  let wasOpen = false;
  for (let attempt = 1; ; attempt += 1) {
    const reply = await context.cluster.send(guarded(given.change, latest));
    if (reply.state === 'done') return answered(given.change, latest, reply);
    const open = isOpen(reply);
    const isClear = !open && reply.status !== 404 && !isConflict(reply, given.change);
    if (isClear) return { state: 'refused', refused: reply };
    wasOpen ||= open;
    const seen = await readAgain(context, given.change);
    if (seen.state === 'unread') return unread(wasOpen, seen.refused, reply);
    const { stands, fields } = standing(given, seen);
    const now = seen.state === 'there' ? seen.object : null;
    if (stands === 'as-ours') return wasOpen ? sent(now) : { state: 'unchanged', object: now };
    if (stands === 'otherwise') {
      const other = fields.find((field) => field.stands === 'otherwise')?.field;
      return { state: 'changed-meanwhile', fields, by: now && lastWriter(now, other) };
    }
    if (attempt >= mostTries || isHopeless(reply)) return { state: 'refused', refused: reply };
    if (now) onBefore(now);
    latest = now;
  }
}

const sent = (object: KubeObject | null, warnings: readonly string[] = []): Sent => ({
  state: 'sent',
  object,
  warnings,
});

const unread = (wasOpen: boolean, seen: Refused, reply: Refused): Sent =>
  wasOpen ? { state: 'open', reason: reasonOf(seen) } : { state: 'refused', refused: reply };

// Nothing of it was changed, and still the server does not take it: it will not another time. A 404 is about something else then.
const isHopeless = ({ status }: Refused): boolean => status === 422 || status === 404;
