import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  certificateTime,
  clockOffsetOf,
  reportedOffset,
  timeElsewhere,
  type CertificateTime,
} from './clock.ts';
import { logEvidence } from './evidence.ts';
import { logLines } from './logs.ts';
import type { LogLine } from './log.ts';
import type { NodeView } from './nodes.ts';
import { isUnauthorized } from './api-errors.ts';
import { secondsBetween } from './time.ts';

/** A node whose clock, or whose peers' certificates, are out of time. */
export interface ClockFault {
  readonly view: NodeView;
  /** `clock`: this machine's clock is wrong; `certificate`: the certificate really is past its time. */
  readonly kind: 'clock' | 'certificate';
  /** Seconds by which the clock is off; null where that cannot be told. */
  readonly offset: number | null;
  /** When the certificate ended or begins; null where the text does not say. */
  readonly bound: string | null;
  /** True where calico-node fails for it now. */
  readonly isFailing: boolean;
  readonly confidence: 'confirmed' | 'likely' | 'possible';
  readonly evidence: readonly Evidence[];
}

interface Said {
  readonly time: CertificateTime;
  readonly line: LogLine;
  readonly container: string;
  readonly previous: boolean;
}

// A Typha or its client with an old certificate is a matter of their own certificates, whatever the clock.
const isTyphas = (text: string): boolean => /typha|:5473/i.test(text);

function lastSaid(snapshot: Snapshot, { pod }: NodeView): Said | null {
  if (!pod) return null;
  const containers = [
    'calico-node',
    ...(pod.status?.initContainerStatuses ?? []).flatMap(({ name }) => name ?? []),
  ];
  for (const container of containers) {
    for (const previous of [false, true]) {
      for (const line of logLines(snapshot, pod, container, previous).toReversed()) {
        const time = certificateTime(line);
        if (time && !isTyphas(line.text)) return { time, line, container, previous };
      }
    }
  }
  return null;
}

const tolerance = 300;

/** Whose fault a certificate outside its time is, by the times that the others go by. */
function judge(
  { current, relation, bound }: CertificateTime,
  elsewhere: string | null,
): Pick<ClockFault, 'kind' | 'offset' | 'bound'> | null {
  const toBound = secondsBetween(bound, elsewhere);
  if (relation === null || toBound === null) return null;
  // The time in the text may be as old as its log; what counts is on which side of the bound the others are.
  const isPast = toBound > 0;
  if (relation === 'after' && isPast) return { kind: 'certificate', offset: null, bound };
  const isWrong = relation === 'after' ? !isPast : isPast;
  return isWrong ? { kind: 'clock', offset: secondsBetween(elsewhere, current), bound } : null;
}

function fromCertificate(snapshot: Snapshot, view: NodeView): ClockFault | null {
  const said = view.health?.state === 'sick' ? lastSaid(snapshot, view) : null;
  if (!said || !view.pod) return null;
  const measured = clockOffsetOf(snapshot, view);
  const isOff = measured !== null && Math.abs(measured.seconds) > tolerance;
  const judged = judge(said.time, timeElsewhere(snapshot, view));
  const line = logEvidence(view.pod, said.container, said.line, said.previous);
  return {
    view,
    kind: isOff ? 'clock' : (judged?.kind ?? 'clock'),
    offset: isOff ? measured.seconds : (judged?.offset ?? null),
    bound: said.time.bound,
    isFailing: true,
    confidence:
      isOff || judged?.kind === 'certificate' ? 'confirmed' : judged ? 'likely' : 'possible',
    evidence: [line, ...(isOff ? [measured.evidence] : [])],
  };
}

// Without a word about certificates: a clock that is off, and a token that was refused as not valid at that time.
function fromOffset(snapshot: Snapshot, view: NodeView): ClockFault | null {
  const measured = reportedOffset(snapshot, view);
  if (!measured || Math.abs(measured.seconds) <= tolerance) return null;
  const { pod, health } = view;
  const refused =
    pod && health?.state === 'sick'
      ? ['install-cni', 'calico-node'].flatMap((container) =>
          logLines(snapshot, pod, container)
            .filter(({ text }) => isUnauthorized(text))
            .slice(-1)
            .map((line) => logEvidence(pod, container, line)),
        )
      : [];
  return {
    view,
    kind: 'clock',
    offset: measured.seconds,
    bound: null,
    isFailing: refused.length > 0,
    confidence: 'likely',
    evidence: [measured.evidence, ...refused],
  };
}

/** What is out of time on a node; null if nothing is, as far as the snapshot tells. */
export const clockFaultOf = (snapshot: Snapshot, view: NodeView): ClockFault | null =>
  fromCertificate(snapshot, view) ?? (view.isLost ? null : fromOffset(snapshot, view));
