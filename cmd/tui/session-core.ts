import type { Progress } from '../../internal/cluster/run.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Finding } from '../../internal/model/finding.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { drainFactsOf } from '../../internal/plan/drain-facts.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { planOf } from '../../internal/plan/plan.ts';
import { methodRemedy } from '../../internal/remediations/method-remedy.ts';
import type { Flags } from '../flags.ts';
import { clusterUid, newestUndoable } from '../records.ts';
import type { Engine, OpenCluster, Shell } from '../shell.ts';
import { readSnapshot } from '../snapshot.ts';
import { toolVersion } from '../version.ts';
import { words as shellWords } from '../words.ts';
import type { Core, GatherProgress, PlanReply, PlanRequest } from './core.ts';
import { familyOf, methodColumns, sickNodes, typedColumn } from './method-columns.ts';
import { saveReport } from './save-report.ts';
import { words } from './words.ts';

/** A core, and what has to be closed behind it. */
export interface SessionCore {
  readonly core: Core;
  readonly close: () => void;
}

/** The cluster that is open; a dump has none. */
interface Live {
  readonly cluster: OpenCluster['cluster'];
  readonly engine: Engine;
}

/** What a reading gave. */
interface Seen {
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
}

/** The reading that is on the screen. */
interface Memory {
  seen: Seen | null;
}

const because = (problems: readonly string[], hints: readonly string[] = []): PlanReply => ({
  plan: null,
  problems,
  hints,
});

function remedyFor(
  request: Exclude<PlanRequest, { readonly kind: 'undo' }>,
  finding: Finding,
  { snapshot }: Seen,
): Remedy | readonly string[] {
  if (request.kind === 'remedy') {
    return finding.remedies.find(({ id }) => id === request.remedy) ?? [words.noRemedy];
  }
  const wish = { sick: sickNodes(finding), isForced: false, family: familyOf(finding) };
  const answer = methodRemedy(snapshot, request.method, wish);
  return 'remedy' in answer ? answer.remedy : answer.refused;
}

async function planFix(
  request: Exclude<PlanRequest, { readonly kind: 'undo' }>,
  seen: Seen,
  live: Live | null,
  flags: Flags,
): Promise<PlanReply> {
  const finding = seen.diagnosis.findings[request.finding];
  if (!finding) return because([words.noRemedy]);
  const remedy = remedyFor(request, finding, seen);
  if (!('id' in remedy)) return because(remedy);
  const nodes = remedy.drains ?? [];
  const drainFacts =
    nodes.length === 0
      ? null
      : live === null
        ? drainFactsOf(seen.snapshot)
        : await live.engine.readDrainFacts(live.cluster, nodes, live.engine.clock);
  const { drain, timeoutSeconds } = flags.fix;
  const drainOptions = drainOptionsOf({ ...drain, timeoutSeconds });
  const { snapshot, diagnosis } = seen;
  const items = [{ finding, remedy }];
  const input = { snapshot, install: diagnosis.install, items, drainFacts, drainOptions };
  return { plan: planOf(input), problems: [], hints: [] };
}

async function planUndo(id: string, live: Live | null, shell: Shell): Promise<PlanReply> {
  const record = live?.engine
    .journal()
    .list()
    .records.find((one) => one.id === id);
  if (!live || !record) return because([words.nothingToUndo]);
  const { diagnose } = shell.services;
  const undo = await live.engine.undoPlan(record, {
    cluster: live.cluster,
    diagnose: (snapshot) => diagnose(snapshot, []),
    signal: shell.signal,
  });
  switch (undo.kind) {
    case 'plan':
      return { plan: undo.plan, problems: [], hints: undo.notes };
    case 'conflicts':
      return because(
        undo.conflicts.map(({ ref, field }) =>
          words.changedSince(`${ref.kind}/${ref.name}`, field),
        ),
        [words.undoCommand(id)],
      );
    default:
      return because([undo.reason]);
  }
}

const dryRunOf =
  (live: Live, { signal }: Shell): Core['dryRun'] =>
  async (plan) => {
    const { cluster, engine } = live;
    const {
      plan: tried,
      answers,
      refusal,
      missingRole,
    } = await engine.dryRunPlan(plan, {
      cluster,
      signal,
    });
    return {
      plan: tried,
      trial: { kind: 'ask', answers, refusal },
      isRefused: refusal !== null || answers.some(({ state }) => state === 'refused'),
      missingRole: missingRole ?? '',
    };
  };

function applyOf(live: Live, flags: Flags, shell: Shell, memory: Memory): Core['apply'] {
  const { cluster, engine } = live;
  return async (plan, { undoes, onEvent, signal }) => {
    const before = memory.seen?.diagnosis;
    const taken: Seen[] = [];
    const diagnose = async (snapshot: Snapshot): Promise<Diagnosis> => {
      const diagnosis = await shell.services.diagnose(snapshot, flags.node);
      taken.push({ snapshot, diagnosis });
      return diagnosis;
    };
    const { clock, newSuffix } = engine;
    const told = { onEvent, signal, toolVersion };
    const context = { ...told, cluster, clock, journal: engine.journal(), diagnose, newSuffix };
    const outcome = await engine.applyPlan(plan, context, {
      timeoutSeconds: flags.fix.timeoutSeconds,
      ...(undoes === null ? {} : { undoes }),
      ...(before === undefined ? {} : { before }),
    });
    // What is shown next is that diagnosis, so what is planned next has to be made from its snapshot.
    memory.seen = taken.find(({ diagnosis }) => diagnosis === outcome.diagnosis) ?? memory.seen;
    return outcome;
  };
}

const notOnDump = (): Promise<never> => Promise.reject(new Error(words.onDump));

function coreOf(
  flags: Flags,
  shell: Shell,
  live: Live | null,
  listen: (onProgress: (progress: Progress) => void) => void,
): Core {
  const memory: Memory = { seen: null };
  const findingOf = (index: number): readonly [Seen, Finding] | null => {
    const { seen } = memory;
    const finding = seen?.diagnosis.findings[index];
    return seen && finding ? [seen, finding] : null;
  };
  const gather = async (onProgress: (progress: GatherProgress) => void): Promise<Diagnosis> => {
    const show = ({ phase, done, total }: Progress): void =>
      onProgress({ phase: shellWords.en.phases[phase], done, total });
    listen(show);
    const progress = { show, clear: () => undefined };
    const snapshot = await (live
      ? readSnapshot(flags, shell, { gather: live.cluster.gather, progress })
      : readSnapshot(flags, shell));
    const diagnosis = await shell.services.diagnose(snapshot, flags.node);
    memory.seen = { snapshot, diagnosis };
    return diagnosis;
  };
  return {
    gather,
    plan: async (request) => {
      if (request.kind === 'undo') return await planUndo(request.record, live, shell);
      const { seen } = memory;
      return seen ? await planFix(request, seen, live, flags) : because([words.noRemedy]);
    },
    methods: async (index) => {
      const [from, finding] = findingOf(index) ?? [];
      await Promise.resolve();
      return from && finding ? methodColumns(from.snapshot, finding) : [];
    },
    simulate: async (index, method) => {
      const [from, finding] = findingOf(index) ?? [];
      await Promise.resolve();
      return from && finding ? typedColumn(from.snapshot, finding, method) : words.noMethods;
    },
    dryRun: live ? dryRunOf(live, shell) : notOnDump,
    apply: live ? applyOf(live, flags, shell, memory) : notOnDump,
    save: (diagnosis) => saveReport(diagnosis, '.'),
    newestRecord: async () => {
      if (!live) return null;
      const uid = await clusterUid(live.cluster);
      const { records } = live.engine.journal().list();
      return newestUndoable(records.filter(({ cluster }) => cluster.uid === uid))?.id ?? null;
    },
  };
}

/**
 * What the wizard has done, over the services of the shell: on the cluster that the flags name, or on a dump. Throws a UserError
 * where there is no cluster to reach.
 */
export async function sessionCore(flags: Flags, shell: Shell): Promise<SessionCore> {
  let onProgress: (progress: Progress) => void = () => undefined;
  const listen = (listener: typeof onProgress): void => {
    onProgress = listener;
  };
  if (flags.from !== undefined) {
    return { core: coreOf(flags, shell, null, listen), close: () => undefined };
  }
  const { openCluster, engine } = shell.services;
  const open = await openCluster(flags, shell, (progress) => onProgress(progress));
  const live = { cluster: open.cluster, engine: await engine(shell) };
  return { core: coreOf(flags, shell, live, listen), close: open.close };
}
