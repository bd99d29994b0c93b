import type { Fault } from './fault.ts';
import { randomOf, type Random } from './random.ts';

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
  readonly faultFor: (request: Passing) => Fault | null;
  /** After so many requests the server shows a certificate that has run out. */
  readonly certificateEndsAfter?: number;
  /** After so many requests the user presses Ctrl-C. */
  readonly interruptAfter?: number;
}

const statuses = [500, 502, 503, 504] as const;

const common = (random: Random): Fault =>
  random.pick<() => Fault>([
    () => ({ kind: 'late', ms: 5 + random.below(120) }),
    () => ({ kind: 'reset', isPassedOn: random.chance(0.5) }),
    () => ({ kind: 'half', isPassedOn: random.chance(0.8) }),
    () => ({ kind: 'no-json', isPassedOn: random.chance(0.3) }),
    () => ({ kind: 'status', status: random.pick(statuses), isPassedOn: random.chance(0.4) }),
    () => ({ kind: 'throttled', retryAfter: random.pick([null, '0', '1', '2']) }),
    () => ({ kind: 'starting' }),
    () => ({ kind: 'unauthorized' }),
  ])();

const ofReads = (random: Random): Fault => (random.chance(0.1) ? { kind: 'gone' } : common(random));

const ofWrites = (random: Random): Fault =>
  random.chance(0.25)
    ? { kind: 'overtaken' }
    : random.chance(0.15)
      ? { kind: 'silence', isPassedOn: random.chance(0.5) }
      : common(random);

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

function rivals(seed: string): Weather {
  const density = randomOf(`${seed} rivals`).pick([0.5, 1]);
  return {
    title: `somebody writes first with a chance of ${density}`,
    faultFor: (request) =>
      request.isWrite && diceFor(seed, request).chance(density) ? { kind: 'overtaken' } : null,
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

// Parts of the API that one back end may serve, or one rule of a proxy may spoil.
const parts = [
  '/api/v1/nodes',
  '/api/v1/pods',
  '/log?',
  '/api/v1/events',
  '/configmaps',
  '/apis/apps/v1/',
  '/daemonsets/',
  '/namespaces/kube-system',
  '/apis/crd.projectcalico.org/',
  '/apis/operator.tigera.io/',
  '/apis/policy/',
  '/eviction',
  '/apis/metrics.k8s.io/',
  '/apis/authorization.k8s.io/',
  '/version',
  '/apis',
  'dryRun=All',
] as const;

function brokenPart(seed: string): Weather {
  const random = randomOf(`${seed} part`);
  const part = random.pick(parts);
  const fault = ofReads(random);
  return {
    title: `whatever has ${part} in its address: ${JSON.stringify(fault)}`,
    faultFor: ({ url }) => (url.includes(part) ? fault : null),
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

/** The weather of a seed. */
export function weatherOf(seed: string): Weather {
  const random = randomOf(seed);
  const kinds: readonly (() => Weather)[] = [
    () => rain(seed, random.pick([0.02, 0.05, 0.15, 0.3])),
    () => rain(seed, random.pick([0.02, 0.05, 0.1])),
    () => badWrites(seed, random.pick([0.5, 0.8, 1])),
    () => badWrites(seed, random.pick([0.5, 0.8, 1])),
    () => brokenPart(seed),
    () => brokenPart(seed),
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
  return random.pick(kinds)();
}
