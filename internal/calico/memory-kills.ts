import type { Evidence } from '../model/finding.ts';
import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { endingOf, isRecentEnd } from './endings.ts';
import { eventsAbout, isRecent } from './events.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import type { NodeView } from './nodes.ts';
import { runsOf } from './start-up.ts';

/** A container of a calico-node pod, or a process in it, that the kernel killed for lack of memory. */
export interface MemoryKill {
  readonly view: NodeView;
  readonly container: string;
  /** The memory limit of the container; null where it has none: then the node itself ran out. */
  readonly limit: string | null;
  readonly restarts: number;
  /** `container`: its status says so; `processes`: processes in it come and go; `node`: the node's own message. */
  readonly seenBy: 'container' | 'processes' | 'node';
  /** Two sources say so. */
  readonly isSure: boolean;
  readonly evidence: readonly Evidence[];
}

const lately = 3600;

const limitOf = (pod: Pod, container: string): string | null =>
  [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(
    ({ name }) => name === container,
  )?.resources?.limits?.['memory'] ?? null;

/** Pids of Felix in a log, in order of their first line. */
export function felixPids(lines: readonly LogLine[]): readonly number[] {
  const isFelix = ({ component, message }: LogLine): boolean =>
    component === 'felix' || message.startsWith('Felix starting up');
  return [...new Set(lines.filter(isFelix).flatMap(({ pid }) => pid ?? []))];
}

// Felix that ends by itself says why; a process that the kernel kills says nothing.
const saysWhy = ({ level, message }: LogLine): boolean =>
  level === 'FATAL' ||
  level === 'PANIC' ||
  /^(?:Felix is shutting down|Exiting|Received OS signal)/.test(message);

/** How many times Felix was followed by another one without having said why it ends. */
export function silentEnds(lines: readonly LogLine[]): number {
  if (lines.some(({ pid, message }) => pid === null && /^(?:panic|fatal error): /.test(message)))
    return 0;
  const told = new Set(lines.filter(saysWhy).map(({ pid }) => pid));
  return felixPids(lines)
    .slice(0, -1)
    .filter((pid) => !told.has(pid)).length;
}

const manyEnds = 2;

function byProcesses(snapshot: Snapshot, view: NodeView): Omit<MemoryKill, 'restarts'> | null {
  const { pod } = view;
  const limit = pod && limitOf(pod, 'calico-node');
  if (!pod || limit === null) return null;
  const { present, ended } = runsOf(snapshot, pod);
  const run = [present, ended].find((one) => one && silentEnds(one.lines) >= manyEnds);
  const start = run?.lines.findLast(({ message }) => message.startsWith('Felix starting up'));
  if (!run) return null;
  const line = start ?? run.start.last;
  return {
    view,
    container: 'calico-node',
    limit,
    seenBy: 'processes',
    isSure: false,
    evidence: [
      fieldEvidence(pod, 'spec.containers[calico-node].resources.limits.memory', limit),
      ...(line ? [logEvidence(pod, 'calico-node', line, run.previous)] : []),
    ],
  };
}

// kubelet, pkg/kubelet/oom: "System OOM encountered, victim process: calico-node, pid: 4711".
function nodeEvents(snapshot: Snapshot, { node }: NodeView): readonly Evidence[] {
  if (!node) return [];
  return eventsAbout(snapshot, node)
    .filter(
      (event) =>
        /OOM/.test(event.reason) &&
        /victim process: (?:calico|felix|bird|confd)|\((?:calico-node|bird6?|confd)\)/.test(
          event.message,
        ) &&
        isRecent(snapshot, event, lately),
    )
    .slice(-1)
    .map(eventEvidence);
}

function byStatus(
  snapshot: Snapshot,
  view: NodeView,
  pod: Pod,
  status: ContainerStatus,
): MemoryKill[] {
  const ending = endingOf(status);
  if (ending?.reason !== 'OOMKilled') return [];
  const isNow = view.health?.state === 'sick' || isRecentEnd(ending, snapshot.takenAt, lately);
  if (!isNow) return [];
  const limit = limitOf(pod, ending.container);
  const events = nodeEvents(snapshot, view);
  return [
    {
      view,
      container: ending.container,
      limit,
      restarts: ending.restarts,
      seenBy: 'container',
      isSure: limit !== null || events.length > 0,
      evidence: [
        fieldEvidence(
          pod,
          `status.containerStatuses[${ending.container}].lastState.terminated`,
          `OOMKilled, exit ${ending.exitCode ?? 'unknown'}, ${ending.restarts} restarts`,
        ),
        ...(limit === null
          ? []
          : [
              fieldEvidence(
                pod,
                `spec.containers[${ending.container}].resources.limits.memory`,
                limit,
              ),
            ]),
        ...events,
      ],
    },
  ];
}

/** What was killed for lack of memory on a node, in its calico-node pod: the worst first; empty if nothing was of late. */
export function memoryKills(snapshot: Snapshot, view: NodeView): readonly MemoryKill[] {
  const { pod } = view;
  if (!pod || view.isLost) return [];
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ];
  const found = statuses.flatMap((status) => byStatus(snapshot, view, pod, status));
  if (found.length > 0) return found;
  const processes = byProcesses(snapshot, view);
  const events = nodeEvents(snapshot, view);
  const restarts = statuses[0]?.restartCount ?? 0;
  if (processes) {
    const isSure = events.length > 0;
    return [{ ...processes, restarts, isSure, evidence: [...processes.evidence, ...events] }];
  }
  return events.length > 0 && view.health?.state === 'sick'
    ? [
        {
          view,
          container: 'calico-node',
          limit: limitOf(pod, 'calico-node'),
          restarts,
          seenBy: 'node',
          isSure: false,
          evidence: events,
        },
      ]
    : [];
}
