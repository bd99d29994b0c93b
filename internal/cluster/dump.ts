import { UserError } from '../model/error.ts';
import type { Read, Snapshot } from '../model/snapshot.ts';
import { defaultLimits, type Limits } from './archive-entry.ts';
import { filesIn } from './archive.ts';
import { readBundle } from './bundle-read.ts';
import { listsOf } from './dump-lists.ts';
import { logsOf } from './dump-logs.ts';
import { newestTime, noTime } from './dump-time.ts';
import { warningsOf } from './dump-warnings.ts';
import { addEntry, newGathering, type Gathering } from './gathering.ts';
import { podIndex } from './pod-index.ts';
import { type Room, roomForDump } from './room.ts';
import { deepFreeze } from './shape.ts';

/**
 * Reads what `--from` names: a folder, a `.zip`, a tar (gzip or not) or a single file, with any
 * mixture of Kubernetes objects in JSON or YAML and of logs, as `kubectl cluster-info dump`,
 * must-gather, support bundles, `calicoctl cluster diags` and `collect` write them. Objects are
 * told by their kind, logs by their marks or path. What cannot be read costs that file: its lists
 * are then failed. Throws a UserError where the path cannot be read, is beyond the limits, or holds
 * not one object.
 */
export async function readDump(
  path: string,
  limits: Limits = defaultLimits,
  room: Room = roomForDump(),
): Promise<Snapshot> {
  const { bytes } = room;
  const gathering = newGathering(room);
  for await (const entry of filesIn(path, limits)) {
    addEntry(gathering, entry);
    // What was read before its manifest is read anew.
    if (gathering.bundle) return readBundle(path, gathering.bundle, limits, { bytes });
  }
  if (gathering.objects.size === 0) throw noObjects(path, gathering);
  return deepFreeze(snapshotOf(path, gathering));
}

function snapshotOf(path: string, gathering: Gathering): Snapshot {
  const { lists, warnings } = listsOf(gathering);
  const found = logsOf(gathering, podIndex(itemsOf(lists.pods)));
  const takenAt = newestTime(lists, found.logs);
  const timeless = 'nothing in it has a time: how long ago something happened cannot be told';
  return {
    takenAt,
    source: { kind: 'dump', name: path },
    serverVersion: gathering.serverVersion,
    apiGroups: null,
    lists,
    logs: found.logs,
    warnings: [
      ...(takenAt === noTime ? [timeless] : []),
      ...warningsOf(gathering, found, warnings),
    ],
  };
}

const itemsOf = <T>(list: Read<T>): readonly T[] =>
  list.state === 'not-asked' ? [] : (list.items ?? []);

const dumpCommand = 'kubectl cluster-info dump --all-namespaces --output-directory=DIR';

function noObjects(path: string, { damaged, refused, useless }: Gathering): UserError {
  const [broken] = damaged;
  const [said] = refused;
  const forPeople = useless.get('for people')?.[0];
  const because =
    (broken && `${broken.path} cannot be read: ${broken.reason}`) ??
    (said && `${said.path} holds an error: ${said.message}`) ??
    (forPeople && `${forPeople} is output for reading`);
  return new UserError(`there is no Kubernetes object in ${path}${because ? `: ${because}` : ''}`, {
    hint: forPeople
      ? `Get the objects with -o json or -o yaml, or all at once: ${dumpCommand}`
      : `It should hold what ${dumpCommand} writes, or objects as JSON or YAML.`,
  });
}
