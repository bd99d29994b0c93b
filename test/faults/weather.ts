import { askedOf, isLaterPage, placeOf } from './asked.ts';
import type { Fault } from './fault.ts';
import { randomOf, type Random } from './random.ts';
import { parts } from './weather-parts.ts';
import { common, lastingly, ofReads, ofWrites } from './weather-faults.ts';

/** A request as the weather sees it. */
export interface Passing {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  /** How many with the same method and URL came before. */
  readonly nth: number;
  /** How many came before in all. */
  readonly count: number;
  /** True for what changes something; false for reading, reviews and dry runs. */
  readonly isWrite: boolean;
  /** How many requests came since the first write was passed on; null before. */
  readonly sinceWrite: number | null;
}

/** How a command's requests fare. */
export interface Weather {
  readonly title: string;
  /** The server gives at most so many objects of a list at a time; as many as are asked for unless told. */
  readonly pageSize?: number;
  readonly faultFor: (request: Passing) => Fault | null;
  /** After so many requests the server shows a certificate that has run out. */
  readonly certificateEndsAfter?: number;
  /** After so many requests the user presses Ctrl-C. */
  readonly interruptAfter?: number;
}

// By the request and not by its place in time: requests run side by side, and one that is tried again may fare better.
const diceFor = (seed: string, { method, url, nth }: Passing): Random =>
  randomOf(`${seed} ${method} ${url} ${nth}`);

const sky: Weather = { title: 'calm', faultFor: () => null };

/** No faults at all. */
export const calm = sky;

function rain(seed: string, density: number): Weather {
  return {
    title: `each request fails with a chance of ${density}`,
    faultFor: (request) => {
      const dice = diceFor(seed, request);
      if (!dice.chance(density)) return null;
      return request.isWrite ? ofWrites(dice) : ofReads(dice);
    },
  };
}

function badWrites(seed: string, density: number): Weather {
  return {
    title: `each write fails with a chance of ${density}`,
    faultFor: (request) => {
      const dice = diceFor(seed, request);
      return request.isWrite && dice.chance(density) ? ofWrites(dice) : null;
    },
  };
}

function rivals(
  seed: string,
  kinds: readonly ('overtaken' | 'meddled')[] = ['overtaken', 'meddled'],
): Weather {
  const random = randomOf(`${seed} rivals`);
  const density = random.pick([0.5, 1]);
  const kind = random.pick(kinds);
  return {
    title: `somebody writes first with a chance of ${density} (${kind})`,
    faultFor: (request) =>
      request.isWrite && diceFor(seed, request).chance(density) ? { kind } : null,
  };
}

// What is not answered costs the whole time of a request: reading meets it rarely.
function silent(seed: string): Weather {
  return {
    title: 'some requests are never answered, most of all writes',
    faultFor: (request) => {
      const dice = diceFor(seed, request);
      if (!dice.chance(request.isWrite ? 0.5 : 0.03)) return null;
      return { kind: 'silence', isPassedOn: dice.chance(0.5) };
    },
  };
}

function brokenPart(seed: string, lastingShare = 0.5): Weather {
  const random = randomOf(`${seed} part`);
  const part = random.pick(parts);
  const fault = random.chance(lastingShare) ? lastingly(random) : ofReads(random);
  return {
    title: `whatever has ${part} in its address: ${JSON.stringify(fault)}`,
    faultFor: ({ url }) => (url.includes(part) ? fault : null),
  };
}

type Grain = 'kind' | 'namespace' | 'request';

// What fares alike: all requests for a kind, those in one namespace, or each list, object and log by itself.
function groupOf({ method, url }: Passing, grain: Grain): string {
  if (grain === 'request') return `${method} ${placeOf(url)}`;
  const { verb, group, resource, namespace } = askedOf(method, url);
  return [verb, group, resource, ...(grain === 'namespace' ? [namespace] : [])].join(' ');
}

/** Some requests fail each time, whatever is done; of some lists only what is behind the first page. */
function lasting(seed: string): Weather {
  const random = randomOf(`${seed} lasting`);
  const grain = random.pick<Grain>(['kind', 'namespace', 'request']);
  const density = random.pick([0.04, 0.1]);
  const isOfPages = random.chance(0.25);
  return {
    title: `of each ${grain} all fails with a chance of ${density}${isOfPages ? ' behind the first page' : ''}`,
    ...(isOfPages ? { pageSize: 2 } : {}),
    faultFor: (request) => {
      if (request.isWrite || (isOfPages && !isLaterPage(request.url))) return null;
      const dice = randomOf(`${seed} ${groupOf(request, grain)}`);
      return dice.chance(isOfPages ? 3 * density : density) ? lastingly(dice) : null;
    },
  };
}

function outage(seed: string): Weather {
  const random = randomOf(`${seed} outage`);
  const length = random.pick([3, 10, 25, Infinity]);
  const isAfterWrite = random.chance(0.6);
  const from = isAfterWrite ? random.below(4) : random.below(60);
  const fault = common(random);
  return {
    title: `${length} requests fail from ${from} after the ${isAfterWrite ? 'first write' : 'start'}: ${JSON.stringify(fault)}`,
    faultFor: ({ count, sinceWrite }) => {
      const place = isAfterWrite ? sinceWrite : count;
      return place !== null && place >= from && place < from + length ? fault : null;
    },
  };
}

function loggedOut(seed: string): Weather {
  const random = randomOf(`${seed} token`);
  const from = random.below(90);
  return {
    title: `the token has run out after ${from} requests`,
    faultFor: ({ count }) => (count >= from ? { kind: 'unauthorized' } : null),
  };
}

function slow(seed: string): Weather {
  return {
    title: 'every answer is late',
    faultFor: (request) => ({ kind: 'late', ms: diceFor(seed, request).below(60) }),
  };
}

const interrupted = (seed: string, other: Weather): Weather => {
  const interruptAfter = randomOf(`${seed} interrupt`).below(110);
  return {
    ...other,
    title: `${other.title}; Ctrl-C after ${interruptAfter} requests`,
    interruptAfter,
  };
};

function expired(seed: string): Weather {
  const certificateEndsAfter = randomOf(`${seed} certificate`).below(90);
  const title = `the server's certificate has run out after ${certificateEndsAfter} requests`;
  return { title, faultFor: () => null, certificateEndsAfter };
}

/** What of a place decides about its weather. */
export interface Place {
  /** Most of the time something cannot be read at all. */
  readonly isOfReading?: boolean;
  /** There is somebody who changes the same as the tool. */
  readonly hasRival?: boolean;
}

function weatherWith(
  seed: string,
  random: Random,
  { isOfReading = false, hasRival = false }: Place,
): Weather {
  const kinds: readonly (() => Weather)[] = [
    () => rain(seed, random.pick([0.02, 0.05, 0.15, 0.3])),
    () => rain(seed, random.pick([0.02, 0.05, 0.1])),
    () => badWrites(seed, random.pick([0.5, 0.8, 1])),
    () => badWrites(seed, random.pick([0.5, 0.8, 1])),
    () => brokenPart(seed),
    () => brokenPart(seed),
    () => lasting(seed),
    () => lasting(seed),
    () => outage(seed),
    () => outage(seed),
    () => rivals(seed),
    () => silent(seed),
    () => loggedOut(seed),
    () => expired(seed),
    () => slow(seed),
    () => interrupted(seed, rain(seed, random.pick([0, 0.05]))),
    () => interrupted(seed, badWrites(seed, 0.5)),
    () => sky,
  ];
  if (hasRival && random.chance(0.12)) return rivals(seed, ['meddled']);
  if (isOfReading && random.chance(0.8))
    return random.chance(0.7) ? brokenPart(seed, 1) : lasting(seed);
  return random.pick(kinds)();
}

/** The weather of a seed. */
export function weatherOf(seed: string, place: Place = {}): Weather {
  const random = randomOf(seed);
  const weather = weatherWith(seed, random, place);
  const pageSize = random.pick([null, null, 3, 10]);
  if (pageSize === null || weather.pageSize !== undefined) return weather;
  return { ...weather, title: `${weather.title}; pages of ${pageSize}`, pageSize };
}
