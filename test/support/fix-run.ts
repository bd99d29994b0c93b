import { diagnose } from '../../internal/checks/run.ts';
import { applyPlan } from '../../internal/apply/apply.ts';
import type { ApplyContext, ApplyOptions, Journal } from '../../internal/apply/context.ts';
import { undoPlan } from '../../internal/apply/undo.ts';
import type { ApplyEvent, ApplyOutcome } from '../../internal/model/apply.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { Plan } from '../../internal/model/plan.ts';
import type { ChangeRecord } from '../../internal/model/record.ts';
import type { Change, Remedy } from '../../internal/model/remedy.ts';
import { chooseItems } from '../../internal/plan/choose.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { planOf, type PlannedItem } from '../../internal/plan/plan.ts';
import type { MemoryCluster } from './memory-cluster.ts';

/** A journal in memory; `onWrite` runs before each write, and may throw as a machine that goes down. */
export interface MemoryJournal extends Journal {
  readonly records: ReadonlyMap<string, ChangeRecord>;
  /** Every version that was written, in order. */
  readonly writes: readonly ChangeRecord[];
}

export function memoryJournal(onWrite: (count: number) => void = () => undefined): MemoryJournal {
  const records = new Map<string, ChangeRecord>();
  const writes: ChangeRecord[] = [];
  return {
    records,
    writes,
    write: (record) => {
      onWrite(writes.length + 1);
      // As on disk: what is read back shares nothing with what was written.
      const copy = JSON.parse(JSON.stringify(record)) as ChangeRecord;
      writes.push(copy);
      records.set(record.id, copy);
    },
    list: () => ({
      records: [...records.values()].toSorted((a, b) => b.id.localeCompare(a.id)),
      damaged: [],
    }),
  };
}

/** What a test of the engine holds in its hands. */
export interface FixRun {
  readonly cluster: MemoryCluster;
  readonly journal: MemoryJournal;
  readonly events: ApplyEvent[];
  readonly context: ApplyContext;
  readonly abort: () => void;
}

/** A context on a cluster in memory, with its clock. */
export function fixRun(
  cluster: MemoryCluster,
  parts: Partial<ApplyContext> & { readonly journal?: MemoryJournal } = {},
): FixRun {
  const controller = new AbortController();
  const events: ApplyEvent[] = [];
  const journal = parts.journal ?? memoryJournal();
  let count = 0;
  const context: ApplyContext = {
    cluster,
    clock: cluster.clock,
    diagnose: (snapshot) => Promise.resolve(diagnose(snapshot, { toolVersion: 'test' })),
    onEvent: (event) => events.push(event),
    signal: controller.signal,
    toolVersion: 'test',
    newSuffix: () => `s${(count += 1)}`,
    ...parts,
    journal,
  };
  return { cluster, journal, events, context, abort: () => controller.abort(new Error('aborted')) };
}

/** The plan that `fix` makes of what is found in the cluster now. */
export async function planNow(
  { cluster }: { readonly cluster: MemoryCluster },
  wanted: { readonly finding?: string; readonly remedy?: string } = {},
): Promise<Plan> {
  const snapshot = await cluster.gather();
  const diagnosis = diagnose(snapshot, { toolVersion: 'test' });
  const choice = chooseItems(diagnosis, { nodes: [], freezeOperator: false, ...wanted });
  if (choice.state === 'none') throw new Error(`nothing to fix: ${JSON.stringify(choice.reason)}`);
  return planWith(cluster, choice.items);
}

/** The plan of remedies that a test made up. */
export async function planWith(
  cluster: MemoryCluster,
  items: readonly PlannedItem[],
): Promise<Plan> {
  const snapshot = await cluster.gather();
  const { install } = diagnose(snapshot, { toolVersion: 'test' });
  return planOf({ snapshot, install, items, drainFacts: null, drainOptions: drainOptionsOf() });
}

/** A remedy with just these changes, for a finding that is never found. */
export const itemOf = (
  changes: readonly Change[],
  parts: Partial<Remedy> & { readonly finding?: PlannedItem['finding'] } = {},
): PlannedItem => {
  const { finding = null, ...rest } = parts;
  return {
    finding,
    remedy: {
      id: 'test-remedy',
      title: 'Change something',
      action: 'apply',
      risk: 'restarts-pods',
      changes,
      consequences: [],
      manual: [],
      ...rest,
    },
  };
};

export const apply = (
  run: FixRun,
  plan: Plan,
  options: Partial<ApplyOptions> = {},
): Promise<ApplyOutcome> => applyPlan(plan, run.context, { timeoutSeconds: null, ...options });

/** Takes the newest record back, or the one given. */
export async function undo(run: FixRun, id?: string): Promise<ApplyOutcome> {
  const record = run.journal.list().records.find((one) => id === undefined || one.id === id);
  if (!record) throw new Error('there is no record');
  const made = await undoPlan(record, run.context);
  if (made.kind !== 'plan') throw new Error(`no plan to undo: ${JSON.stringify(made)}`);
  return applyPlan(made.plan, run.context, { timeoutSeconds: null, undoes: record.id });
}

/** The ids of the errors that are found in the cluster now. */
export async function errorsIn(cluster: MemoryCluster): Promise<readonly string[]> {
  const { findings } = diagnose(await cluster.gather(), { toolVersion: 'test' });
  return findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
}

const volatileAnnotations = ['deprecated.daemonset.template.generation'];

/** What people write of an object: without status and without what the server counts. */
export function essence(object: KubeObject): unknown {
  const { metadata, ...rest } = object;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) => !volatileAnnotations.includes(name),
  );
  const fields = Object.entries(rest).filter(([name]) => name !== 'status');
  return { ...Object.fromEntries(fields), annotations, labels: metadata.labels ?? {} };
}
