import type { ApplyEvent, Phase } from '../../internal/model/apply.ts';
import { eventLines } from '../../internal/report/apply-events.ts';

type Rollout = Extract<ApplyEvent, { readonly kind: 'rollout' }>;
type PodEvent = Extract<ApplyEvent, { readonly kind: 'pod' }>;
type Waiting = Extract<ApplyEvent, { readonly kind: 'waiting' }>;

/** What was seen so far of an application. */
export interface ApplyProgress {
  readonly startedMs: number;
  readonly phase: Phase | null;
  /** When the phase that is under way began. */
  readonly phaseStartedMs: number;
  readonly expectedSeconds: number | null;
  readonly limitSeconds: number | null;
  /** In the order in which they began; one that comes again stands at its last place. */
  readonly phases: readonly Phase[];
  readonly rollout: Rollout | null;
  readonly waiting: Waiting | null;
  /** The newest state of each pod, in the order in which they were first heard of. */
  readonly pods: readonly PodEvent[];
  /** Objects written, nodes cordoned, remarks: lines in order. */
  readonly notes: readonly string[];
  readonly recordId: string | null;
}

/** An application of which nothing has been heard yet. */
export const noProgress = (startedMs: number): ApplyProgress => ({
  startedMs,
  phase: null,
  phaseStartedMs: startedMs,
  expectedSeconds: null,
  limitSeconds: null,
  phases: [],
  rollout: null,
  waiting: null,
  pods: [],
  notes: [],
  recordId: null,
});

/** How long the phase that is under way has taken, in seconds. */
export const elapsedSeconds = ({ phaseStartedMs }: ApplyProgress, nowMs: number): number =>
  Math.max(0, Math.round((nowMs - phaseStartedMs) / 1000));

const isSamePod = (one: PodEvent, other: PodEvent): boolean =>
  one.namespace === other.namespace && one.name === other.name;

function withPod(pods: readonly PodEvent[], pod: PodEvent): readonly PodEvent[] {
  return pods.some((one) => isSamePod(one, pod))
    ? pods.map((one) => (isSamePod(one, pod) ? pod : one))
    : [...pods, pod];
}

/** The progress after an event, which came at `nowMs`. */
export function progressAfter(
  progress: ApplyProgress,
  event: ApplyEvent,
  nowMs: number,
): ApplyProgress {
  switch (event.kind) {
    case 'phase':
      return {
        ...progress,
        phase: event.phase,
        phaseStartedMs: event.phase === progress.phase ? progress.phaseStartedMs : nowMs,
        expectedSeconds: event.expectedSeconds,
        limitSeconds: event.limitSeconds,
        phases: [...progress.phases.filter((phase) => phase !== event.phase), event.phase],
        // A way back has a rollout of its own.
        rollout: event.phase === 'roll-back' ? null : progress.rollout,
        waiting: null,
      };
    case 'rollout':
      return { ...progress, rollout: event, expectedSeconds: event.expectedSeconds, waiting: null };
    case 'waiting':
      return { ...progress, waiting: event };
    case 'pod':
      return { ...progress, pods: withPod(progress.pods, event) };
    case 'recorded':
      return { ...progress, recordId: event.id };
    default:
      return {
        ...progress,
        notes: [...progress.notes, ...eventLines(event).map(({ text }) => text)],
      };
  }
}
