import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import { calicoStatus } from './pods.ts';
import { secondsBetween } from './time.ts';

/** How the last run of a container ended. */
export interface Ending {
  readonly container: string;
  readonly exitCode: number | null;
  /** `Completed`, `Error`, `OOMKilled`, …; empty where the status has none. */
  readonly reason: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Seconds that the run lasted; null where the times are missing. */
  readonly lived: number | null;
  /** Restarts of the container so far. */
  readonly restarts: number;
}

/** The newest end of a container that its status tells: of the present state, else of the one before. */
export function endingOf(status: ContainerStatus | undefined): Ending | null {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  if (!status || !ended) return null;
  return {
    container: status.name ?? '',
    exitCode: ended.exitCode ?? null,
    reason: ended.reason ?? '',
    startedAt: ended.startedAt ?? null,
    finishedAt: ended.finishedAt ?? null,
    lived: secondsBetween(ended.startedAt, ended.finishedAt),
    restarts: status.restartCount ?? 0,
  };
}

/** The last end of the calico-node container; null if it never ended. */
export const calicoEnding = (pod: Pod): Ending | null => endingOf(calicoStatus(pod));

/** The last ends of all containers of a pod, init containers left out. */
export const endingsOf = (pod: Pod): readonly Ending[] =>
  (pod.status?.containerStatuses ?? []).flatMap((status) => endingOf(status) ?? []);

/**
 * True for an end that came from outside: told to stop (0, 143) or killed (137), and not for lack of memory.
 * Exit 0 is no success here: PID 1 of a started calico-node is runsvdir, which ends with 0 on SIGTERM (node/filesystem/sbin/start_runit).
 */
export const isFromOutside = ({ exitCode, reason }: Ending): boolean =>
  reason !== 'OOMKilled' && (exitCode === 0 || exitCode === 137 || exitCode === 143);

/** True if the run ended within so many seconds before `now`; an end without a time counts as recent. */
export const isRecentEnd = ({ finishedAt }: Ending, now: string, seconds: number): boolean =>
  (secondsBetween(finishedAt, now) ?? 0) <= seconds;
