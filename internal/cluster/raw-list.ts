import type { Api } from './api.ts';
import { isList, isRecord } from './json.ts';
import { type Failure, failure, type Outcome } from './read-error.ts';
import type { Target } from './target.ts';

/** How many objects are asked for at a time. */
export const pageSize = 500;
const mostRestarts = 2;

/** One page of a list. */
export interface Page {
  readonly body: Readonly<Record<string, unknown>>;
  readonly items: readonly unknown[];
  /** The token of the next page, empty at the last. */
  readonly next: string;
}

/** An answer as a page; null where it is no list. */
export function pageOf(value: unknown): Page | null {
  if (!isRecord(value)) return null;
  const { items, metadata } = value;
  if (!isList(items) && items !== null && items !== undefined) return null;
  const next = isRecord(metadata) ? metadata['continue'] : '';
  return { body: value, items: items ?? [], next: typeof next === 'string' ? next : '' };
}

/** A list that has begun is there: what does not know its next page (404) is no answer about it. */
export function ofPage(token: string, failed: Failure): Failure {
  const isBegun = token !== '' && failed.error.kind === 'not-found';
  return isBegun ? { ...failed, error: { ...failed.error, kind: 'server-error' } } : failed;
}

/** Runs the reading of a list anew if its pages have become too old on the way (410), twice at most. */
export async function withRestarts<T>(read: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  for (let restarts = 0; ; restarts += 1) {
    const outcome = await read();
    const isExpired = outcome.state === 'failed' && outcome.status === 410;
    if (!isExpired || restarts === mostRestarts) return outcome;
  }
}

async function readPages(
  api: Pick<Api, 'getJson'>,
  target: Target,
  query: Readonly<Record<string, string>>,
): Promise<Outcome<readonly unknown[]>> {
  const items: unknown[] = [];
  for (let next = ''; ;) {
    const page = { limit: String(pageSize), ...(next === '' ? {} : { continue: next }) };
    const outcome = await api.getJson(target, { query: { ...query, ...page } });
    if (outcome.state === 'failed') return ofPage(next, outcome);
    const read = pageOf(outcome.value);
    if (!read) return failure('damaged', `the answer is not a list of ${target.resource}`);
    for (const item of read.items) items.push(item);
    next = read.next;
    if (next === '') return { state: 'read', value: items };
  }
}

/** Reads a whole list in pages, its objects as the API gives them. */
export const rawList = (
  api: Pick<Api, 'getJson'>,
  target: Target,
  query: Readonly<Record<string, string>> = {},
): Promise<Outcome<readonly unknown[]>> => withRestarts(() => readPages(api, target, query));
