import type { Pod, Probe } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout, type SeenEvent } from './events.ts';

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

/** What a failed probe said, in terms of what can be done about it. */
export type ProbeCause =
  | { readonly kind: 'bgp-not-established'; readonly peers: readonly string[] }
  | { readonly kind: 'bird-socket' | 'bird-not-live' | 'bird-timeout' | 'graceful-restart' }
  | { readonly kind: 'nodename-file' | 'localhost-lookup' | 'felix-refused' | 'timeout' | 'empty' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'exec-failed' | 'usage' | 'other'; readonly text: string };

export interface ProbeFailure {
  readonly probe: ProbeKind;
  readonly cause: ProbeCause;
  readonly event: SeenEvent;
}

const kinds: Readonly<Record<string, ProbeKind>> = {
  Liveness: 'liveness',
  Readiness: 'readiness',
  Startup: 'startup',
};

// kubelet, pkg/kubelet/prober: "Readiness probe failed: <output>", "… probe errored: …", "… probe errored and resulted in
// unknown state: …"; repeated ones come as "(combined from similar events): …".
const header =
  /(Liveness|Readiness|Startup) probe (failed|errored(?: and resulted in unknown state)?): ?/;

// The probe is a run of calico-node itself: its own log lines and klog's stand before and behind its answer.
const isLogLine = (line: string): boolean =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \[/.test(line) || /^[IWEF]\d{4} \d\d:\d\d:\d\d/.test(line);

const patterns: readonly (readonly [RegExp, (match: RegExpExecArray) => ProbeCause])[] = [
  [
    /BGP not established with ([0-9a-fA-F.:,%\w]+)/,
    (match) => ({
      kind: 'bgp-not-established',
      peers: (match[1] ?? '').split(',').filter(Boolean),
    }),
  ],
  [/graceful restart in progress/, () => ({ kind: 'graceful-restart' })],
  [/[Ff]ailed to stat\(\) nodename file/, () => ({ kind: 'nodename-file' })],
  [/lookup localhost/, () => ({ kind: 'localhost-lookup' })],
  [
    /bird6?\.ctl: i\/o timeout|bird6?\.ctl: .*resource temporarily unavailable/,
    () => ({ kind: 'bird-timeout' }),
  ],
  [/unable to connect to BIRDv[46] socket|bird6?\.ctl: connect:/, () => ({ kind: 'bird-socket' })],
  [
    /bird6?(?:\/confd)? is not live|bad response from bird|[Ss]ervice (?:bird6?|confd) is not running/,
    () => ({ kind: 'bird-not-live' }),
  ],
  [
    /probe reporting (\d{3})|statuscode: (\d{3})/,
    (match) => ({ kind: 'status', status: Number(match[1] ?? match[2]) }),
  ],
  [/connection refused/, () => ({ kind: 'felix-refused' })],
  [
    /Client\.Timeout|context deadline exceeded|DeadlineExceeded|timed out|timeout \d+\w* exceeded|i\/o timeout/,
    () => ({ kind: 'timeout' }),
  ],
  [
    /flag provided but not defined|must specify at least one of/,
    (match) => ({ kind: 'usage', text: match.input }),
  ],
  [
    /OCI runtime exec failed|failed to exec in container|exec failed/,
    (match) => ({ kind: 'exec-failed', text: match.input }),
  ],
];

// Up to v3.9 the answer has no line end, so that the log line behind it follows at once (`…not established with
// 10.0.0.932019-10-02 14:51:02.472 [INFO]…`); tools that fold lines put a space between the two.
const seam =
  /(?<=\S)(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \[)|\s(?=calico\/node is not (?:ready|live):)/g;

/** Reads what a probe printed (`calico/node is not ready: …`, an HTTP error, a time-out, nothing). */
export function probeCause(output: string): ProbeCause {
  const text = output
    .replaceAll(seam, '\n')
    .split('\n')
    .filter((line) => !isLogLine(line))
    .join('\n')
    .trim();
  if (text === '') return { kind: 'empty' };
  for (const [pattern, cause] of patterns) {
    const match = pattern.exec(text);
    if (match) return cause(match);
  }
  return { kind: 'other', text };
}

/** Reads an `Unhealthy` event; null if it is none of a probe. */
export function probeFailure(event: SeenEvent): ProbeFailure | null {
  if (event.reason !== 'Unhealthy') return null;
  const match = header.exec(event.message);
  const probe = kinds[match?.[1] ?? ''];
  if (!match || !probe) return null;
  return { probe, cause: probeCause(event.message.slice(match.index + match[0].length)), event };
}

/** All probe failures of a pod, oldest first. A cancelled probe of a pod being deleted is none. */
export function probeFailures(snapshot: Snapshot, pod: Pod): readonly ProbeFailure[] {
  return eventsAbout(snapshot, pod).flatMap((event) => {
    const failure = probeFailure(event);
    return failure && !/code = Canceled/.test(event.message) ? [failure] : [];
  });
}

/**
 * Seconds from a container's start after which the kubelet kills it, if the probe never succeeds: the earliest and the latest.
 * Kubernetes' defaults: delay 0, period 10, timeout 1, threshold 3 (core/v1 Probe).
 */
export function killBudget(probe: Probe): { readonly from: number; readonly to: number } {
  const period = probe.periodSeconds ?? 10;
  const threshold = probe.failureThreshold ?? 3;
  const from = (probe.initialDelaySeconds ?? 0) + (threshold - 1) * period;
  return { from, to: from + period + (probe.timeoutSeconds ?? 1) };
}
