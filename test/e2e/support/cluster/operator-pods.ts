import { isAtLeast } from '../../../../internal/calico/version.ts';
import { isObject } from '../../../support/json.ts';
import type { Json } from '../kube-client.ts';
import { valueAt } from './operator-rules.ts';

const listAt = (pod: Json, key: string): readonly unknown[] => {
  const found = valueAt(pod, 'status', key);
  return Array.isArray(found) ? found : [];
};

function waitingTrouble(status: unknown, pod: string): string | null {
  const name = String(valueAt(status, 'name'));
  const reason = valueAt(status, 'state', 'waiting', 'reason');
  if (reason === 'ImagePullBackOff' || reason === 'ErrImagePull')
    return `${pod} failed to pull container image for: ${name}`;
  if (reason !== 'CrashLoopBackOff') return null;
  const last = valueAt(status, 'lastState', 'terminated');
  const code = valueAt(last, 'exitCode');
  const why = String(valueAt(last, 'reason'));
  const end =
    why === 'Error' && code === 137
      ? ' (exit code 137, possible liveness probe failure)'
      : ` (${why}, exit code ${String(code)})`;
  return `${pod} has crash looping container: ${name}${isObject(last) ? end : ''}`;
}

function containerTrouble(status: unknown, pod: string): string | null {
  const isError = valueAt(status, 'state', 'terminated', 'reason') === 'Error';
  const name = String(valueAt(status, 'name'));
  return (
    waitingTrouble(status, pod) ?? (isError ? `${pod} has terminated container: ${name}` : null)
  );
}

function podTrouble(pod: Json, operator: string): string | null {
  const [space, name] = ['namespace', 'name'].map((key) => String(valueAt(pod, 'metadata', key)));
  const told = `Pod ${space}/${name}`;
  if (valueAt(pod, 'status', 'phase') === 'Failed') return `${told} has failed`;
  const statuses = [...listAt(pod, 'initContainerStatuses'), ...listAt(pod, 'containerStatuses')];
  const trouble = statuses.map((status) => containerTrouble(status, told)).find(Boolean);
  if (trouble) return trouble;
  const isUnready =
    valueAt(pod, 'status', 'phase') === 'Running' &&
    listAt(pod, 'conditions').some(
      (one) => valueAt(one, 'type') === 'ContainersReady' && valueAt(one, 'status') === 'False',
    );
  return isUnready && isAtLeast(operator, '1.40.8') ? `${told} is running but not ready` : null;
}

/**
 * What an operator of that release says of the first pod that is not well; null where all are (podsFailing in
 * pkg/controller/status/status.go; one that runs and is not ready counts from v1.40.8 on, so also in the midst of a rollout).
 */
export const failingPod = (pods: readonly Json[], operator: string): string | null =>
  pods.map((pod) => podTrouble(pod, operator)).find((trouble) => trouble !== null) ?? null;
