import type { ApiRef } from '../model/remedy.ts';
import { deploymentRollout } from '../plan/rollout.ts';
import type { ApplyContext } from './context.ts';
import { plainRef } from './objects.ts';
import { waitFor } from './wait.ts';

const limitOfDeployment = 300;

/** Waits until a Deployment has what was asked of it; false if it has not within the limit. Sends nothing. */
export async function watchDeployment(
  ref: ApiRef,
  context: ApplyContext,
  limit: number | null,
): Promise<boolean> {
  const limitSeconds = limit ?? limitOfDeployment;
  context.onEvent({ kind: 'phase', phase: 'rollout', expectedSeconds: 30, limitSeconds });
  const end = await waitFor(context, limitSeconds, async (elapsedSeconds) => {
    const reply = await context.cluster.get(ref);
    if (reply.state === 'refused') {
      context.onEvent({ kind: 'waiting', text: words.unread, elapsedSeconds, limitSeconds });
      return null;
    }
    const rollout = deploymentRollout(reply.value);
    const { desired, updated, ready } = rollout;
    context.onEvent({
      kind: 'rollout',
      ref: plainRef(ref),
      desired,
      updated,
      ready,
      nodes: [],
      elapsedSeconds,
      expectedSeconds: 30,
      limitSeconds,
    });
    return rollout.isComplete ? rollout : null;
  });
  return end !== null;
}

const words = {
  unread: 'the API server does not answer; trying again',
};
