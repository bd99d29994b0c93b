import type { Install, InstallState } from '../model/install.ts';
import type { Conflict, DrainStep } from '../model/plan.ts';
import type { Remedy } from '../model/remedy.ts';
import type { ListName, Snapshot } from '../model/snapshot.ts';

export interface RefusalInput {
  readonly install: Install;
  readonly remedies: readonly Remedy[];
  readonly conflicts: readonly Conflict[];
  readonly drains: readonly DrainStep[];
  readonly snapshot: Pick<Snapshot, 'lists'>;
}

// Two renderers are at work, or one gives way to another: what one change does, the other may undo or double.
const unsettled: readonly InstallState[] = ['migrating', 'migration-blocked', 'two-installations'];

// What every change of calico-node is reckoned by: which nodes there are, how they fare, and what makes their pods.
const ground: readonly ListName[] = ['nodes', 'pods', 'daemonSets'];

function unreadIn({ lists }: RefusalInput['snapshot']): string | null {
  const lost = ground.flatMap((name) => {
    const list = lists[name];
    return list.state === 'failed' && list.items === undefined ? [{ name, ...list.error }] : [];
  });
  return lost[0] ? words.unread(lost[0].name, lost[0].message) : null;
}

/** Whether a remedy is carried out through the API; where commands alone describe it, it is for a person. */
export const isSent = ({ action, changes, drains = [] }: Remedy): boolean =>
  (action === 'apply' || action === 'apply-temporary') && changes.length + drains.length > 0;

/** Why nothing of a plan may be sent, as a sentence; null if it may. What the reasons of the installation are is said with it. */
export function refusalOf(input: RefusalInput): string | null {
  const { install, remedies, conflicts, drains, snapshot } = input;
  const [conflict] = conflicts;
  if (conflict) return words.conflict(conflict);
  const because = install.reasons.map((reason) => `${reason}.`).join(' ');
  if (remedies.some(({ action }) => action === 'refuse'))
    return words.refused(install.action === 'refuse' ? because : '');
  if (!remedies.some(isSent)) return notSent(remedies, install.action === 'emit' ? because : '');
  if (unsettled.includes(install.state)) return words.unsettled(because);
  const unread = unreadIn(snapshot);
  if (unread !== null) return unread;
  const blocked = drains.flatMap(({ node, concerns }) =>
    concerns.filter(({ isBlocking }) => isBlocking).map(({ text }) => ({ node, text })),
  );
  return blocked[0] ? words.drain(blocked[0].node, blocked[0].text, blocked.length - 1) : null;
}

function notSent(remedies: readonly Remedy[], because: string): string | null {
  if (remedies.length === 0) return null;
  return remedies.some(({ action }) => action === 'emit') ? words.emit(because) : words.manual;
}

const words = {
  conflict: ({ ref, field, remedies }: Conflict): string => {
    const place = field === '' ? '' : `, ${field}`;
    const what = `${ref.kind}/${ref.name}${place}`;
    return remedies.length > 1
      ? `${remedies.join(' and ')} want different things of ${what}: fix one finding at a time.`
      : `The change that ${remedies.join('')} makes does not fit ${what} as it stands.`;
  },
  refused: (because: string): string => `This is not changed from here. ${because}`.trim(),
  unsettled: (because: string): string =>
    `Nothing is changed while the installation is in this state. ${because}`.trim(),
  emit: (because: string): string =>
    `A change in the cluster would be taken back: make it at its source. ${because}`.trim(),
  unread: (name: string, message: string): string =>
    `Nothing is changed as long as what it would do cannot be told: ${name} could not be read (${message}).`,
  manual: 'This can only be done by hand.',
  drain: (node: string, text: string, more: number): string =>
    `${node} cannot be drained: ${text}${more > 0 ? ` (and ${more} more)` : ''}`,
};
