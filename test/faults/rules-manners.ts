import { type Deed, documentOf, isDone, pathOf, verbOf } from './deed.ts';
import type { Seen } from './proxy.ts';

const doneAt = (seen: readonly Seen[], path: string): readonly Seen[] =>
  seen.filter((one) => isDone(one) && pathOf(one) === path);

/** What somebody else has changed meanwhile stays as it is. */
function rivalFaults({ ran, seen, meddledWith }: Deed): readonly string[] {
  if (meddledWith === null) return [];
  const at = seen.findIndex(({ fault }) => fault?.kind === 'meddled');
  // Before the command: a fix is made for what it finds, but an undo is not.
  if (at < 0 && verbOf(ran) !== 'undo') return [];
  return doneAt(seen.slice(Math.max(at, 0)), meddledWith).map(
    ({ method }) => `${method} ${meddledWith} went over what somebody else has changed`,
  );
}

const placeFaults = ({ seen, mayWrite }: Deed): readonly string[] =>
  seen
    .filter((one) => isDone(one) && !mayWrite.test(pathOf(one)))
    .map((one) => `${one.method} ${pathOf(one)} is no cure of this`);

/** A damaged record is nobody's to pass over: what it stood for may still be in the cluster. */
function damageFaults(deed: Deed): readonly string[] {
  const { ran, damaged } = deed;
  const verb = verbOf(ran);
  const isListed = verb === 'history' && ran.code === 0;
  if (!isListed && !(verb === 'undo' && ran.code !== 130)) return [];
  const told = isListed && documentOf(deed) ? JSON.stringify(documentOf(deed)) : ran.stdout;
  return damaged
    .filter((file) => !`${told}${ran.stderr}`.replaceAll(/\s/g, '').includes(file))
    .map((file) => `not a word of the damaged record ${file}`);
}

function askedSeconds({ fault }: Seen): number {
  if (fault?.kind === 'starting') return 1;
  return fault?.kind === 'throttled' ? Number(fault.retryAfter ?? 0) : 0;
}

// Timers may be that much early, by the machine's clock.
const earlyMs = 6;

/** The first time that a server asks for a pause it gets it; later the request may be a new one. */
function hasteFaults({ seen, speed }: Deed): readonly string[] {
  const rows = Map.groupBy(seen, ({ method, url }) => `${method} ${url}`);
  return [...rows].flatMap(([name, requests]) =>
    requests.flatMap((one, index) => {
      const next = requests[index + 1];
      const wasFailed = requests[index - 1]?.isTrue === false;
      const pauseMs = (askedSeconds(one) * 1000) / speed;
      if (!next || wasFailed || pauseMs === 0 || name.startsWith('POST ')) return [];
      const isAtOnce = requests.some(
        (other) =>
          other !== one && other.atMs <= one.answeredAtMs && other.answeredAtMs >= one.atMs,
      );
      return isAtOnce || next.atMs - one.answeredAtMs >= pauseMs - earlyMs
        ? []
        : [`${name} was asked again before Retry-After`];
    }),
  );
}

/** What of the rules about others' work and wishes a command has broken. */
export const mannerFaults = (deed: Deed): readonly string[] => [
  ...rivalFaults(deed),
  ...placeFaults(deed),
  ...damageFaults(deed),
  ...hasteFaults(deed),
];
