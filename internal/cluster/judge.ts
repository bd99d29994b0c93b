import {
  codeOf,
  type Failure,
  failure,
  failureOfConnection,
  failureOfStatus,
  type Outcome,
} from './read-error.ts';
import { isPassingCode, isPassingStatus, type Patience, retryAfterMs } from './retry.ts';
import type { Right } from './target.ts';
import { type Answer, BodyTooLong } from './transport.ts';

/** What a try is judged by. */
export interface Judged {
  /** What a 403 is about, if the server does not say it itself. */
  readonly needed: Right | null;
  readonly patience: Patience;
  /** True for what changes something: it is only tried again if it was surely not carried out. */
  readonly isWrite?: boolean;
}

/** How one try ended. */
export interface Try {
  readonly outcome: Outcome<Answer>;
  /** True if the same request may get another answer later. */
  readonly isPassing: boolean;
  readonly askedDelayMs: number | null;
}

/** A try that another one would not better. */
export const ended = (outcome: Outcome<Answer>): Try => ({
  outcome,
  isPassing: false,
  askedDelayMs: null,
});

/** A failure that is open if `isOpen`: of a write of which it is not known whether it was carried out. */
export const asOpenIf = (isOpen: boolean, failed: Failure): Failure =>
  isOpen ? { ...failed, isOpen: true } : failed;

// kubernetes pkg/registry/core/pod/storage/eviction.go: the pod's disruption budget refuses, and will for longer than is waited here.
const budget = /disruption budget/;

const isBudget = ({ error, details }: Failure): boolean =>
  budget.test(error.message) ||
  (details?.causes.some(({ reason }) => reason === 'DisruptionBudget') ?? false);

// Errors of admission and of the eviction's own checks, which come before anything is stored.
const before = /failed calling webhook|more than one PodDisruptionBudget/;

// Statuses under which a proxy or the server gives up waiting for an answer, or cannot tell how storing it ended.
const openStatuses = [408, 500, 502, 503, 504];

// Throttled, or a server that starts or stops: said by the API server itself, before the request reaches its handler.
const isTurnedAway = ({ status, details }: Failure, { headers }: Answer): boolean =>
  status === 429 ||
  (status === 503 && details !== undefined && headers['retry-after'] !== undefined);

/** Judges an answer. A write that ended with an error of the server's is open unless it was surely turned away. */
export function judge(answer: Answer, { needed, patience, isWrite }: Judged, nowMs: number): Try {
  const { status, headers, text } = answer;
  if (status >= 200 && status < 300) return ended({ state: 'read', value: answer });
  const failed = failureOfStatus(status, text, needed);
  const wasTurnedAway = isTurnedAway(failed, answer);
  const isOpen =
    isWrite === true &&
    openStatuses.includes(status) &&
    !wasTurnedAway &&
    !before.test(failed.error.message);
  const mayPass = isWrite ? wasTurnedAway : isPassingStatus(status, patience);
  return {
    outcome: asOpenIf(isOpen, failed),
    isPassing: mayPass && !isBudget(failed),
    askedDelayMs: retryAfterMs(headers['retry-after'], nowMs),
  };
}

/** Judges an error of the connection. `wasConnected`: the server may have got the request. */
export function judgeError(error: unknown, { isWrite }: Judged, wasConnected: boolean): Try {
  const isOpen = isWrite === true && wasConnected;
  if (error instanceof BodyTooLong) {
    return ended(asOpenIf(isOpen, failure('damaged', error.message)));
  }
  const outcome = asOpenIf(isOpen, failureOfConnection(error));
  return { outcome, isPassing: !isOpen && isPassingCode(codeOf(error)), askedDelayMs: null };
}
