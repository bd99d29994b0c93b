import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';
import { isObject } from '../support/json.ts';
import type { Json } from '../e2e/support/kube-client.ts';
import { essence, type Objects } from './objects.ts';
import type { Seen } from './proxy.ts';
import { isStepAt } from './records.ts';
import type { Ran } from './tool.ts';

/** A command, with what is known of the cluster before and after it, independently of the tool. */
export interface Deed {
  readonly ran: Ran;
  readonly seen: readonly Seen[];
  readonly before: Objects;
  readonly after: Objects;
  readonly wasSick: boolean;
  readonly isSick: boolean;
  readonly recordsBefore: readonly ChangeRecord[];
  readonly records: readonly ChangeRecord[];
  readonly isInterrupted: boolean;
  /** Seconds of the tool's clock after which it counts as hanging. */
  readonly limitSeconds: number;
}

const pathOf = ({ url }: Seen): string => url.split('?')[0] ?? '';
const isDone = ({ isWrite, answer }: Seen): boolean =>
  isWrite && answer !== null && answer.status < 300;
const verbOf = ({ args }: Ran): string => args[0] ?? '';
const isOnlyShown = ({ args }: Ran): boolean => args.some((arg) => arg.startsWith('--dry-run'));

function speech({ ran, limitSeconds }: Deed): readonly string[] {
  const { stdout, stderr, code, seconds } = ran;
  const text = `${stdout}\n${stderr}`;
  return [
    ...(/^\s+at .+:\d+:\d+\)?$/m.test(text) || text.includes('this is a bug')
      ? ['a stack trace was printed']
      : []),
    ...([0, 1, 2, 130].includes(code) ? [] : [`exit code ${code}`]),
    ...(seconds > limitSeconds ? [`took ${Math.round(seconds)} s of ${limitSeconds} s`] : []),
    ...(code === 2 && stdout + stderr === '' ? ['exit code 2 and not a word why'] : []),
  ];
}

function codes({ ran, isInterrupted, records, recordsBefore, seen }: Deed): readonly string[] {
  const { code, stdout } = ran;
  const verb = verbOf(ran);
  const faults: string[] = [];
  if (code === 130 && !isInterrupted) faults.push('exit code 130, and nobody pressed Ctrl-C');
  if (verb === 'diagnose' && ran.args.includes('json') && stdout !== '') {
    const { verdict } = JSON.parse(stdout) as Json;
    const wanted = { healthy: 0, findings: 1 }[String(verdict)] ?? 2;
    if (code !== wanted && code !== 130)
      faults.push(`exit code ${code} for verdict ${String(verdict)}`);
  }
  if (isOnlyShown(ran) && records.length > recordsBefore.length)
    faults.push('a dry run left a record');
  const wrote = seen.some(isDone);
  if (wrote && (verb === 'diagnose' || verb === 'history' || isOnlyShown(ran)))
    faults.push('it wrote, and was only to look');
  if (wrote && code === 2) faults.push('exit code 2 (not done), and something was written');
  return faults;
}

// The last answer to each question counts: what failed at first may have been asked again.
function unread(seen: readonly Seen[]): readonly string[] {
  const last = new Map<string, boolean>();
  for (const { method, url, isTrue, answer } of seen)
    if (method === 'GET') last.set(url, isTrue && (answer?.status ?? 500) < 500);
  return [...last].filter(([, isRead]) => !isRead).map(([url]) => url);
}

// Many clusters go without metrics; where they have them and do not give them, a warning is what that is worth.
const isAddOn = (url: string, { stdout, stderr }: Ran): boolean =>
  url.startsWith('/apis/metrics.k8s.io/') && /could not read/i.test(stdout + stderr);

function health({ ran, seen, wasSick, isSick }: Deed): readonly string[] {
  const verb = verbOf(ran);
  if (ran.code !== 0) return [];
  const faults: string[] = [];
  const wrote = seen.some(({ isWrite }) => isWrite);
  const isVerdict = verb === 'diagnose' || (verb === 'fix' && !wrote);
  if (isVerdict && wasSick && isSick) faults.push('exit code 0, and a node is sick');
  const lost = isVerdict ? unread(seen).filter((url) => !isAddOn(url, ran)) : [];
  if (lost.length > 0) faults.push(`exit code 0, and not read: ${lost.join(', ')}`);
  if (verb === 'fix' && wrote && isSick) faults.push('fixed and verified, and the node is sick');
  return faults;
}

const bodyOf = ({ answer }: Seen): Json => {
  const value: unknown = JSON.parse(answer?.body.toString() ?? 'null');
  return isObject(value) ? value : {};
};

const textOf = (object: object | null): string | null =>
  object === null ? null : essence(JSON.parse(JSON.stringify(object)) as Json);

function stepFaults(step: RecordedStep, deed: Deed): readonly string[] {
  const { seen, before, after, ran } = deed;
  const done = seen.filter((one) => isDone(one) && isStepAt(step, pathOf(one)));
  const [first] = done;
  const name = `${step.change.ref.kind}/${step.change.ref.name}`;
  const path = [...before.keys()].find((one) => isStepAt(step, one));
  const hasChanged = path !== undefined && before.get(path) !== after.get(path);
  switch (step.state) {
    case 'planned':
    case 'refused':
      return first && hasChanged ? [`${name} is recorded as ${step.state}, and was changed`] : [];
    case 'sending':
      return ran.code === 0 ? [`${name} is recorded as being sent, and the exit code is 0`] : [];
    case 'undone':
      return hasChanged ? [`${name} is recorded as taken back, and is not as before`] : [];
    case 'sent': {
      if (!first) return [`${name} is recorded as sent, and no such write was carried out`];
      if (!step.isUndoable || path === undefined) return [];
      const isBefore = textOf(step.before) === before.get(path);
      const isAfter = textOf(step.after) === essence(bodyOf(first));
      return [
        ...(isBefore ? [] : [`what is recorded of ${name} as before was not so`]),
        ...(isAfter
          ? []
          : [`what is recorded of ${name} as after is not what the server answered`]),
      ];
    }
  }
}

function recorded(deed: Deed): readonly string[] {
  const { seen, records, recordsBefore, before, after, ran } = deed;
  const known = new Set(recordsBefore.map(({ id }) => id));
  const fresh = records.filter(({ id }) => !known.has(id));
  const faults = fresh.flatMap(({ steps }) => steps.flatMap((step) => stepFaults(step, deed)));
  for (const one of seen.filter(isDone)) {
    const path = pathOf(one);
    const steps = fresh.flatMap((record) => record.steps);
    if (!steps.some((step) => isStepAt(step, path)))
      faults.push(`no record of ${one.method} ${path}`);
  }
  if (fresh.length > 1) faults.push(`one command left ${fresh.length} records`);
  for (const { state, undoes } of fresh) {
    if (state === 'begun') faults.push('the record has no end');
    if ((state === 'verified') !== (ran.code === 0))
      faults.push(`record ${state}, exit code ${ran.code}`);
    if (undoes !== undefined && ran.code === 0) {
      const original = records.find(({ id }) => id === undoes);
      for (const step of original?.steps ?? []) {
        const path = [...after.keys()].find((place) => isStepAt(step, place));
        if (path !== undefined && step.isUndoable && textOf(step.before) !== after.get(path))
          faults.push(`taken back and verified, and ${path} is not as before`);
      }
    }
    if (state === 'rolled-back') {
      const changed = [...after].filter(([path, text]) => before.get(path) !== text);
      for (const [path] of changed)
        if (fresh.some(({ steps }) => steps.some((step) => isStepAt(step, path))))
          faults.push(`rolled back, and ${path} is not as before`);
    }
  }
  return faults;
}

/** What of the rules that always hold a command has broken, as sentences; empty: none. */
export const brokenRules = (deed: Deed): readonly string[] => [
  ...speech(deed),
  ...codes(deed),
  ...health(deed),
  ...recorded(deed),
];
