import type { ApplyOutcome } from '../internal/model/apply.ts';
import { UserError } from '../internal/model/error.ts';
import type { ChangeRecord } from '../internal/model/record.ts';
import { resultData, type PlanFrame } from '../internal/report/plan-json.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import { renderConflicts, type FieldConflict } from '../internal/report/undo-text.ts';
import { carryOut, showPlan, showTried, type Job, type Session } from './carry-out.ts';
import type { Flags } from './flags.ts';
import { words } from './fix-words.ts';
import { formatOf, isData, printData, refuseDump, type PlanFormat } from './plan-output.ts';
import { clusterUid, recordToUndo } from './records.ts';
import type { ExitCode, Shell } from './shell.ts';
import { printWarnings } from './snapshot.ts';
import { textOptions } from './terminal.ts';
import { toolVersion } from './version.ts';

const says = words.en;

const outcomeOf = (result: ApplyOutcome['result'], message: string): ApplyOutcome => ({
  result,
  recordId: null,
  messages: message === '' ? [] : [message],
  hints: [],
  missingRole: null,
  diagnosis: null,
});

interface Ending {
  readonly frame: PlanFrame;
  readonly format: PlanFormat;
}

function endWithConflicts(
  conflicts: readonly FieldConflict[],
  { frame, format }: Ending,
  shell: Shell,
): ExitCode {
  if (isData(format)) {
    printData(resultData(null, outcomeOf('refused', ''), frame, conflicts), format, shell);
  } else shell.stdout.write(renderConflicts(conflicts, textOptions(shell)));
  return 2;
}

function endWithNothing(reason: string, { frame, format }: Ending, shell: Shell): ExitCode {
  if (isData(format)) {
    printData(resultData(null, outcomeOf('nothing-to-do', reason), frame), format, shell);
  } else shell.stdout.write(`${says.nothingBack(sanitize(reason))}\n`);
  return 0;
}

async function takeBack(
  record: ChangeRecord,
  session: Session,
  flags: Flags,
  shell: Shell,
): Promise<ExitCode> {
  const { cluster, engine } = session;
  const diagnose = shell.services.diagnose;
  const way = await engine.undoPlan(record, {
    cluster,
    diagnose: (snapshot) => diagnose(snapshot, []),
    signal: shell.signal,
  });
  const frame = { toolVersion, takenAt: null, verdict: null, undoes: record.id };
  const ending: Ending = { frame, format: formatOf(flags.output, 'undo') };
  switch (way.kind) {
    case 'refused':
      throw new UserError(way.reason);
    case 'conflicts':
      return endWithConflicts(way.conflicts, ending, shell);
    case 'nothing':
      // Found out by looking alone, as where the tool was killed: from now on it counts as undone.
      if (way.record && flags.fix.dryRun === 'none') engine.journal().write(way.record);
      return endWithNothing(way.reason, ending, shell);
    case 'plan': {
      const consequences = [...way.plan.consequences, ...way.notes];
      const job: Job = { ...ending, plan: { ...way.plan, consequences }, before: null };
      if (flags.fix.dryRun === 'client') return showPlan(job, shell);
      if (flags.fix.dryRun === 'server') return await showTried(job, session, shell);
      return await carryOut(job, session, flags, shell);
    }
  }
}

/** Takes a recorded change back: the one named, else the newest of this cluster that still stands. */
export async function undo(id: string | undefined, flags: Flags, shell: Shell): Promise<ExitCode> {
  formatOf(flags.output, 'undo');
  refuseDump(flags, 'undo');
  const engine = await shell.services.engine(shell);
  const { records, damaged } = engine.journal().list();
  printWarnings(
    damaged.map(({ file, reason }) => says.damagedRecord(file, reason)),
    shell,
  );
  const { cluster, close } = await shell.services.openCluster(flags, shell, () => undefined);
  try {
    const record = recordToUndo(id, records, await clusterUid(cluster));
    return await takeBack(record, { cluster, engine }, flags, shell);
  } finally {
    close();
  }
}
