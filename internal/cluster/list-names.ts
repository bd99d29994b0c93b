import type { Api } from './api.ts';
import { isList, isRecord } from './json.ts';
import type { Target } from './target.ts';

const pageSize = 500;

const nameOf = (item: unknown): readonly string[] => {
  const metadata = isRecord(item) ? item['metadata'] : null;
  const name = isRecord(metadata) ? metadata['name'] : null;
  return typeof name === 'string' ? [name] : [];
};

/**
 * Reads the names of a whole list, a page at a time, with as little of each object as the API gives. `onPage` gets the names of each
 * page as it comes, so that somebody in a hurry may take what there is. Ends early, and quietly, where a page cannot be read.
 */
export async function listNames(
  api: Pick<Api, 'getJson'>,
  target: Target,
  onPage: (names: readonly string[]) => void,
): Promise<void> {
  for (let next = ''; ;) {
    const query = { limit: String(pageSize), ...(next === '' ? {} : { continue: next }) };
    const outcome = await api.getJson(target, { query, metadataOnly: true, patience: 'brief' });
    if (outcome.state === 'failed' || !isRecord(outcome.value)) return;
    const { items, metadata } = outcome.value;
    onPage(isList(items) ? items.flatMap(nameOf) : []);
    const token = isRecord(metadata) ? metadata['continue'] : '';
    if (typeof token !== 'string' || token === '') return;
    next = token;
  }
}
