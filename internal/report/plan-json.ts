import type { ApplyOutcome } from '../model/apply.ts';
import type { Diagnosis, Verdict } from '../model/diagnosis.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { ChangeStep, Plan, PlanItem, Step } from '../model/plan.ts';
import { apiVersion } from './json.ts';
import { diffOf } from './plan-diff.ts';
import type { Trial } from './plan-verdict.ts';
import type { FieldConflict } from './undo-text.ts';

/** What stands beside a plan in its JSON form. */
export interface PlanFrame {
  readonly toolVersion: string;
  /** RFC 3339, of the snapshot from which it was made; null for an undo. */
  readonly takenAt: string | null;
  readonly verdict: Verdict | null;
  /** Id of the record that it takes back; null for a fix. */
  readonly undoes: string | null;
}

const refData = ({ kind, namespace, name }: ObjectRef) => ({ kind, namespace, name });

const itemData = ({ finding, remedy }: PlanItem) => ({
  finding: finding && {
    id: finding.id,
    title: finding.title,
    affected: finding.affected.map(refData),
  },
  remedy: { id: remedy.id, title: remedy.title, action: remedy.action, risk: remedy.risk },
});

const changeData = (step: ChangeStep) => ({
  kind: step.kind,
  change: step.change,
  before: step.before,
  after: step.after,
  diff: diffOf(step).map(({ sign, text }) => `${sign} ${text}`),
  kubectl: step.kubectl,
});

const stepData = (step: Step) =>
  step.kind === 'change'
    ? changeData(step)
    : {
        kind: step.kind,
        node: step.node,
        cordon: step.cordon && changeData(step.cordon),
        pods: step.pods,
        concerns: step.concerns,
        options: step.options,
        kubectl: step.kubectl,
      };

const planBody = (plan: Plan) => ({
  source: plan.source,
  install: plan.install,
  items: plan.items.map(itemData),
  steps: plan.steps.map(stepData),
  addresses: plan.addresses,
  consequences: plan.consequences,
  manual: plan.manual,
  durable: plan.durable,
  conflicts: plan.conflicts.map(({ ref, field, remedies }) => ({
    ref: refData(ref),
    field,
    remedies,
  })),
  refusal: plan.refusal,
});

const frameData = ({ toolVersion, takenAt, verdict, undoes }: PlanFrame) => ({
  takenAt,
  tool: { version: toolVersion },
  verdict,
  undoes,
});

/**
 * A plan as plain data, in the published form (plan.schema.json). `reason`: why there is nothing in it, null where there is.
 * `answers` is null where no API server was asked.
 */
export function planData(
  plan: Plan,
  trial: Trial,
  frame: PlanFrame,
  rest: { readonly reason: string | null; readonly missingRole: string | null },
) {
  const isTried = trial.kind !== 'client';
  return {
    kind: 'Plan',
    apiVersion,
    ...frameData(frame),
    dryRun: isTried ? 'server' : 'client',
    ...planBody(plan),
    refusal: plan.refusal ?? (isTried ? trial.refusal : null),
    answers: isTried
      ? trial.answers.map(({ ref, state, warnings, reason }) => ({
          ref: refData(ref),
          state,
          warnings,
          reason,
        }))
      : null,
    reason: rest.reason,
    missingRole: rest.missingRole,
  };
}

const diagnosisSummary = ({ takenAt, verdict, findings, nodes, ...rest }: Diagnosis) => ({
  takenAt,
  verdict,
  nodes,
  nodesWithWorkingCalico: rest.nodesWithWorkingCalico,
  findings: findings.map(({ id, severity, confidence, title, affected }) => ({
    id,
    severity,
    confidence,
    title,
    affected: affected.map(refData),
  })),
});

/** How a plan ended, with the plan; of an undo also the fields that stood in its way. */
export function resultData(
  plan: Plan | null,
  outcome: ApplyOutcome,
  { toolVersion, undoes }: Pick<PlanFrame, 'toolVersion' | 'undoes'>,
  conflicts: readonly FieldConflict[] = [],
) {
  return {
    kind: undoes === null ? 'FixResult' : 'UndoResult',
    apiVersion,
    tool: { version: toolVersion },
    undoes,
    result: outcome.result,
    recordId: outcome.recordId,
    messages: outcome.messages,
    hints: outcome.hints,
    missingRole: outcome.missingRole,
    conflicts: conflicts.map(({ ref, field, before, ours, now }) => ({
      ref: refData(ref),
      field,
      before: before ?? null,
      ours: ours ?? null,
      now: now ?? null,
    })),
    plan: plan && planBody(plan),
    diagnosis: outcome.diagnosis && diagnosisSummary(outcome.diagnosis),
  };
}
