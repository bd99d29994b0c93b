import type { CheckResult } from '../model/check.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Finding } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import { isSent } from './plan-refusal.ts';

/** A finding and what shall be done about it. `finding` is null where the user asked for a method without one. */
export interface ChosenItem {
  readonly finding: Finding | null;
  readonly remedy: Remedy;
}

export interface ChoiceOptions {
  readonly finding?: string;
  /** Id of a remedy of that finding. */
  readonly remedy?: string;
  /** Only findings about these nodes, or about none; empty: all. */
  readonly nodes: readonly string[];
  /** `--freeze-operator` */
  readonly freezeOperator: boolean;
}

/** A remedy that was not chosen, and why. */
export interface PassedOver {
  readonly finding: string;
  readonly remedy: string;
  readonly why: 'by-hand' | 'emit' | 'refused' | 'needs-consent' | 'has-to-be-named';
}

export type ChoiceReason =
  | { readonly kind: 'healthy' }
  /** Nothing of severity error, but lesser findings, which have to be named. */
  | { readonly kind: 'no-errors'; readonly findings: readonly string[] }
  /** The diagnosis could not be made, or does not name a cause. */
  | { readonly kind: 'undetermined' | 'unknown' }
  | { readonly kind: 'none-applicable'; readonly passedOver: readonly PassedOver[] }
  | {
      readonly kind: 'unknown-finding';
      readonly finding: string;
      readonly known: readonly string[];
    }
  | {
      readonly kind: 'finding-absent';
      readonly finding: string;
      readonly result: CheckResult;
      /** Why its check is unknown or not applicable. */
      readonly reason: string;
    }
  | {
      readonly kind: 'finding-elsewhere';
      readonly finding: string;
      readonly nodes: readonly string[];
    }
  | { readonly kind: 'explained'; readonly finding: string; readonly causes: readonly string[] }
  | { readonly kind: 'no-remedy'; readonly finding: string }
  | { readonly kind: 'remedy-without-finding'; readonly remedy: string }
  | {
      readonly kind: 'unknown-remedy';
      readonly finding: string;
      readonly remedy: string;
      readonly known: readonly string[];
    }
  | {
      readonly kind: 'needs-consent';
      readonly finding: string;
      readonly remedy: string;
      readonly consent: NonNullable<Remedy['consent']>;
    };

export type Choice =
  | {
      readonly state: 'chosen';
      readonly items: readonly ChosenItem[];
      readonly passedOver: readonly PassedOver[];
    }
  | { readonly state: 'none'; readonly reason: ChoiceReason };

const none = (reason: ChoiceReason): Choice => ({ state: 'none', reason });

const hasConsent = ({ consent }: Remedy, { freezeOperator }: ChoiceOptions): boolean =>
  consent === undefined || freezeOperator;

/**
 * What shall be done. Without a finding: for each that is of severity error and no symptom, its first remedy that can be carried
 * out and does not interrupt traffic. With one: its first remedy that can be carried out, else its first at all, for its steps by
 * hand; or the one that is named.
 */
export function chooseItems(diagnosis: Diagnosis, options: ChoiceOptions): Choice {
  if (options.finding !== undefined) return chooseFor(options.finding, diagnosis, options);
  if (options.remedy !== undefined)
    return none({ kind: 'remedy-without-finding', remedy: options.remedy });
  return chooseAll(diagnosis, options);
}

function isConcerned({ affected }: Finding, nodes: readonly string[]): boolean {
  const own = affected.filter(({ kind }) => kind === 'Node');
  return nodes.length === 0 || own.length === 0 || own.some(({ name }) => nodes.includes(name));
}

function whyNot(remedy: Remedy, options: ChoiceOptions): PassedOver['why'] | null {
  if (remedy.action === 'refuse') return 'refused';
  if (remedy.action === 'emit') return 'emit';
  if (!isSent(remedy)) return 'by-hand';
  if (!hasConsent(remedy, options)) return 'needs-consent';
  return remedy.risk === 'interrupts-traffic' ? 'has-to-be-named' : null;
}

function chooseAll(diagnosis: Diagnosis, options: ChoiceOptions): Choice {
  const findings = diagnosis.findings.filter((finding) => isConcerned(finding, options.nodes));
  const causes = findings.filter(
    ({ severity, isSymptom }) => severity === 'error' && isSymptom !== true,
  );
  const tried = causes.map((finding) => {
    const remedy = finding.remedies.find((candidate) => whyNot(candidate, options) === null);
    return { finding, remedy };
  });
  const items = tried.flatMap(({ finding, remedy }) => (remedy ? [{ finding, remedy }] : []));
  const passedOver = tried.flatMap(({ finding, remedy }) =>
    remedy ? [] : finding.remedies.flatMap((one) => passed(finding, one, options)),
  );
  if (items.length > 0) return { state: 'chosen', items, passedOver };
  return none(reasonOf(diagnosis, findings, causes, passedOver));
}

function passed(finding: Finding, remedy: Remedy, options: ChoiceOptions): readonly PassedOver[] {
  const why = whyNot(remedy, options);
  return why === null ? [] : [{ finding: finding.id, remedy: remedy.id, why }];
}

function reasonOf(
  { verdict }: Diagnosis,
  findings: readonly Finding[],
  causes: readonly Finding[],
  passedOver: readonly PassedOver[],
): ChoiceReason {
  if (verdict === 'undetermined' || verdict === 'unknown') return { kind: verdict };
  if (causes.length > 0) return { kind: 'none-applicable', passedOver };
  return findings.length === 0
    ? { kind: 'healthy' }
    : { kind: 'no-errors', findings: findings.map(({ id }) => id) };
}

function absent(id: string, { findings, checks }: Diagnosis): ChoiceReason {
  const causes = findings.filter(({ symptoms }) => symptoms.some((symptom) => symptom.id === id));
  if (causes.length > 0)
    return { kind: 'explained', finding: id, causes: causes.map((cause) => cause.id) };
  const check = checks.find((outcome) => outcome.id === id);
  return check
    ? { kind: 'finding-absent', finding: id, result: check.result, reason: check.reason }
    : { kind: 'unknown-finding', finding: id, known: checks.map((outcome) => outcome.id) };
}

function chooseFor(id: string, diagnosis: Diagnosis, options: ChoiceOptions): Choice {
  const found = diagnosis.findings.filter((finding) => finding.id === id);
  if (found.length === 0) return none(absent(id, diagnosis));
  const here = found.filter((finding) => isConcerned(finding, options.nodes));
  if (here.length === 0)
    return none({ kind: 'finding-elsewhere', finding: id, nodes: nodesOf(found) });
  const items = here.flatMap((finding): readonly ChosenItem[] => {
    const remedy = remedyFor(finding, options);
    return remedy ? [{ finding, remedy }] : [];
  });
  if (items.length === 0) return none(withoutRemedy(id, here, options));
  const open = items.find(({ remedy }) => !hasConsent(remedy, options));
  return open?.remedy.consent === undefined
    ? { state: 'chosen', items, passedOver: [] }
    : none({
        kind: 'needs-consent',
        finding: id,
        remedy: open.remedy.id,
        consent: open.remedy.consent,
      });
}

const nodesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ affected }) =>
    affected.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : [])),
  );

function remedyFor(finding: Finding, options: ChoiceOptions): Remedy | undefined {
  const { remedies } = finding;
  if (options.remedy !== undefined) return remedies.find(({ id }) => id === options.remedy);
  const allowed = remedies.filter((remedy) => hasConsent(remedy, options));
  return allowed.find(isSent) ?? allowed[0] ?? remedies[0];
}

function withoutRemedy(
  id: string,
  findings: readonly Finding[],
  { remedy }: ChoiceOptions,
): ChoiceReason {
  const known = [...new Set(findings.flatMap(({ remedies }) => remedies.map((one) => one.id)))];
  return remedy === undefined || known.length === 0
    ? { kind: 'no-remedy', finding: id }
    : { kind: 'unknown-remedy', finding: id, remedy, known };
}
