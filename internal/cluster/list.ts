import type { ListName, Lists } from '../model/snapshot.ts';
import type { Api, Ask } from './api.ts';
import { isList, isRecord } from './json.ts';
import { failure, type Outcome } from './read-error.ts';
import { admit } from './shape.ts';
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

const pageSize = 500;
const mostRestarts = 2;

interface Page {
  readonly body: Readonly<Record<string, unknown>>;
  /** The token of the next page, empty at the last. */
  readonly next: string;
}

function pageOf(value: unknown): Page | null {
  if (!isRecord(value)) return null;
  const { items, metadata } = value;
  if (!isList(items) && items !== null && items !== undefined) return null;
  const next = isRecord(metadata) ? metadata['continue'] : '';
  return { body: value, next: typeof next === 'string' ? next : '' };
}

function admitPage<Name extends ListName>(name: Name, { body }: Page) {
  const items = isList(body['items']) ? body['items'].map((item) => slim(name, item)) : [];
  return admit(name, { ...body, items });
}

async function readPages<Name extends ListName>(
  api: Api,
  name: Name,
  target: Target,
  { query, mostItems = Infinity, ...ask }: ListAsk,
): Promise<Outcome<Listed<Lists[Name]>>> {
  const items: Lists[Name][] = [];
  const warnings: string[] = [];
  for (let next = ''; ;) {
    const page = { limit: String(pageSize), ...(next === '' ? {} : { continue: next }) };
    const outcome = await api.getJson(target, { ...ask, query: { ...query, ...page } });
    if (outcome.state === 'failed') return outcome;
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
export async function readList<Name extends ListName>(
  api: Api,
  name: Name,
  target: Target,
  ask: ListAsk = {},
): Promise<Outcome<Listed<Lists[Name]>>> {
  for (let restarts = 0; ; restarts += 1) {
    const outcome = await readPages(api, name, target, ask);
    const isExpired = outcome.state === 'failed' && outcome.status === 410;
    if (!isExpired || restarts === mostRestarts) return outcome;
  }
}

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
