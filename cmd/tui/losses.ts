import type { Plan } from '../../internal/model/plan.ts';
import type { Loss, PlanRequest } from './core.ts';

// The reasons of `kubectl drain` that a flag overrides. The one for a DaemonSet that is no longer there does not name its flag.
const overridden: Readonly<Record<Loss, RegExp>> = {
  'empty-dir': /--delete-emptydir-data/,
  force: /--force|not found/,
};

/** What the user accepted to be lost by a drain. */
export const acceptedLosses = (request: PlanRequest): readonly Loss[] =>
  request.kind === 'remedy' ? (request.losses ?? []) : [];

/** What could be accepted to be lost, as pods hold the drain up for it; what is accepted already is not among it. */
export function offeredLosses(plan: Plan | null): readonly Loss[] {
  const blocked = (plan?.steps ?? []).flatMap((step) =>
    step.kind === 'drain' ? step.pods.filter(({ verdict }) => verdict === 'blocks') : [],
  );
  return (['empty-dir', 'force'] as const).filter((loss) =>
    blocked.some(({ reason }) => overridden[loss].test(reason)),
  );
}
