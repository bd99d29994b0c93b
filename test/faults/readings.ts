import { protobufListReader, protobufType } from '../../internal/cluster/protobuf-list.ts';
import { isObject } from '../support/json.ts';
import { askedOf, isLaterPage, placeOf } from './asked.ts';
import { type Answer, contentOf } from './forward.ts';
import type { Seen } from './proxy.ts';

/** How the last reading of a list, an object or a log ended. */
export interface Reading {
  /** Its URL, see `placeOf`. */
  readonly place: string;
  /** It came to its last page, all of it in the server's own words; that something is not there is such a word. */
  readonly isWhole: boolean;
  /** What stood in the way was that the right is missing. */
  readonly isForbidden: boolean;
}

// The list around its items.
function textOf(answer: Answer, url: string): string {
  const content = contentOf(answer);
  if (answer.headers['content-type'] !== protobufType) return content.toString();
  const kind = askedOf('GET', url).resource === 'nodes' ? 'Node' : 'Pod';
  const reader = protobufListReader(kind, () => null);
  reader.push(content);
  return reader.finish()?.envelope ?? '{"metadata":{"continue":"unreadable"}}';
}

function hasMore({ url, answer }: Seen): boolean {
  if (answer === null || answer.status >= 300 || !/[?&]limit=/.test(url)) return false;
  const list: unknown = JSON.parse(textOf(answer, url));
  const metadata = isObject(list) ? list['metadata'] : null;
  return isObject(metadata) && (metadata['continue'] ?? '') !== '';
}

// A page that was never asked for leaves a list as unread as one that did not come.
function readingOf(place: string, requests: readonly Seen[]): Reading {
  const last = requests.findLastIndex(({ url }) => !isLaterPage(url));
  const walk = requests.slice(Math.max(last, 0));
  const end = walk.at(-1);
  const isTrue = end !== undefined && end.isTrue && (end.answer?.status ?? 500) < 500;
  return {
    place,
    isWhole: isTrue && !hasMore(end),
    isForbidden: end?.fault?.kind === 'forbidden',
  };
}

/** What was read, by the last reading of each place: what failed at first may have been asked for again. */
export function readingsOf(seen: readonly Seen[]): readonly Reading[] {
  const places = Map.groupBy(
    seen.filter(({ method }) => method === 'GET'),
    ({ url }) => placeOf(url),
  );
  return [...places].map(([place, requests]) => readingOf(place, requests));
}
