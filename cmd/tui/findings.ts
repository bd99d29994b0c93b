import type { CheckOutcome } from '../../internal/model/check.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Finding } from '../../internal/model/finding.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import type { PlanRequest } from './core.ts';
import type { State, VerdictScreen } from './state.ts';

/** A finding with its place in the diagnosis. */
export interface ListedFinding {
  readonly index: number;
  readonly finding: Finding;
}

/** The findings that a filter leaves: those whose id, title or affected objects have its words. */
export function listedFindings(
  diagnosis: Diagnosis | null,
  filter: string,
): readonly ListedFinding[] {
  const wanted = filter.trim().toLowerCase();
  return (diagnosis?.findings ?? [])
    .map((finding, index) => ({ index, finding }))
    .filter(({ finding: { id, title, affected } }) =>
      [id, title, ...affected.map(({ name }) => name)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    );
}

/** The checks as they stand below the findings: those that could not tell first; none while they are folded. */
export function listedChecks(
  diagnosis: Diagnosis | null,
  screen: VerdictScreen,
): readonly CheckOutcome[] {
  if (!screen.areChecksOpen) return [];
  const checks = (diagnosis?.checks ?? []).filter(({ result }) => result !== 'found');
  return checks.toSorted((a, b) => Number(b.result === 'unknown') - Number(a.result === 'unknown'));
}

/** The finding that a screen is about. */
export const findingAt = ({ diagnosis }: State, index: number): Finding | undefined =>
  diagnosis?.findings[index];

/** The remedy that a plan was asked for; undefined for an undo, and for a method that was chosen freely. */
export function remedyOf(state: State, request: PlanRequest): Remedy | undefined {
  if (request.kind !== 'remedy') return undefined;
  return findingAt(state, request.finding)?.remedies.find(({ id }) => id === request.remedy);
}

/** True if the tool can carry the remedy out, or at least show what would change. */
export const hasPreview = ({ changes, drains, durable }: Remedy): boolean =>
  changes.length > 0 || (drains?.length ?? 0) > 0 || (durable?.length ?? 0) > 0;

/** The place of the first fault that is left, in a diagnosis; -1 if there is none. */
export const nextFault = (diagnosis: Diagnosis | null): number =>
  (diagnosis?.findings ?? []).findIndex(({ severity }) => severity === 'error');

/** True if the remedy is an address method: there is a table to choose from. */
export const isAboutMethod = ({ id, addresses }: Remedy): boolean =>
  addresses !== undefined || id.startsWith('autodetection-method');
