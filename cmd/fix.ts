import { UserError } from '../internal/model/error.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import { carryOut, showPlan, showTried, type Job, type Session } from './carry-out.ts';
import { endWithout, printPassedOver } from './fix-nothing.ts';
import { planFor, type FactsReader, type Seen, type Wish } from './fix-plan.ts';
import { words } from './fix-words.ts';
import type { Flags } from './flags.ts';
import { formatOf } from './plan-output.ts';
import { progressLine } from './progress.ts';
import { printMissingRights } from './rights.ts';
import type { ExitCode, Shell } from './shell.ts';
import { printWarnings, readSnapshot } from './snapshot.ts';
import { toolVersion } from './version.ts';

const says = words.en;

function assertFlags(id: string | undefined, { from, method, fix: flags }: Flags): void {
  const { dryRun, remedy, ipv6 } = flags;
  if (from !== undefined && dryRun !== 'client') {
    throw new UserError(says.dumpIsReadOnly, { hint: says.dumpIsReadOnlyHint });
  }
  if (method.length > 1) throw new UserError(says.oneMethod, { hint: says.oneMethodHint });
  if (remedy !== undefined && method.length > 0) {
    throw new UserError(says.methodWithRemedy, { hint: says.oneOfThem });
  }
  if (remedy !== undefined && id === undefined) {
    throw new UserError(says.remedyNeedsFinding, { hint: says.remedyHint });
  }
  if (ipv6 && method.length === 0) {
    throw new UserError(says.ipv6NeedsMethod, { hint: says.ipv6Hint });
  }
}

async function diagnosed(snapshot: Snapshot, flags: Flags, shell: Shell): Promise<Seen> {
  const diagnosis = await shell.services.diagnose(snapshot, flags.node);
  printWarnings(diagnosis.warnings, shell);
  printMissingRights(snapshot, shell, false);
  return { snapshot, diagnosis };
}

/** The plan of what was seen, and how it goes on; ends here where there is nothing to plan. */
async function proceed(
  wish: Wish,
  seen: Seen,
  {
    readFacts,
    session,
  }: { readonly readFacts: FactsReader | null; readonly session: Session | null },
  shell: Shell,
): Promise<ExitCode> {
  const { flags } = wish;
  const { snapshot, diagnosis } = seen;
  const format = formatOf(flags.output, 'fix');
  const { verdict } = diagnosis;
  const frame = { toolVersion, takenAt: snapshot.takenAt, verdict, undoes: null };
  const answer = await planFor(wish, seen, readFacts);
  if (answer.kind === 'none') return endWithout(answer.reason, { diagnosis, frame, format }, shell);
  printPassedOver(answer.passedOver, shell);
  if (answer.plan.items.length === 0) {
    return endWithout(
      { kind: 'none-applicable', passedOver: [] },
      { diagnosis, frame, format },
      shell,
    );
  }
  const job: Job = { plan: answer.plan, format, frame, before: diagnosis };
  if (session === null || flags.fix.dryRun === 'client') return showPlan(job, shell);
  if (flags.fix.dryRun === 'server') return await showTried(job, session, shell);
  return await carryOut(job, session, flags, shell);
}

async function fixLive(wish: Wish, shell: Shell): Promise<ExitCode> {
  const { flags } = wish;
  const progress = progressLine(shell, flags.verbosity);
  const { cluster, close } = await shell.services.openCluster(flags, shell, progress.show);
  try {
    const snapshot = await readSnapshot(flags, shell, { gather: cluster.gather, progress });
    const seen = await diagnosed(snapshot, flags, shell);
    const engine = await shell.services.engine(shell);
    const readFacts: FactsReader = (nodes) => engine.readDrainFacts(cluster, nodes, engine.clock);
    return await proceed(wish, seen, { readFacts, session: { cluster, engine } }, shell);
  } finally {
    close();
  }
}

/** Plans what cures a finding, shows it, and carries it out where it is told to. Returns the exit code. */
export async function fix(id: string | undefined, flags: Flags, shell: Shell): Promise<ExitCode> {
  formatOf(flags.output, 'fix');
  assertFlags(id, flags);
  const wish: Wish = { id, flags };
  if (flags.from === undefined) return await fixLive(wish, shell);
  const seen = await diagnosed(await readSnapshot(flags, shell), flags, shell);
  return await proceed(wish, seen, { readFacts: null, session: null }, shell);
}
