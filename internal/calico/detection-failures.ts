import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Family } from './autodetection/address.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { memoised } from './memo.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { secondsBetween } from './time.ts';

/**
 * Why calico-node has no address. The machine: no interface that the method looks at, none of them has an address, the destination is
 * not reached, the InternalIP is on no interface. The setting: detection is switched off, or not what Calico understands (an unknown
 * method, a pattern or network that does not parse, a variable left in it, an address that is none).
 */
export type FailureKind =
  | 'no-interface'
  | 'no-address'
  | 'not-reached'
  | 'no-internal-ip'
  | 'switched-off'
  | 'unknown-method'
  | 'bad-pattern'
  | 'bad-network'
  | 'unexpanded'
  | 'bad-address'
  | 'bad-stored'
  | 'not-told';

/** A detection that failed, as the log tells. */
export interface DetectionFailure {
  readonly view: NodeView;
  readonly family: Family;
  readonly kind: FailureKind;
  /** What Calico names: patterns, networks, a destination, the value that it does not understand. Empty if nothing. */
  readonly subject: string;
  /** True if the start ended with it; false where a stored address was kept. */
  readonly isFatal: boolean;
  readonly evidence: readonly Evidence[];
}

type Reading = readonly [kind: FailureKind, pattern: RegExp];

// autodetection_methods.go, interfaces.go and startup.go of v3.8 to v3.32. The reason stands before the consequence.
const reasons: readonly Reading[] = [
  ['unknown-method', /^Invalid IP autode(?:te)?ction method: ?(?<subject>.*)$/],
  ['bad-network', /^Invalid CIDR "(?<subject>.*?)" for IP autodetection method/],
  ['bad-pattern', /^Invalid interface regex/],
  ['bad-address', /^Environment does not contain a valid IPv[46] address: (?<subject>IP6?=.*)$/],
  [
    'bad-stored',
    /^(?:Failed to parse autodetected|Error parsing IPv[46]) CIDR '(?<subject>[^']*)'/,
  ],
  ['unexpanded', /^Unable to auto-detect .*?by connecting to (?<subject>.*?\$\(.*?\).*?): /],
  ['not-reached', /^Unable to auto-detect IPv[46] address by connecting to (?<subject>.*?): /],
  ['no-interface', /^Unable to auto-detect .*?(?:\[(?<subject>.*)\])?: no valid host interfaces/],
  ['no-address', /^Unable to auto-detect .*?(?:\[(?<subject>.*)\])?: no valid IPv[46] addresses/],
  ['no-internal-ip', /^Unable to find matching host interface for IP ?(?<subject>.*)$/],
  ['no-internal-ip', /^Unable to parse CIDR (?<subject>\S*) ?: invalid CIDR address/],
  ['no-internal-ip', /^Cannot use method 'kubernetes-internal-ip'/],
];

const consequence =
  /^(?:Couldn't autodetect an IPv[46] address|Autodetection of IPv[46] address failed, keeping existing value|No IPv4 or IPv6 addresses configured or detected, required|No IP Addresses configured, and autodetection is not enabled)|(?:error="?|: )no IPv4 or IPv6 addresses configured or detected, required/;
const success = /^(?:Using node name: |Calico node started successfully)/;
const ends: ReadonlySet<FailureKind> = new Set(['unknown-method', 'bad-address', 'bad-stored']);

interface Read {
  readonly kind: FailureKind;
  readonly subject: string;
  readonly line: LogLine;
}

function reasonOf(line: LogLine): Read | null {
  for (const [kind, pattern] of reasons) {
    const match = pattern.exec(line.message);
    if (match) return { kind, subject: match.groups?.['subject'] ?? '', line };
  }
  return null;
}

// The reason is at most a few lines and no second before; of several the first says most ("Invalid regex", then "Unable to …").
function reasonBefore(lines: readonly LogLine[], index: number): Read | null {
  const near = lines
    .slice(Math.max(0, index - 8), index + 1)
    .filter((line) => (secondsBetween(line.time, lines[index]?.time) ?? 0) < 3);
  const from = near.findLastIndex((line) => success.test(line.message));
  const read = near.slice(from + 1).flatMap((line) => reasonOf(line) ?? []);
  return read[0] ?? null;
}

interface Failure extends Read {
  readonly isFatal: boolean;
  readonly consequence: LogLine;
}

/** The failure that a run ended with, or that its last detection came to. */
function failureIn(lines: readonly LogLine[]): Failure | null {
  const index = lines.findLastIndex((line) => {
    if (consequence.test(line.message)) return true;
    const reason = reasonOf(line);
    return reason !== null && ends.has(reason.kind);
  });
  const line = lines[index];
  if (!line) return null;
  const isKept = line.message.includes('keeping existing value');
  const after = lines.slice(index + 1);
  if (!isKept && after.some(({ message }) => success.test(message))) return null;
  if (after.some(({ message }) => message.startsWith('Using autodetected IPv'))) return null;
  const isOff = /addresses configured/i.test(line.message);
  const reason = isOff ? null : reasonBefore(lines, index);
  return {
    kind: isOff ? 'switched-off' : (reason?.kind ?? 'not-told'),
    subject: reason?.subject ?? '',
    line: reason?.line ?? line,
    isFatal: !isKept,
    consequence: line,
  };
}

function ofView(snapshot: Snapshot, view: NodeView): DetectionFailure | null {
  const { pod, health } = view;
  if (!pod) return null;
  const now = logLines(snapshot, pod, 'calico-node');
  const isSick = health?.state === 'sick';
  const present = failureIn(now);
  const hasStarted = now.some(({ message }) => success.test(message));
  const previous = isSick && !present && !hasStarted;
  const failure = previous ? failureIn(logLines(snapshot, pod, 'calico-node', true)) : present;
  // A pod that runs has come through its start; what failed since kept the stored address.
  if (!failure || (failure.isFatal && !isSick)) return null;
  const { kind, subject, line, isFatal, consequence: last } = failure;
  return {
    view,
    family: /IPv6|IP6/.test(last.message) && !/IPv4/.test(last.message) ? 6 : 4,
    kind,
    subject,
    isFatal,
    evidence: [
      logEvidence(pod, 'calico-node', line, previous),
      ...(last === line ? [] : [logEvidence(pod, 'calico-node', last, previous)]),
      ...(isSick ? [fieldEvidence(pod, 'status', health.trouble)] : []),
    ],
  };
}

/** The nodes whose calico-node says that it found no address, or did not understand its settings, and what it says. */
export const detectionFailures: (snapshot: Snapshot) => readonly DetectionFailure[] = memoised(
  (snapshot) => nodeViews(snapshot).flatMap((view) => ofView(snapshot, view) ?? []),
);

const ofSettings: ReadonlySet<FailureKind> = new Set([
  'unknown-method',
  'bad-pattern',
  'bad-network',
  'unexpanded',
  'bad-address',
  'bad-stored',
]);

/** True if Calico did not understand what it was told; false if it did and found nothing. */
export const isMisunderstood = ({ kind }: Pick<DetectionFailure, 'kind'>): boolean =>
  ofSettings.has(kind);
