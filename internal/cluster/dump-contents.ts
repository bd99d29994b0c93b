import type { ListName } from '../model/snapshot.ts';
import { damagedLists } from './damage.ts';
import { readDocuments, type Documents } from './documents.ts';
import { listOfFile, listOfPath } from './list-of.ts';
import { hasMarks, markedLogs, prefixedLogs, type MarkedLog } from './log-markers.ts';
import { recognise, type Recognised } from './recognise.ts';
import { refusalIn, type Refusal } from './refusal.ts';
import type { Room } from './room.ts';

/** What a text file of a dump holds. */
export interface Contents {
  readonly recognised: readonly Recognised[];
  readonly refusals: readonly Refusal[];
  readonly damages: readonly FileDamage[];
  readonly logs: readonly MarkedLog[];
  /** True if the whole text is a log, or nothing at all: its path tells. */
  readonly isPlainText: boolean;
  /** Output of kubectl that people read: it holds no objects. */
  readonly isForPeople: boolean;
}

export interface FileDamage {
  readonly reason: string;
  /** The lists that the lost part belongs to, as far as it can be told. */
  readonly lists: readonly ListName[];
  /** Nothing at all was written, which may also mean that there was nothing to write. */
  readonly isEmpty?: boolean;
}

const nothing: Contents = {
  recognised: [],
  refusals: [],
  damages: [],
  logs: [],
  isPlainText: false,
  isForPeople: false,
};

/** Reads a text file of a dump, whatever it is, as far as there is room for its objects. Never throws. */
export function contentsOf(path: string, text: string, room: Room): Contents {
  if (hasMarks(text)) {
    const { logs, rest } = markedLogs(text);
    if (logs.length > 0) return { ...objectsIn(path, rest, room), logs };
  }
  if (text.trim() === '') return emptyFile(path);
  if (isObjectFile(path, text)) return objectFile(path, text, room);
  const logs = prefixedLogs(text);
  if (logs) return { ...nothing, logs };
  return isForPeople(text) ? { ...nothing, isForPeople: true } : { ...nothing, isPlainText: true };
}

const objectName = /\.(?:json|ya?ml)$/i;

function isObjectFile(path: string, text: string): boolean {
  if (objectName.test(path)) return true;
  if (/\.log$/i.test(path)) return false;
  const head = text.slice(0, 4096);
  if (/^\s*[{[]/.test(head)) return /"(?:apiVersion|kind|items)"\s*:/.test(head);
  return (
    /^(?:apiVersion|kind|items):/m.test(head) &&
    /^(?:apiVersion|kind|items|metadata|---)/.test(head)
  );
}

// An empty file with the name of a list is what an interrupted dump or a failed kubectl leaves.
function emptyFile(path: string): Contents {
  const named = objectName.test(path) ? listOfPath(path) : null;
  if (!named) return { ...nothing, isPlainText: true };
  return { ...nothing, damages: [{ reason: 'it is empty', lists: [named.list], isEmpty: true }] };
}

function objectFile(path: string, text: string, room: Room): Contents {
  const said = saidInstead(text);
  if (!said) return objectsIn(path, text, room);
  return { ...nothing, refusals: [withList(said, path)] };
}

// kubectl's error in place of objects, where the output was redirected together with the errors.
function saidInstead(text: string): Refusal | null {
  if (/^\s*[{[]|^(?:apiVersion|kind|items):/m.test(text.slice(0, 65_536))) return null;
  const lines = text
    .split(/\r?\n/, 50)
    .filter((line) => !/^(?:[WEI]\d{4} |Warning: |\s*$)/.test(line));
  return refusalIn(lines[0] ?? '');
}

const withList = (said: Refusal, path: string): Refusal => ({
  ...said,
  list: said.list ?? listOfPath(path)?.list ?? null,
});

function objectsIn(path: string, text: string, room: Room): Contents {
  if (text.trim() === '') return nothing;
  const read: Documents = readDocuments(text, room);
  const recognised = read.documents.map((document) => recognise(document, path));
  const remarks = read.remarks.flatMap((line) => refusalIn(line) ?? []);
  return {
    ...nothing,
    recognised,
    refusals: [...remarks, ...recognised.flatMap(({ refusals }) => refusals)].map((said) =>
      withList(said, path),
    ),
    damages: [
      ...read.damages.map(({ reason, text: part }) => ({
        reason,
        lists: damagedLists(path, part),
      })),
      ...missingList(path, recognised),
    ],
  };
}

// A page of a proxy, an error of a gateway: a file with the name of a list that holds something
// else.
function missingList(path: string, recognised: readonly Recognised[]): readonly FileDamage[] {
  const named = listOfFile(path);
  const isOther = recognised.length > 0 && recognised.every(({ isStranger }) => isStranger);
  return named && isOther ? [{ reason: 'it holds no objects', lists: [named.list] }] : [];
}

// `kubectl describe` and tables.
const isForPeople = (text: string): boolean =>
  /^(?:Name:[ \t]+\S|(?:NAMESPACE|NAME|LAST SEEN)(?:[ \t]{2,}[A-Z]|[ \t]*\r?\n))/.test(text);
