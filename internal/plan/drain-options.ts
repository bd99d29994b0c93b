import type { DrainOptions } from '../model/plan.ts';

/** Ten minutes for a node, where `kubectl drain` would wait without end. */
export const drainTimeoutSeconds = 600;

const defaults: DrainOptions = {
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  force: false,
  gracePeriodSeconds: -1,
  timeoutSeconds: drainTimeoutSeconds,
  podSelector: '',
  disableEviction: false,
  skipWaitForDeleteTimeoutSeconds: 0,
  allowControlPlane: false,
};

/**
 * The options of a drain by the flags that were given: what was not is as in `kubectl drain`, but for the time limit, which is
 * ten minutes. A limit of 0 that was given is without end.
 */
export function drainOptionsOf(
  flags: Partial<Omit<DrainOptions, 'timeoutSeconds'>> & {
    readonly timeoutSeconds?: number | null;
  } = {},
): DrainOptions {
  const { timeoutSeconds, ...others } = flags;
  return { ...defaults, ...others, timeoutSeconds: timeoutSeconds ?? drainTimeoutSeconds };
}

const flag = (isSet: boolean, text: string): readonly string[] => (isSet ? [text] : []);

/** The same in kubectl's words, to copy. `--allow-control-plane` is this tool's own, so it is left out. */
export function drainCommand(node: string, options: DrainOptions): string {
  const { gracePeriodSeconds: grace, skipWaitForDeleteTimeoutSeconds: skip } = options;
  return [
    `kubectl drain ${node}`,
    ...flag(options.ignoreDaemonSets, '--ignore-daemonsets'),
    ...flag(options.deleteEmptyDirData, '--delete-emptydir-data'),
    ...flag(options.force, '--force'),
    ...flag(grace >= 0, `--grace-period=${grace}`),
    ...flag(options.podSelector !== '', `--pod-selector='${options.podSelector}'`),
    ...flag(options.disableEviction, '--disable-eviction'),
    ...flag(skip > 0, `--skip-wait-for-delete-timeout=${skip}`),
    ...flag(options.timeoutSeconds > 0, `--timeout=${options.timeoutSeconds}s`),
  ].join(' ');
}
