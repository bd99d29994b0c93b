import type { Diagnosis } from '../model/diagnosis.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ApplyContext } from './context.ts';
import { lastWriter, look, nameOf } from './objects.ts';
import { fieldChange } from './prepare.ts';
import type { Run } from './run.ts';
import { standing } from './send.ts';
import { newErrors, openPoints, type PodNodes } from './verify-items.ts';
import { waitFor, type Pace } from './wait.ts';

/** How the cluster was when the plan was begun. */
export interface Origin {
  readonly diagnosis: Diagnosis | null;
  readonly podNodes: PodNodes;
}

export interface Verification {
  /** What speaks against its having worked, as sentences; empty: verified. */
  readonly open: readonly string[];
  /** Errors that are new, but elsewhere. */
  readonly news: readonly string[];
  readonly diagnosis: Diagnosis | null;
}

/** Readiness, addresses and conditions follow a rollout with some delay, the last of them after five minutes. */
const limitOfVerifying = 330;

// A snapshot of a large cluster is much to read.
const ofSnapshots: Pace = (elapsedSeconds) => (elapsedSeconds < 60 ? 10_000 : 20_000);

// What is sent to these nobody has a reason to write but a person or a tool that has it from elsewhere. In others another value
// than both may be what the change was for (an address that calico-node finds anew).
const settings: ReadonlySet<string> = new Set(['Installation', 'DaemonSet', 'HelmChartConfig']);

/** Objects in which somebody has changed again what was changed here, as sentences. */
export async function driftedObjects(run: Run): Promise<readonly string[]> {
  const drifted: string[] = [];
  for (const { change, before, after, index } of run.sent) {
    if (run.recorder.record().steps[index]?.state === 'undone') continue;
    const seen = await look(run.context.cluster, change.ref);
    if (seen.state === 'unread') continue;
    const { stands, fields } = standing({ change, before, after }, seen);
    const isBack = stands === 'as-before' || fields.some((field) => field.stands === 'as-before');
    const first = fields.find((field) => field.stands !== 'as-ours')?.field;
    const by = seen.state === 'there' ? lastWriter(seen.object, first) : null;
    const others = fields.filter((field) => field.stands === 'otherwise');
    if (isBack) drifted.push(words.drifted(nameOf(change.ref), by));
    else if (settings.has(change.ref.kind) && others.length > 0)
      drifted.push(words.changed(nameOf(change.ref), others.map(fieldChange), by));
  }
  return drifted;
}

interface Fresh {
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
}

async function freshLook({ cluster, diagnose }: ApplyContext): Promise<Fresh> {
  const snapshot = await cluster.gather();
  return { snapshot, diagnosis: await diagnose(snapshot) };
}

/**
 * Looks with fresh snapshots whether the findings are gone, until they are or the time is over; `limitSeconds` 0 looks once.
 */
export async function verify(
  run: Run,
  origin: Origin,
  limitSeconds: number | null,
): Promise<Verification> {
  const { context, plan, cured } = run;
  const limit = limitSeconds ?? limitOfVerifying;
  context.onEvent({ kind: 'phase', phase: 'verify', expectedSeconds: 30, limitSeconds: limit });
  let last: Verification = { open: [words.notLooked], news: [], diagnosis: null };
  const see = async (elapsedSeconds: number): Promise<Verification | null> => {
    const fresh = await freshLook(context);
    const given = { before: origin.diagnosis, podNodes: origin.podNodes, cured };
    const drifted = await driftedObjects(run);
    const open = [...drifted, ...openPoints(plan, fresh, given)];
    const news = newErrors(origin.diagnosis, fresh.diagnosis).map(({ id, title }) =>
      words.news(id, title),
    );
    last = { open, news, diagnosis: fresh.diagnosis };
    const [first] = open;
    // Nothing brings back by itself what somebody has changed.
    if (first === undefined || drifted.length > 0) return last;
    context.onEvent({ kind: 'waiting', text: first, elapsedSeconds, limitSeconds: limit });
    return null;
  };
  await waitFor(context, limit, see, ofSnapshots);
  return last;
}

const words = {
  notLooked: 'The cluster could not be looked at again.',
  drifted: (name: string, by: string | null): string =>
    `${name} was changed back${by === null ? '' : `, last written by ${by}`}.`,
  changed: (name: string, details: readonly string[], by: string | null): string =>
    `${name} was changed again${by === null ? '' : `, last written by ${by}`}: ${details.slice(0, 3).join('; ')}.`,
  news: (id: string, title: string): string => `New since the change: ${title} (${id}).`,
};
