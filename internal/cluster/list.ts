import type { ListName, Lists } from '../model/snapshot.ts';
import type { Api, Ask } from './api.ts';
import type { ProtobufKind } from './protobuf-list.ts';
import { ofPage, type Page, pageOf, pageSize, withRestarts } from './raw-list.ts';
import { failure, type Outcome } from './read-error.ts';
import { admit } from './shape.ts';
import { sharing } from './sharing.ts';
import { slim } from './slim.ts';
import type { Target } from './target.ts';

export interface ListAsk extends Ask {
  /** Stop after about so many objects (whole pages). */
  readonly mostItems?: number;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** What of the objects was left out, see `admit`. */
  readonly warnings: readonly string[];
  /** True if there are more than `mostItems`. */
  readonly isCut: boolean;
}

const admitPage = <Name extends ListName>(name: Name, { body, items }: Page) =>
  admit(name, { ...body, items });

// The lists that are long in large clusters. In the server's binary form they are half as long.
const protobufKinds: { readonly [Name in ListName]?: ProtobufKind } = {
  nodes: 'Node',
  pods: 'Pod',
};

// What a page cannot be read for, or a proxy on the way not answered for, because of the binary form alone.
const isOfForm = (outcome: Outcome<unknown>): boolean =>
  outcome.state === 'failed' && (outcome.error.kind === 'damaged' || outcome.status === 406);

async function readPages<Name extends ListName>(
  api: Api,
  name: Name,
  target: Target,
  { query, mostItems = Infinity, ...ask }: ListAsk,
): Promise<Outcome<Listed<Lists[Name]>>> {
  const items: Lists[Name][] = [];
  const warnings: string[] = [];
  const share = sharing();
  const eachItem = (item: unknown): unknown => share(slim(name, item));
  let protobufKind = ask.metadataOnly ? undefined : protobufKinds[name];
  for (let next = ''; ;) {
    const page = { limit: String(pageSize), ...(next === '' ? {} : { continue: next }) };
    const asked = { ...ask, eachItem, protobufKind, query: { ...query, ...page } };
    const outcome = await api.getJson(target, asked);
    if (protobufKind && isOfForm(outcome)) {
      protobufKind = undefined;
      continue;
    }
    if (outcome.state === 'failed') return ofPage(next, outcome);
    const read = pageOf(outcome.value);
    if (!read) return failure('damaged', `the answer is not a list of ${target.resource}`);
    const admitted = admitPage(name, read);
    for (const item of admitted.items) items.push(item);
    warnings.push(...admitted.warnings);
    next = read.next;
    const isCut = items.length >= mostItems && next !== '';
    if (next === '' || isCut) return { state: 'read', value: { items, warnings, isCut } };
  }
}

/**
 * Reads a whole list in pages of 500, each made slim and admitted at once. A list whose pages have become too old on the way
 * (410) is begun anew, twice at most.
 */
export const readList = <Name extends ListName>(
  api: Api,
  name: Name,
  target: Target,
  ask: ListAsk = {},
): Promise<Outcome<Listed<Lists[Name]>>> => withRestarts(() => readPages(api, name, target, ask));

/** Reads one object as a list of one. */
export async function readOne<Name extends ListName>(
  api: Api,
  name: Name,
  target: Target,
  ask: Ask = {},
): Promise<Outcome<Listed<Lists[Name]>>> {
  const outcome = await api.getJson(target, ask);
  if (outcome.state === 'failed') return outcome;
  const admitted = admit(name, slim(name, outcome.value));
  return { state: 'read', value: { ...admitted, isCut: false } };
}
