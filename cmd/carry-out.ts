import type { ApplyOutcome } from '../internal/model/apply.ts';
import type { Cluster } from '../internal/model/cluster.ts';
import type { Diagnosis } from '../internal/model/diagnosis.ts';
import type { Plan } from '../internal/model/plan.ts';
import { renderOutcome } from '../internal/report/apply-text.ts';
import { planData, resultData, type PlanFrame } from '../internal/report/plan-json.ts';
import { renderPlan } from '../internal/report/plan-text.ts';
import { changesNothing, isRefused, type Trial } from '../internal/report/plan-verdict.ts';
import { narrator } from './apply-progress.ts';
import { confirm } from './confirm.ts';
import { words } from './fix-words.ts';
import type { Flags } from './flags.ts';
import {
  exitCodeOfResult,
  isData,
  printData,
  printMissingRole,
  type PlanFormat,
} from './plan-output.ts';
import type { Engine, ExitCode, Output, Shell } from './shell.ts';
import { isTerminal, textOptions } from './terminal.ts';
import { toolVersion } from './version.ts';
import { words as shellWords } from './words.ts';

const says = words.en;

/** A plan that is to be shown, and carried out unless it is only to be shown. */
export interface Job {
  readonly plan: Plan;
  readonly format: PlanFormat;
  readonly frame: PlanFrame;
  /** What the plan was made from; null for an undo. */
  readonly before: Diagnosis | null;
}

/** The cluster that the plan is for, and what carries it out. */
export interface Session {
  readonly cluster: Cluster;
  readonly engine: Engine;
}

interface Tried {
  readonly plan: Plan;
  readonly trial: Trial;
  readonly missingRole: string | null;
}

const verbOf = ({ frame }: Job): 'fix' | 'undo' => (frame.undoes === null ? 'fix' : 'undo');

const optionsFor = (job: Job, shell: Shell, output: Output) => {
  const isWide = job.format === 'wide';
  const { undoes } = job.frame;
  return { ...textOptions({ ...shell, stdout: output }, isWide ? 160 : 120), isWide, undoes };
};

function printPlan({ plan, trial, missingRole }: Tried, job: Job, shell: Shell): void {
  const { format, frame } = job;
  if (isData(format)) {
    printData(planData(plan, trial, frame, { reason: null, missingRole }), format, shell);
  } else {
    shell.stdout.write(renderPlan(plan, trial, optionsFor(job, shell, shell.stdout)));
  }
}

async function tryOut(
  plan: Plan,
  kind: 'server' | 'ask',
  { cluster, engine }: Session,
  { signal }: Shell,
): Promise<Tried> {
  if (plan.steps.length === 0 || plan.refusal !== null) {
    return { plan, trial: { kind: 'client' }, missingRole: null };
  }
  const tried = await engine.dryRunPlan(plan, { cluster, signal });
  const { answers, refusal, missingRole } = tried;
  return { plan: tried.plan, trial: { kind, answers, refusal }, missingRole };
}

/** The exit code of a plan that is only shown: as `kubectl diff` has it. */
function exitCodeOfPlan(tried: Tried): ExitCode {
  const { plan, trial } = tried;
  if (isRefused(plan, trial)) return 2;
  if (plan.steps.length === 0) return plan.manual.length + plan.durable.length > 0 ? 2 : 0;
  return changesNothing(plan, trial) ? 0 : 1;
}

/** Shows a plan that nothing is sent for, and says by the exit code whether it would change something. */
export function showPlan(job: Job, shell: Shell): ExitCode {
  const tried: Tried = { plan: job.plan, trial: { kind: 'client' }, missingRole: null };
  printPlan(tried, job, shell);
  return exitCodeOfPlan(tried);
}

/** Lets the API server try a plan and shows what it said. */
export async function showTried(job: Job, session: Session, shell: Shell): Promise<ExitCode> {
  const tried = await tryOut(job.plan, 'server', session, shell);
  printPlan(tried, job, shell);
  printMissingRole(tried.missingRole, shell);
  return exitCodeOfPlan(tried);
}

async function apply(job: Job, plan: Plan, session: Session, flags: Flags, shell: Shell) {
  const { engine, cluster } = session;
  const { onEvent, end } = narrator(shell, flags.verbosity, verbOf(job));
  shell.holdInterrupt?.();
  const stopping = (): void => onEvent({ kind: 'note', text: says.stopping });
  shell.signal.addEventListener('abort', stopping, { once: true });
  try {
    return await engine.applyPlan(
      plan,
      {
        cluster,
        clock: engine.clock,
        journal: engine.journal(),
        diagnose: (snapshot) => shell.services.diagnose(snapshot, flags.node),
        onEvent,
        signal: shell.signal,
        toolVersion,
        newSuffix: engine.newSuffix,
      },
      {
        timeoutSeconds: flags.fix.timeoutSeconds,
        ...(job.frame.undoes === null ? {} : { undoes: job.frame.undoes }),
        ...(job.before === null ? {} : { before: job.before }),
      },
    );
  } finally {
    shell.signal.removeEventListener('abort', stopping);
    end();
  }
}

function printOutcome(outcome: ApplyOutcome, job: Job, plan: Plan, shell: Shell): void {
  const { format, frame } = job;
  if (isData(format)) {
    printData(resultData(plan, outcome, frame), format, shell);
  } else {
    const verb = verbOf(job);
    const text = renderOutcome(outcome, verb, optionsFor(job, shell, shell.stdout));
    shell.stdout.write(`\n${text}`);
  }
  printMissingRole(outcome.missingRole, shell);
}

// Whether there is somebody who sees the question and can answer it.
const canAsk = ({ isInteractive, stderr, env }: Shell): boolean =>
  isInteractive && isTerminal(stderr, env);

// Whoever is asked sees the plan, also where standard output is for a program.
function printForAsking(tried: Tried, job: Job, flags: Flags, shell: Shell): void {
  if (!isData(job.format)) printPlan(tried, job, shell);
  else if (!flags.fix.yes && canAsk(shell)) {
    shell.stderr.write(renderPlan(tried.plan, tried.trial, optionsFor(job, shell, shell.stderr)));
  }
}

// Where nothing is sent after all, a program still gets its document.
function withoutSending(tried: Tried, job: Job, shell: Shell, code: ExitCode): ExitCode {
  if (isData(job.format)) printPlan(tried, job, shell);
  printMissingRole(tried.missingRole, shell);
  return code;
}

// What was changed before may not have worked yet: as long as its finding stands, that is no success.
function withNothingToSend(tried: Tried, job: Job, shell: Shell): ExitCode {
  const errors = (job.before?.findings ?? []).filter(({ severity }) => severity === 'error');
  const open = tried.plan.items
    .map(({ finding }) => finding?.id)
    .filter((id) => errors.some((error) => error.id === id));
  if (open.length === 0) return withoutSending(tried, job, shell, 0);
  shell.stderr.write(`${says.stillFound([...new Set(open)].join(', '))}\n`);
  return withoutSending(tried, job, shell, 1);
}

/** Shows a plan, has the API server try it, asks, carries it out and tells how that ended. Returns the exit code. */
export async function carryOut(
  job: Job,
  session: Session,
  flags: Flags,
  shell: Shell,
): Promise<ExitCode> {
  // Without a place for records nothing is asked for that could not be done.
  session.engine.journal();
  const tried = await tryOut(job.plan, 'ask', session, shell);
  const { stderr } = shell;
  printForAsking(tried, job, flags, shell);
  const code = exitCodeOfPlan(tried);
  if (code === 0) return withNothingToSend(tried, job, shell);
  if (code !== 1) return withoutSending(tried, job, shell, code);
  if (!flags.fix.yes) {
    if (!canAsk(shell)) {
      stderr.write(`${shellWords.en.error(says.notAsked)}\n${says.notAskedHint}\n`);
      return withoutSending(tried, job, shell, 2);
    }
    if (!(await confirm(tried.plan, session.cluster, shell))) {
      if (shell.signal.aborted) return 130;
      stderr.write(`${says.declined}\n`);
      return withoutSending(tried, job, shell, 2);
    }
  }
  const outcome = await apply(job, tried.plan, session, flags, shell);
  printOutcome(outcome, job, tried.plan, shell);
  return exitCodeOfResult(outcome.result);
}
