import type { Diagnosis } from '../internal/model/diagnosis.ts';
import { UserError } from '../internal/model/error.ts';
import type { Plan } from '../internal/model/plan.ts';
import type { ChoiceReason, PassedOver } from '../internal/plan/choose.ts';
import { planData, type PlanFrame } from '../internal/report/plan-json.ts';
import { wrap } from '../internal/report/layout.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import { words } from './fix-words.ts';
import { nearest } from './nearest.ts';
import { isData, printData, type PlanFormat } from './plan-output.ts';
import type { ExitCode, Shell } from './shell.ts';
import { widthOf } from './terminal.ts';
import { words as shellWords } from './words.ts';

const says = words.en;

/** What of a run is needed to end it without a plan. */
export interface Ending {
  readonly diagnosis: Diagnosis;
  readonly frame: PlanFrame;
  readonly format: PlanFormat;
}

const foundText = ({ findings }: Diagnosis): string => {
  const ids = [...new Set(findings.map(({ id }) => id))];
  return ids.length > 0 ? says.found(ids.join(', ')) : says.noneFound;
};

function unknownFinding(id: string, known: readonly string[], diagnosis: Diagnosis): UserError {
  const found = diagnosis.findings.map((finding) => finding.id);
  const near = [...new Set([...nearest(id, found), ...nearest(id, known)])].slice(0, 3);
  const meant = near.length > 0 ? [shellWords.en.didYouMean(near.join(', '))] : [];
  return new UserError(says.noSuchFinding(id), {
    hint: [...meant, foundText(diagnosis)].join('\n'),
  });
}

function absentFinding(
  { finding, result, reason }: Extract<ChoiceReason, { kind: 'finding-absent' }>,
  diagnosis: Diagnosis,
): UserError {
  const isOpen = result === 'unknown';
  const why = isOpen ? [says.checkUnknown(reason)] : [];
  const message = isOpen ? says.notTold(finding) : says.notFound(finding);
  return new UserError(message, { hint: [...why, foundText(diagnosis)].join('\n') });
}

type Wrong = Exclude<
  ChoiceReason,
  { kind: 'healthy' | 'no-errors' | 'undetermined' | 'unknown' | 'none-applicable' }
>;

// What the user asked for cannot be had: an error, with what can.
function errorOf(reason: Wrong, diagnosis: Diagnosis): UserError {
  switch (reason.kind) {
    case 'unknown-finding':
      return unknownFinding(reason.finding, reason.known, diagnosis);
    case 'finding-absent':
      return absentFinding(reason, diagnosis);
    case 'finding-elsewhere':
      return new UserError(says.notThere(reason.finding), {
        hint: shellWords.en.thereAre(reason.nodes.join(', ')),
      });
    case 'explained':
      return new UserError(says.explained(reason.finding, reason.causes.join(', ')), {
        hint: says.fixCause(reason.causes[0] ?? ''),
      });
    case 'no-remedy':
      return new UserError(says.noRemedy(reason.finding), { hint: says.explain(reason.finding) });
    case 'remedy-without-finding':
      return new UserError(says.remedyNeedsFinding, { hint: says.remedyHint });
    case 'unknown-remedy': {
      const near = nearest(reason.remedy, reason.known);
      const meant = near.length > 0 ? [shellWords.en.didYouMean(near.join(', '))] : [];
      return new UserError(says.noSuchRemedy(reason.remedy, reason.finding), {
        hint: [...meant, says.remedies(reason.known.join(', '))].join('\n'),
      });
    }
    case 'needs-consent':
      return new UserError(says.needsConsent(reason.remedy, reason.consent), {
        hint: says.explain(reason.finding),
      });
  }
}

const emptyPlan = ({ source, install }: Diagnosis): Plan => ({
  source,
  install,
  items: [],
  steps: [],
  addresses: [],
  consequences: [],
  manual: [],
  durable: [],
  conflicts: [],
  refusal: null,
});

function end(text: string, code: ExitCode, ending: Ending, shell: Shell): ExitCode {
  const { format, frame, diagnosis } = ending;
  if (isData(format)) {
    const rest = { reason: text, missingRole: null };
    printData(planData(emptyPlan(diagnosis), { kind: 'client' }, frame, rest), format, shell);
  } else {
    const output = code === 0 ? shell.stdout : shell.stderr;
    output.write(`${wrap(sanitize(text), widthOf(output, shell.env, 120)).join('\n')}\n`);
  }
  return code;
}

/** Ends a fix for which there is no plan: says why, and what could be asked for instead. Returns the exit code. */
export function endWithout(reason: ChoiceReason, ending: Ending, shell: Shell): ExitCode {
  switch (reason.kind) {
    case 'healthy':
      return end(says.nothingFound, 0, ending, shell);
    case 'no-errors': {
      const errors = ending.diagnosis.findings.filter(({ severity }) => severity === 'error');
      const ids = [...new Set(errors.map(({ id }) => id))].join(', ');
      if (errors.length > 0) return end(says.symptomsOnly(ids), 2, ending, shell);
      return end(says.remarksOnly([...new Set(reason.findings)].join(', ')), 0, ending, shell);
    }
    case 'undetermined':
    case 'unknown':
      return end(`${says.cannotTell} ${says.cannotTellHint}`, 2, ending, shell);
    case 'none-applicable':
      return end(says.noneApplicable, 2, ending, shell);
    default:
      throw errorOf(reason, ending.diagnosis);
  }
}

/** Says on standard error what could also be done, but only by its name. */
export function printPassedOver(passedOver: readonly PassedOver[], { stderr }: Shell): void {
  for (const { finding, remedy, why } of passedOver) {
    stderr.write(`${sanitize(says.passedOver[why](finding, remedy))}\n`);
  }
}
