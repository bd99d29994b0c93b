import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { calicoEnding, endingsOf } from './endings.ts';
import { eventsAbout, isRecent, type SeenEvent } from './events.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { neighbourDeaths, podsOn, wasProbeKilled } from './neighbours.ts';
import type { NodeView } from './nodes.ts';
import { hasReached, overallHealth, runsOf } from './start-up.ts';

const lately = 3600;

/** What the API shows of containers that are ended from outside on a node, with no reason of their own. */
export interface QuietDeaths {
  /** How calico-node's log ends: in a healthy table, in the midst of a start, or in trouble of its own; null if it was not read. */
  readonly logEnd: 'healthy' | 'starting' | 'troubled' | null;
  /** Other pods on the node whose containers end the same way. */
  readonly others: readonly string[];
  /** Sandboxes that were replaced although no network plugin had refused them. */
  readonly sandboxes: number;
  /** Containers that the kubelet stopped though nobody deleted their pods. */
  readonly stops: number;
  readonly evidence: readonly Evidence[];
}

const total = (events: readonly SeenEvent[]): number =>
  events.reduce((sum, { count }) => sum + count, 0);

// A pod whose network could not be set up gets a new sandbox each time: that is the plugin's doing.
function sandboxEvents(snapshot: Snapshot, pod: Pod): readonly SeenEvent[] {
  const events = eventsAbout(snapshot, pod);
  return events.some(({ reason }) => reason === 'FailedCreatePodSandBox')
    ? []
    : events.filter(
        (event) => event.reason === 'SandboxChanged' && isRecent(snapshot, event, lately),
      );
}

function stopEvents(snapshot: Snapshot, pod: Pod): readonly SeenEvent[] {
  return pod.metadata.deletionTimestamp === undefined
    ? eventsAbout(snapshot, pod).filter(
        (event) =>
          event.reason === 'Killing' &&
          event.message.startsWith('Stopping container') &&
          isRecent(snapshot, event, lately),
      )
    : [];
}

// Felix that is healthy but cannot be asked (health port taken, localhost unknown) is killed for a reason of its own.
const isFatal = ({ level, message }: LogLine): boolean =>
  level === 'FATAL' || level === 'PANIC' || message.startsWith('Health endpoint failed');

/** The line in which Felix last called itself live and ready, if nothing bad came after it. */
function healthyEnd(lines: readonly LogLine[]): LogLine | null {
  const place = lines.findLastIndex((line) => overallHealth(line) !== null);
  const line = lines[place];
  const health = line && overallHealth(line);
  const isWell = health?.live === true && health.ready;
  return line && isWell && !lines.some(isFatal) ? line : null;
}

// The run that goes on tells of the one that ended only if it is well too: in its first seconds it says nothing.
function logEnd(snapshot: Snapshot, pod: Pod): Pick<QuietDeaths, 'logEnd' | 'evidence'> {
  const { ended, present } = runsOf(snapshot, pod);
  const run = ended ?? present;
  const line = run && healthyEnd(run.lines);
  if (run && line) {
    return { logEnd: 'healthy', evidence: [logEvidence(pod, 'calico-node', line, run.previous)] };
  }
  if (!ended) return { logEnd: null, evidence: [] };
  const { start, lines } = ended;
  const isTroubled =
    start.hasGivenUp || start.isRetrying || hasReached(start, 'serving') || lines.some(isFatal);
  return { logEnd: isTroubled ? 'troubled' : 'starting', evidence: [] };
}

/** True if something on the node ran out of memory: then that is what ends containers there. */
export const hasOomOn = (snapshot: Snapshot, { name, node }: NodeView): boolean =>
  podsOn(snapshot, name).some((pod) =>
    endingsOf(pod).some(({ reason }) => reason === 'OOMKilled'),
  ) ||
  (node !== null &&
    eventsAbout(snapshot, node).some(
      (event) => /OOM/.test(event.reason) && isRecent(snapshot, event, lately),
    ));

/** Gathers how containers end on a node; null if calico-node has no pod there. */
export function quietDeaths(snapshot: Snapshot, view: NodeView): QuietDeaths | null {
  const { pod } = view;
  if (!pod) return null;
  const pods = podsOn(snapshot, view.name);
  const sandboxes = pods.flatMap((one) => sandboxEvents(snapshot, one));
  const stops = pods.flatMap((one) => stopEvents(snapshot, one));
  const deaths = neighbourDeaths(snapshot, view, lately).filter(
    (death) => !wasProbeKilled(snapshot, death.pod),
  );
  const log = logEnd(snapshot, pod);
  const ending = calicoEnding(pod);
  return {
    logEnd: log.logEnd,
    others: [...new Set(deaths.map((death) => death.pod.metadata.name))],
    sandboxes: total(sandboxes),
    stops: total(stops),
    evidence: [
      ...(ending
        ? [
            fieldEvidence(
              pod,
              'status.containerStatuses[calico-node].lastState.terminated',
              `exit ${ending.exitCode ?? 'unknown'} ${ending.reason}, ${ending.restarts} restarts`,
            ),
          ]
        : []),
      ...log.evidence,
      ...deaths
        .slice(0, 2)
        .map((death) =>
          fieldEvidence(
            death.pod,
            `status.containerStatuses[${death.ending.container}].lastState.terminated`,
            `exit ${death.ending.exitCode ?? 'unknown'}, ${death.ending.restarts} restarts`,
          ),
        ),
      ...[sandboxes.at(-1), stops.at(-1)].flatMap((event) => (event ? [eventEvidence(event)] : [])),
    ],
  };
}
