import { isObject } from '../support/json.ts';
import {
  type Deed,
  documentOf,
  freshRecords,
  isDone,
  isOnlyShown,
  pathOf,
  verbOf,
} from './deed.ts';

const isStackTrace = (text: string): boolean =>
  /^\s+at .+:\d+:\d+\)?$/m.test(text) || text.includes('this is a bug');

// What the tool's requests under way are given to end, and the machine to come round.
const secondsToStop = 60;
const msToStop = 500;

/** How a command ends, and when. */
export function endFaults(deed: Deed): readonly string[] {
  const { ran, seen, limitSeconds, secondsSinceInterrupt } = deed;
  const { stdout, stderr, code, seconds } = ran;
  const text = `${stdout}\n${stderr}`;
  const after = seen.filter(
    ({ isWrite, msSinceInterrupt }) => isWrite && (msSinceInterrupt ?? 0) > msToStop,
  );
  return [
    ...(isStackTrace(text) ? ['a stack trace was printed'] : []),
    ...([0, 1, 2, 130].includes(code) ? [] : [`exit code ${code}`]),
    ...(seconds > limitSeconds ? [`took ${Math.round(seconds)} s of ${limitSeconds} s`] : []),
    ...(code === 2 && stdout + stderr === '' ? ['exit code 2 and not a word why'] : []),
    ...(code === 130 && secondsSinceInterrupt === null
      ? ['exit code 130, and nobody pressed Ctrl-C']
      : []),
    ...((secondsSinceInterrupt ?? 0) > secondsToStop
      ? [`went on for ${Math.round(secondsSinceInterrupt ?? 0)} s after Ctrl-C`]
      : []),
    ...after.map((one) => `${one.method} ${pathOf(one)} was begun after Ctrl-C`),
  ];
}

/** What was asked that must not be, whatever comes of it. */
export const askingFaults = ({ seen }: Deed): readonly string[] => [
  ...seen
    .filter(({ isOverExpired }) => isOverExpired)
    .map((one) => `${pathOf(one)} was asked of a server whose certificate has run out`),
  // Nothing here ends such a stream: a tool that begins to watch needs a proxy that does.
  ...seen
    .filter(({ url }) => /[?&]watch=(?!false|0)/.test(url))
    .map((one) => `${pathOf(one)} was watched`),
];

const codesOfVerdicts: Readonly<Record<string, number>> = {
  healthy: 0,
  findings: 1,
  undetermined: 2,
  unknown: 2,
};

const codesOfResults: Readonly<Record<string, number>> = {
  verified: 0,
  'nothing-to-do': 0,
  'not-verified': 1,
  'rolled-back': 1,
  'roll-back-failed': 1,
  refused: 2,
  interrupted: 130,
};

/** Whether the exit code is that of what was printed. */
function documentFaults(deed: Deed): readonly string[] {
  const { code } = deed.ran;
  const { kind, verdict, result, records } = documentOf(deed) ?? {};
  if (kind === 'Diagnosis' && code !== codesOfVerdicts[String(verdict)] && code !== 130)
    return [`exit code ${code} for verdict ${String(verdict)}`];
  if (typeof result === 'string' && code !== codesOfResults[result])
    return [`exit code ${code} for result ${result}`];
  if (kind !== 'History' || !Array.isArray(records)) return [];
  const told = records
    .filter(isObject)
    .map(({ id, state }) => `${String(id)} ${String(state)}`)
    .toSorted();
  const kept = deed.records.map(({ id, state }) => `${id} ${state}`).toSorted();
  return told.join() === kept.join() ? [] : [`history tells ${told.join()}, not ${kept.join()}`];
}

/** Whether the exit code is right for what was done and printed. */
export function codeFaults(deed: Deed): readonly string[] {
  const { ran, seen } = deed;
  const verb = verbOf(ran);
  const wrote = seen.some(isDone);
  const isLooking = verb === 'diagnose' || verb === 'history' || isOnlyShown(ran);
  return [
    ...documentFaults(deed),
    ...(isLooking && freshRecords(deed).length > 0
      ? ['it was only to look, and left a record']
      : []),
    ...(isLooking && wrote ? ['it wrote, and was only to look'] : []),
    ...(wrote && ran.code === 2 ? ['exit code 2 (not done), and something was written'] : []),
  ];
}
