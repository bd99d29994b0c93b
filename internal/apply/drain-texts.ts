/** Seconds as Go prints a duration: `45s`, `10m0s`, `1h0m0s`. */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** What is told of single pods, in the words of `kubectl drain` where it has some (v1.36 pkg/drain/drain.go). */
export const drainTexts = {
  retry: (name: string, namespace: string, reason: string): string =>
    `error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${reason}`,
  failed: (name: string, namespace: string, reason: string): string =>
    `error when evicting pods/"${name}" -n "${namespace}": ${reason}`,
  timedOut: (name: string, namespace: string, seconds: number): string =>
    `error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${goDuration(seconds)}`,
  stillThere: (name: string, namespace: string, seconds: number): string =>
    `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: global timeout reached: ${goDuration(seconds)}`,
  busy: (seconds: number): string =>
    `the API server has too much to do and is asked again after ${goDuration(seconds)}`,
  givenUp: 'its deletion is overdue, so it is not waited for',
  leftAlone: 'it left by itself',
  blind: (node: string): string =>
    `The pods of ${node} cannot be read at the moment; trying again.`,
};
