import type { Plan } from '../model/plan.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { ChangeRecord, RecordedStep, RecordState } from '../model/record.ts';
import type { ApplyContext, ApplyOptions } from './context.ts';

/** The record of one application, kept on disk at every step. Every function throws what the journal throws. */
export interface Recorder {
  readonly id: string;
  readonly record: () => ChangeRecord;
  /** To be called before the request of a step is sent, with the object as it stands then. */
  readonly sending: (index: number, before: KubeObject | null) => void;
  readonly sent: (index: number, after: KubeObject | null) => void;
  readonly mark: (index: number, state: RecordedStep['state']) => void;
  /** A step that was not foreseen, such as the eviction of a pod; its index is returned. */
  readonly add: (step: RecordedStep) => number;
  readonly end: (state: RecordState) => void;
}

const parts = new Intl.DateTimeFormat('en-CA-u-hc-h23', {
  timeZone: 'UTC',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

function timeParts(ms: number): Readonly<Record<string, string>> {
  return Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]));
}

/** A time of the context's clock, RFC 3339 in UTC and whole seconds. */
export function timeText(ms: number): string {
  const { year, month, day, hour, minute, second } = timeParts(ms);
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function idOf({ clock, journal, newSuffix }: ApplyContext): string {
  const { year, month, day, hour, minute, second } = timeParts(clock.now());
  const known = new Set(journal.list().records.map(({ id }) => id));
  for (;;) {
    const id = `${year}${month}${day}-${hour}${minute}${second}-${newSuffix()}`;
    if (!known.has(id)) return id;
  }
}

export interface RecordedPlan {
  readonly plan: Plan;
  readonly clusterUid: string;
  readonly steps: readonly RecordedStep[];
}

/** Begins a record: it is on disk when this returns, before anything was sent. Throws a UserError where the disk does not take it. */
export function beginRecord(
  { plan, clusterUid, steps }: RecordedPlan,
  context: ApplyContext,
  options: ApplyOptions,
): Recorder {
  const { context: name, server } = context.cluster;
  let record: ChangeRecord = {
    version: 1,
    id: idOf(context),
    at: timeText(context.clock.now()),
    toolVersion: context.toolVersion,
    cluster: { uid: clusterUid, context: name, server },
    items: plan.items,
    state: 'begun',
    steps,
    ...(options.undoes === undefined ? {} : { undoes: options.undoes }),
  };
  const write = (next: ChangeRecord): void => {
    context.journal.write(next);
    record = next;
  };
  const change = (index: number, part: Partial<RecordedStep>): void => {
    const next = record.steps.map((step, at) => (at === index ? { ...step, ...part } : step));
    write({ ...record, steps: next });
  };
  context.journal.write(record);
  return {
    id: record.id,
    record: () => record,
    sending: (index, before) =>
      change(index, { state: 'sending', ...(record.steps[index]?.isUndoable ? { before } : {}) }),
    sent: (index, after) =>
      change(index, { state: 'sent', ...(record.steps[index]?.isUndoable ? { after } : {}) }),
    mark: (index, state) => change(index, { state }),
    add: (step) => {
      write({ ...record, steps: [...record.steps, step] });
      return record.steps.length - 1;
    },
    end: (state) => write({ ...record, state }),
  };
}
