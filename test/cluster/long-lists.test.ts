import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../internal/checks/run.ts';
import { listsFrom } from '../../internal/cluster/all-lists.ts';
import { readDump } from '../../internal/cluster/dump.ts';
import { itemReader } from '../../internal/cluster/item-reader.ts';
import { admit, deepFreeze } from '../../internal/cluster/shape.ts';
import { sharing } from '../../internal/cluster/sharing.ts';
import { slim } from '../../internal/cluster/slim.ts';
import type { ListName, Lists, Read, Snapshot } from '../../internal/model/snapshot.ts';
import { allScenarios } from '../support/scenarios.ts';

const dumps = path.join(import.meta.dirname, '../dumps');
const all = await allScenarios();

// The items of a list as the API sends them, read as a live cluster's are.
function asReadLive<Name extends ListName>(
  name: Name,
  items: readonly Lists[Name][],
): readonly Lists[Name][] {
  const share = sharing();
  const reader = itemReader((item) => share(slim(name, item)));
  reader.push(Buffer.from(JSON.stringify({ kind: 'List', items })));
  return admit(name, reader.finish()?.items).items;
}

function live(snapshot: Snapshot): Snapshot {
  const read = <Name extends ListName>(name: Name): Read<Lists[Name]> => {
    const list: Read<Lists[Name]> = snapshot.lists[name];
    return list.state === 'read' ? { ...list, items: asReadLive(name, list.items) } : list;
  };
  return deepFreeze({ ...snapshot, lists: listsFrom(read) });
}

const diagnosisOf = (snapshot: Snapshot) => diagnose(snapshot, { toolVersion: 'test' });

describe('the way in which a live cluster is read leaves out nothing that counts', () => {
  test.each(all.map(({ name }) => name))('%s', async (name) => {
    const snapshot = await readDump(path.join(dumps, name));
    const slimmed = live(snapshot);
    expect(slimmed.lists.pods).toEqual(snapshot.lists.pods);
    expect(diagnosisOf(slimmed)).toEqual(diagnosisOf(snapshot));
  });
});
