import type { ListName } from '../model/snapshot.ts';
import { isList, isRecord } from './json.ts';
import { listOfKind, listOfPath, type ListKind } from './list-of.ts';
import { groupOf, nonEmpty, withType } from './object-type.ts';
import { refusalOf, type Refusal } from './refusal.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What one document of a dump holds. */
export interface Recognised {
  /** Objects that belong to a list, raw, with the kind that their list or file gives them. */
  readonly objects: readonly { readonly list: ListName; readonly object: Raw }[];
  /** What the document is a list of, empty or not. */
  readonly lists: readonly ListName[];
  readonly refusals: readonly Refusal[];
  /** Objects of other kinds, which nobody reads. */
  readonly others: number;
  /** Items without a name beyond the first few: none of them is of use. */
  readonly leftOut: number;
  /** True if nothing in it is of Kubernetes. */
  readonly isStranger: boolean;
  /** The API server's version, if the document tells. */
  readonly serverVersion: string | null;
  /** The document itself, if it is the manifest of a bundle of ours. */
  readonly bundle: Raw | null;
}

interface Sink {
  readonly objects: { readonly list: ListName; readonly object: Raw }[];
  readonly lists: Set<ListName>;
  readonly refusals: Refusal[];
  others: number;
  nameless: number;
  serverVersion: string | null;
  bundle: Raw | null;
}

// Of items without a name as many as are told one by one, and no heap of them.
const mostNameless = 20;

/**
 * Tells the objects of a document by kind and API group, and those without a kind by their list or
 * the file's path.
 */
export function recognise(document: unknown, path: string): Recognised {
  const sink: Sink = {
    objects: [],
    lists: new Set(),
    refusals: [],
    others: 0,
    nameless: 0,
    serverVersion: null,
    bundle: null,
  };
  const isKnown = path.endsWith('-errors.json')
    ? takeErrors(sink, document, path)
    : take(sink, document, path, 0);
  const { nameless, ...found } = sink;
  const leftOut = Math.max(0, nameless - mostNameless);
  return { ...found, lists: [...sink.lists], leftOut, isStranger: !isKnown };
}

// Lists of lists are what calicoctl prints for several kinds; deeper nesting is nobody's output.
const maxNesting = 3;

function take(sink: Sink, document: unknown, path: string, depth: number): boolean {
  if (isList(document)) return takeArray(sink, document, path, depth);
  if (!isRecord(document)) return false;
  if (Object.hasOwn(document, 'items') && !nameOf(document)) {
    return takeList(sink, document, path, depth);
  }
  const kind = nonEmpty(document['kind']);
  return kind === undefined ? takeKindless(sink, document, path) : takeObject(sink, document, kind);
}

function takeArray(sink: Sink, items: readonly unknown[], path: string, depth: number): boolean {
  const named = listOfPath(path);
  if (named && items.length === 0) sink.lists.add(named.list);
  if (depth >= maxNesting) return false;
  return items.map((item) => take(sink, item, path, depth + 1)).includes(true) || named !== null;
}

function takeList(sink: Sink, list: Raw, path: string, depth: number): boolean {
  const items = list['items'];
  if (items !== null && items !== undefined && !isList(items)) return false;
  const kind = nonEmpty(list['kind']) ?? 'List';
  const apiVersion = nonEmpty(list['apiVersion']);
  if (kind === 'List' || !kind.endsWith('List')) {
    return takeArray(sink, items ?? [], path, depth) || kind === 'List';
  }
  const itemKind = kind.slice(0, -'List'.length);
  const known = listOfKind(itemKind, apiVersion);
  if (known) sink.lists.add(known.list);
  for (const item of items ?? []) {
    if (!isRecord(item) || isOneNamelessMore(sink, item)) continue;
    const typed = withType(
      item,
      nonEmpty(item['kind']) ?? itemKind,
      nonEmpty(item['apiVersion']) ?? apiVersion,
    );
    takeObject(sink, typed, itemKind);
  }
  return true;
}

function isOneNamelessMore(sink: Sink, item: Raw): boolean {
  if (nameOf(item) !== undefined) return false;
  sink.nameless += 1;
  return sink.nameless > mostNameless;
}

function takeObject(sink: Sink, object: Raw, kind: string): boolean {
  const apiVersion = nonEmpty(object['apiVersion']);
  const known = listOfKind(kind, apiVersion);
  if (known) sink.objects.push({ list: known.list, object });
  else if (kind === 'Status' && object['status'] === 'Failure') takeStatus(sink, object);
  else if (kind === 'Bundle' && groupOf(apiVersion ?? '') === 'calico-fix') sink.bundle = object;
  else sink.others += 1;
  return known !== null || apiVersion !== undefined || isRecord(object['metadata']);
}

// Servers and tools that drop the type of the items of a list, and the files that they write for
// one object.
function takeKindless(sink: Sink, object: Raw, path: string): boolean {
  const named = listOfPath(path);
  if (nameOf(object) && named) {
    sink.objects.push({ list: named.list, object: typed(object, named) });
    return true;
  }
  return takeVersion(sink, object, path);
}

const typed = (object: Raw, { kind }: ListKind): Raw =>
  withType(object, kind, nonEmpty(object['apiVersion']));

function takeStatus(sink: Sink, status: Raw): void {
  const message = nonEmpty(status['message']) ?? nonEmpty(status['reason']) ?? 'the request failed';
  sink.refusals.push(refusalOf(message));
}

// `kubectl version`, /version in a file of that name, and a support bundle's cluster_version.json.
function takeVersion(sink: Sink, document: Raw, path: string): boolean {
  const isVersionFile = /(?:^|[/_-])version\.(?:json|ya?ml)$/.test(path) && !/\/pods\//.test(path);
  const info = document['serverVersion'] ?? (isVersionFile ? (document['info'] ?? document) : null);
  const version = isRecord(info) ? nonEmpty(info['gitVersion']) : undefined;
  sink.serverVersion ??= version ?? null;
  return version !== undefined || isRecord(document['clientVersion']);
}

// A support bundle says beside each list what could not be listed: null, texts, or texts by
// namespace or resource.
function takeErrors(sink: Sink, document: unknown, path: string): boolean {
  const named = listOfPath(path.replace(/-errors\.json$/, '.json'));
  const errors = isRecord(document) ? Object.entries(document) : [];
  const texts = isList(document) ? document.map((text): [string, unknown] => ['', text]) : errors;
  for (const [of, text] of texts) {
    if (typeof text !== 'string') continue;
    const refusal = refusalOf(text);
    const list = refusal.list ?? named?.list ?? (of.includes('.') ? listOfPath(of)?.list : null);
    sink.refusals.push({ ...refusal, list: list ?? null });
  }
  return true;
}

function nameOf(object: Raw): string | undefined {
  const metadata = object['metadata'];
  return isRecord(metadata) ? nonEmpty(metadata['name']) : undefined;
}
