import type { ApplyEvent, Phase } from '../../internal/model/apply.ts';

type Rollout = Extract<ApplyEvent, { readonly kind: 'rollout' }>;
type PodEvent = Extract<ApplyEvent, { readonly kind: 'pod' }>;
type Waiting = Extract<ApplyEvent, { readonly kind: 'waiting' }>;

/** What was seen so far of an application. */
export interface ApplyProgress {
  readonly startedMs: number;
  readonly phase: Phase | null;
  readonly expectedSeconds: number | null;
  readonly limitSeconds: number | null;
  readonly phases: readonly Phase[];
  readonly rollout: Rollout | null;
  readonly waiting: Waiting | null;
  /** The newest state of each pod, in the order in which they were first heard of. */
  readonly pods: readonly PodEvent[];
  /** Objects written, nodes cordoned, remarks: lines in order. */
  readonly log: readonly Exclude<ApplyEvent, Rollout | PodEvent | Waiting>[];
  readonly recordId: string | null;
}

/** An application of which nothing has been heard yet. */
export const noProgress = (startedMs: number): ApplyProgress => ({
  startedMs,
  phase: null,
  expectedSeconds: null,
  limitSeconds: null,
  phases: [],
  rollout: null,
  waiting: null,
  pods: [],
  log: [],
  recordId: null,
});

const isSamePod = (one: PodEvent, other: PodEvent): boolean =>
  one.namespace === other.namespace && one.name === other.name;

function withPod(pods: readonly PodEvent[], pod: PodEvent): readonly PodEvent[] {
  return pods.some((one) => isSamePod(one, pod))
    ? pods.map((one) => (isSamePod(one, pod) ? pod : one))
    : [...pods, pod];
}

/** The progress after an event. */
export function progressAfter(progress: ApplyProgress, event: ApplyEvent): ApplyProgress {
  switch (event.kind) {
    case 'phase':
      return {
        ...progress,
        phase: event.phase,
        expectedSeconds: event.expectedSeconds,
        limitSeconds: event.limitSeconds,
        phases: [...progress.phases.filter((phase) => phase !== event.phase), event.phase],
        waiting: null,
        log: [...progress.log, event],
      };
    case 'rollout':
      return { ...progress, rollout: event, waiting: null };
    case 'waiting':
      return { ...progress, waiting: event };
    case 'pod':
      return { ...progress, pods: withPod(progress.pods, event) };
    case 'recorded':
      return { ...progress, recordId: event.id, log: [...progress.log, event] };
    default:
      return { ...progress, log: [...progress.log, event] };
  }
}
