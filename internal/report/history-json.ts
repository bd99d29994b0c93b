import type { ChangeRecord } from '../model/record.ts';
import type { History } from './history-text.ts';
import { apiVersion } from './json.ts';

// The whole objects stay on the disk: they are what undo needs, not what a list is read for.
const recordData = (record: ChangeRecord) => ({
  id: record.id,
  at: record.at,
  toolVersion: record.toolVersion,
  cluster: record.cluster,
  state: record.state,
  items: record.items,
  steps: record.steps.map(({ change, state, isUndoable }) => ({ change, state, isUndoable })),
  ...(record.undoes === undefined ? {} : { undoes: record.undoes }),
});

/** The recorded changes as plain data, in the published form (plan.schema.json). */
export const historyData = ({ records, damaged, newest }: History, toolVersion: string) => ({
  kind: 'History',
  apiVersion,
  tool: { version: toolVersion },
  newest,
  records: records.map(recordData),
  damaged,
});
