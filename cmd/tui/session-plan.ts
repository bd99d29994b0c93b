import type { Finding } from '../../internal/model/finding.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import type { DrainFacts } from '../../internal/plan/drain-facts.ts';
import { drainFactsOf } from '../../internal/plan/drain-facts.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { planOf } from '../../internal/plan/plan.ts';
import { methodRemedy } from '../../internal/remediations/method-remedy.ts';
import { asPlanned, type Seen } from '../fix-plan.ts';
import type { Flags } from '../flags.ts';
import type { Engine, OpenCluster, Shell } from '../shell.ts';
import type { PlanReply, PlanRequest } from './core.ts';
import { familyOf, sickNodes } from './method-columns.ts';
import { words } from './words.ts';

/** The cluster that is open; a dump has none. */
export interface Live {
  readonly cluster: OpenCluster['cluster'];
  readonly engine: Engine;
}

type FixRequest = Exclude<PlanRequest, { readonly kind: 'undo' }>;

/** A reply without a plan. */
export const because = (problems: readonly string[], hints: readonly string[] = []): PlanReply => ({
  plan: null,
  problems,
  hints,
});

function remedyFor(
  request: FixRequest,
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

async function drainFactsFor(
  nodes: readonly string[],
  { snapshot }: Seen,
  live: Live | null,
): Promise<DrainFacts | null> {
  if (nodes.length === 0) return null;
  if (live === null) return drainFactsOf(snapshot);
  const { engine, cluster } = live;
  return await engine.readDrainFacts(cluster, nodes, engine.clock);
}

/** The plan of a remedy of a finding, or of a method for it; or why there is none. */
export async function planFix(
  request: FixRequest,
  seen: Seen,
  live: Live | null,
  flags: Flags,
): Promise<PlanReply> {
  const finding = seen.diagnosis.findings[request.finding];
  if (!finding) return because([words.noRemedy]);
  const remedy = remedyFor(request, finding, seen);
  if (!('id' in remedy)) return because(remedy);
  const drainFacts = await drainFactsFor(remedy.drains ?? [], seen, live);
  const { drain, timeoutSeconds } = flags.fix;
  const losses = request.kind === 'remedy' ? (request.losses ?? []) : [];
  const drainOptions = drainOptionsOf({
    ...drain,
    timeoutSeconds,
    // They stay where they are, as the preview says; without this no node could be emptied that has calico-node.
    ignoreDaemonSets: true,
    deleteEmptyDirData: drain.deleteEmptyDirData || losses.includes('empty-dir'),
    force: drain.force || losses.includes('force'),
  });
  const { snapshot, diagnosis } = seen;
  const items = [asPlanned({ finding, remedy })];
  const input = {
    snapshot,
    install: diagnosis.install,
    items,
    nodes: flags.node,
    drainFacts,
    drainOptions,
  };
  return { plan: planOf(input), problems: [], hints: [] };
}

/** The plan that takes a record back; or why there is none. */
export async function planUndo(id: string, live: Live | null, shell: Shell): Promise<PlanReply> {
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
    case 'nothing':
      // All is back already: its record is closed, so that the next undo comes to an older change.
      if (undo.record) live.engine.journal().write(undo.record);
      return because([undo.reason]);
    case 'refused':
      return because([undo.reason]);
  }
}
