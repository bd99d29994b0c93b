import type { ListName, ReadError } from '../model/snapshot.ts';
import type { Entry, UnreadFile } from './archive-entry.ts';
import { contentsOf, type Contents, type FileDamage } from './dump-contents.ts';
import { textOf } from './dump-text.ts';
import { kinds } from './kinds.ts';
import { listOfPath } from './list-of.ts';
import type { MarkedLog } from './log-markers.ts';
import { isNewer, keyOf, type RawObject } from './raw-objects.ts';
import type { Refusal } from './refusal.ts';
import { type Room, takeRoom } from './room.ts';

/** What the files of a dump have given so far. */
export interface Gathering {
  /** Raw objects by list, and by namespace and name. */
  readonly objects: Map<ListName, Map<string, RawObject>>;
  /** Lists of which there is a file, with objects or without. */
  readonly present: Set<ListName>;
  /** What of a list could not be read. */
  readonly losses: Map<ListName, ReadError[]>;
  /** Why there is nothing of a list, where a file says so. */
  readonly absences: Map<ListName, string>;
  readonly markedLogs: { readonly path: string; readonly log: MarkedLog }[];
  /** Files that may be logs; their paths will tell when the pods are known. */
  readonly texts: { readonly path: string; readonly text: string }[];
  readonly damaged: { readonly path: string; readonly reason: string }[];
  readonly refused: { readonly path: string; readonly message: string }[];
  /** Files that are of no use, by the reason. */
  readonly useless: Map<Uselessness, string[]>;
  serverVersion: string | null;
  /** The manifest, if the dump is a bundle of ours. */
  bundle: { readonly path: string; readonly manifest: RawObject } | null;
  isCut: boolean;
  /** How many items were passed over for want of a name. */
  leftOut: number;
  /** For all that is kept. */
  readonly room: Room;
}

export type Uselessness = UnreadFile['problem'] | 'no text' | 'for people' | 'stranger';

/** A gathering of nothing. */
export const newGathering = (room: Room): Gathering => ({
  objects: new Map(),
  present: new Set(),
  losses: new Map(),
  absences: new Map(),
  markedLogs: [],
  texts: [],
  damaged: [],
  refused: [],
  useless: new Map(),
  serverVersion: null,
  bundle: null,
  isCut: false,
  leftOut: 0,
  room,
});

// What macOS puts into archives and folders beside the files themselves.
const macFiles = /(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$)/;

/** Takes in what a file holds. */
export function addEntry(gathering: Gathering, entry: Entry): void {
  if (macFiles.test(entry.path)) return;
  if ('problem' in entry) {
    addUnread(gathering, entry);
    return;
  }
  const text = textOf(entry.bytes);
  if (text === null) {
    addUseless(gathering, 'no text', entry.path);
    lose(gathering, entry.path, 'it is no text');
  } else {
    const contents = contentsOf(entry.path, text, gathering.room);
    addContents(gathering, entry.path, text, contents);
  }
}

function addUnread(gathering: Gathering, { path, problem }: UnreadFile): void {
  if (problem === 'cut') {
    gathering.isCut = true;
    gathering.damaged.push({
      path,
      reason: 'it ends too early or is damaged; any of its files may be missing',
    });
    return;
  }
  addUseless(gathering, problem, path);
  if (problem === 'too large' || problem === 'unreadable') {
    lose(gathering, path, problem === 'too large' ? 'it is too large' : 'it cannot be opened');
  }
}

/** Notes a file that is of no use. */
export function addUseless(gathering: Gathering, why: Uselessness, path: string): void {
  append(gathering.useless, why, path);
}

// A file that looks like objects and cannot be read: the list that it would have given is not
// whole.
function lose(gathering: Gathering, path: string, reason: string): void {
  const named = /\.(?:json|ya?ml)$/i.test(path) ? listOfPath(path) : null;
  if (named) addLoss(gathering, named.list, damageError(path, reason));
}

const damageError = (path: string, reason: string): ReadError => ({
  kind: 'damaged',
  message: `${path} cannot be read: ${reason}`,
});

function addLoss(gathering: Gathering, list: ListName, error: ReadError): void {
  append(gathering.losses, list, error);
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function addContents(gathering: Gathering, path: string, text: string, contents: Contents): void {
  for (const found of contents.recognised) {
    for (const list of found.lists) gathering.present.add(list);
    for (const { list, object } of found.objects) addObject(gathering, list, object);
    gathering.leftOut += found.leftOut;
    gathering.serverVersion ??= found.serverVersion;
    if (found.bundle) gathering.bundle ??= { path, manifest: found.bundle };
  }
  for (const log of contents.logs) gathering.markedLogs.push({ path, log });
  for (const refusal of contents.refusals) addRefusal(gathering, path, refusal);
  for (const damage of contents.damages) addDamage(gathering, path, damage);
  if (contents.isPlainText) addText(gathering, path, text);
  if (contents.isForPeople) addUseless(gathering, 'for people', path);
  if (isStrange(contents)) addUseless(gathering, 'stranger', path);
}

function addText(gathering: Gathering, path: string, text: string): void {
  if (takeRoom(gathering.room, text.length)) gathering.texts.push({ path, text });
  else addUnread(gathering, { path, problem: 'too large' });
}

const isStrange = ({ recognised, refusals, damages, logs }: Contents): boolean =>
  recognised.length > 0 &&
  recognised.every(({ isStranger }) => isStranger) &&
  refusals.length + damages.length + logs.length === 0;

function addObject(gathering: Gathering, list: ListName, object: RawObject): void {
  const objects = gathering.objects.get(list) ?? new Map<string, RawObject>();
  gathering.objects.set(list, objects);
  const key = keyOf(object) ?? `nameless ${objects.size}`;
  const known = objects.get(key);
  if (!known || isNewer(object, known)) objects.set(key, object);
}

function addRefusal(gathering: Gathering, path: string, said: Refusal): void {
  if (said.isNotServed) {
    if (said.list) gathering.absences.set(said.list, 'the API does not serve it');
    return;
  }
  gathering.refused.push({ path, message: said.error.message });
  if (said.list) addLoss(gathering, said.list, said.error);
}

// kubectl leaves an empty file behind when the API does not have the resource, which only the
// built-in ones are sure to be.
const optional = /projectcalico|tigera|cattle|argoproj|fluxcd|metrics/;

function addDamage(gathering: Gathering, path: string, damage: FileDamage): void {
  gathering.damaged.push({ path, reason: damage.reason });
  for (const list of damage.lists) {
    if (damage.isEmpty && isOptional(list)) gathering.absences.set(list, `${path} is empty`);
    else addLoss(gathering, list, damageError(path, damage.reason));
  }
}

const isOptional = (list: ListName): boolean =>
  kinds[list].groups.some((group) => optional.test(group));
