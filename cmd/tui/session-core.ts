import { setTimeout as pause } from 'node:timers/promises';
import type { Progress } from '../../internal/cluster/run.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import { UserError } from '../../internal/model/error.ts';
import type { Finding } from '../../internal/model/finding.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { isRefused } from '../../internal/report/plan-verdict.ts';
import type { Seen } from '../fix-plan.ts';
import type { Flags } from '../flags.ts';
import { clusterUid, newestUndoable } from '../records.ts';
import type { Shell } from '../shell.ts';
import { readSnapshot } from '../snapshot.ts';
import { toolVersion } from '../version.ts';
import { words as shellWords } from '../words.ts';
import type { Core, GatherProgress, NewestRecord } from './core.ts';
import { methodsFor, simulatedColumn, typedColumn } from './method-columns.ts';
import { saveReport } from './save-report.ts';
import { because, planFix, planUndo, type Live } from './session-plan.ts';
import { words } from './words.ts';

/** A core, and what has to be closed behind it. */
export interface SessionCore {
  readonly core: Core;
  readonly close: () => void;
}

/** The reading that is on the screen. */
interface Memory {
  seen: Seen | null;
}

// What is reckoned holds up everything else; between two pieces of it keys are answered and the screen is drawn.
const breathe = (): Promise<void> => pause(5);

const dryRunOf =
  (live: Live, { signal }: Shell): Core['dryRun'] =>
  async (plan) => {
    const { cluster, engine } = live;
    // Without a place for records nothing is asked for that could not be done.
    engine.journal();
    const tried = await engine.dryRunPlan(plan, { cluster, signal });
    const { answers, refusal, missingRole } = tried;
    const trial = { kind: 'ask', answers, refusal } as const;
    const isNo = isRefused(tried.plan, trial);
    return { plan: tried.plan, trial, isRefused: isNo, missingRole: missingRole ?? '' };
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

async function newestRecord(live: Live): Promise<NewestRecord> {
  try {
    const uid = await clusterUid(live.cluster);
    const { records } = live.engine.journal().list();
    const own = records.filter(({ cluster }) => cluster.uid === uid);
    return { id: newestUndoable(own)?.id ?? null, problem: '' };
  } catch (error) {
    // Who may not tell one cluster from another can still read it.
    if (error instanceof UserError) return { id: null, problem: error.message };
    throw error;
  }
}

const notOnDump = (): Promise<never> => Promise.reject(new UserError(words.onDump));

type Listen = (onProgress: (progress: Progress) => void) => void;

function gatherOf(
  flags: Flags,
  shell: Shell,
  live: Live | null,
  { memory, listen }: { readonly memory: Memory; readonly listen: Listen },
): Core['gather'] {
  return async (onProgress) => {
    const tell = (phase: string, rest: Omit<GatherProgress, 'phase'>): void =>
      onProgress({ phase, ...rest });
    const show = ({ phase, done, total }: Progress): void =>
      tell(shellWords.en.phases[phase], { done, total });
    listen(show);
    const progress = { show, clear: () => undefined };
    const snapshot = await (live
      ? readSnapshot(flags, shell, { gather: live.cluster.gather, progress })
      : readSnapshot(flags, shell, { gather: () => readDump(flags, shell), progress }));
    tell(words.judging, { done: 0, total: 0 });
    await breathe();
    const diagnosis = await shell.services.diagnose(snapshot, flags.node);
    memory.seen = { snapshot, diagnosis };
    return diagnosis;
  };
}

const readDump = ({ from = '' }: Flags, { services }: Shell): Promise<Snapshot> =>
  services.readDump(from);

function addressesOf(memory: Memory): Pick<Core, 'methods' | 'simulate'> {
  const findingOf = (index: number): readonly [Snapshot, Finding] | null => {
    const { seen } = memory;
    const finding = seen?.diagnosis.findings[index];
    return seen && finding ? [seen.snapshot, finding] : null;
  };
  // The newest text that was typed: none before it is reckoned.
  let typed = 0;
  return {
    methods: async (index) => {
      const [snapshot, finding] = findingOf(index) ?? [];
      if (!snapshot || !finding) return [];
      await breathe();
      const columns = [];
      for (const proposal of methodsFor(snapshot, finding)) {
        await breathe();
        columns.push(simulatedColumn(snapshot, finding, proposal));
      }
      return columns;
    },
    simulate: async (index, method) => {
      const [snapshot, finding] = findingOf(index) ?? [];
      if (!snapshot || !finding) return words.noMethods;
      typed += 1;
      const mine = typed;
      await pause(typingPauseMs);
      return mine === typed ? typedColumn(snapshot, finding, method) : words.typedOn;
    },
  };
}

// Whoever types on within this time wants no answer yet: with 5,000 nodes one takes half a second.
const typingPauseMs = 80;

function coreOf(flags: Flags, shell: Shell, live: Live | null, listen: Listen): Core {
  const memory: Memory = { seen: null };
  return {
    gather: gatherOf(flags, shell, live, { memory, listen }),
    plan: async (request) => {
      if (request.kind === 'undo') return await planUndo(request.record, live, shell);
      const { seen } = memory;
      return seen ? await planFix(request, seen, live, flags) : because([words.noRemedy]);
    },
    ...addressesOf(memory),
    dryRun: live ? dryRunOf(live, shell) : notOnDump,
    apply: live ? applyOf(live, flags, shell, memory) : notOnDump,
    save: (diagnosis) => saveReport(diagnosis, '.'),
    newestRecord: async () => (live ? await newestRecord(live) : { id: null, problem: '' }),
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
