import type { Cluster } from '../internal/model/cluster.ts';
import { UserError } from '../internal/model/error.ts';
import type { ChangeRecord } from '../internal/model/record.ts';
import { words } from './fix-words.ts';
import { nearest } from './nearest.ts';
import { words as shellWords } from './words.ts';

const says = words.en;

/** The cluster's identity in records: the UID of its namespace kube-system. Throws a UserError where that cannot be read. */
export async function clusterUid(cluster: Cluster): Promise<string> {
  const reply = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  const uid = reply.state === 'done' ? reply.value.metadata.uid : undefined;
  if (uid !== undefined && uid !== '') return uid;
  throw new UserError(says.kubeSystemUnread(reply.state === 'refused' ? reply.message : 'no UID'), {
    hint: says.kubeSystemHint,
  });
}

/** Ids of the records that an undo has taken back. */
const takenBack = (records: readonly ChangeRecord[]): ReadonlySet<string> =>
  new Set(
    records.flatMap(({ undoes, state }) =>
      undoes !== undefined && state === 'verified' ? [undoes] : [],
    ),
  );

const isSent = ({ steps }: ChangeRecord): boolean =>
  steps.some(({ state, isUndoable }) => isUndoable && (state === 'sent' || state === 'sending'));

const isOver = ({ state }: ChangeRecord): boolean => state === 'undone' || state === 'rolled-back';

/** The newest of these records that made a change which still stands and can be taken back. Undos are no such thing. */
export function newestUndoable(records: readonly ChangeRecord[]): ChangeRecord | null {
  const back = takenBack(records);
  return (
    records.find(
      (record) =>
        record.undoes === undefined && !isOver(record) && !back.has(record.id) && isSent(record),
    ) ?? null
  );
}

function named(id: string, records: readonly ChangeRecord[], uid: string): ChangeRecord {
  const own = records.filter(({ cluster }) => cluster.uid === uid);
  const record = own.find((one) => one.id === id);
  if (record) {
    if (record.state === 'undone' || takenBack(own).has(id)) {
      throw new UserError(says.undoneAlready(id), { hint: says.nothingToUndoHint });
    }
    return record;
  }
  const foreign = records.find((one) => one.id === id);
  if (foreign) {
    throw new UserError(says.otherCluster(id, foreign.cluster.context), {
      hint: says.otherClusterHint,
    });
  }
  const ids = own.map((one) => one.id);
  const near = nearest(id, ids);
  const shown = near.length > 0 ? shellWords.en.didYouMean(near.join(', ')) : '';
  const all = ids.length > 0 ? says.changes(ids.slice(0, 10).join(', ')) : says.noChanges;
  throw new UserError(says.noSuchChange(id), { hint: shown || all });
}

/** The record to take back: the one named, else the newest undoable of this cluster. Throws UserErrors. */
export function recordToUndo(
  id: string | undefined,
  records: readonly ChangeRecord[],
  uid: string,
): ChangeRecord {
  if (id !== undefined) return named(id, records, uid);
  const newest = newestUndoable(records.filter(({ cluster }) => cluster.uid === uid));
  if (newest) return newest;
  throw new UserError(says.nothingToUndo, { hint: says.nothingToUndoHint });
}
