import type { Evidence } from '../model/finding.ts';
import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { endingOf, type Ending } from './endings.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { isRecent } from './events.ts';
import { lastLine, type FoundLine } from './logs.ts';
import { sickViews, type NodeView } from './nodes.ts';
import { pendingInit } from './pods.ts';
import { holdingEvents } from './waiting.ts';

/** What the init container of the eBPF dataplane could not do. */
export type BpfStep = 'bpf-filesystem' | 'cgroup2' | 'bpf-network';

export interface FailedBpfInit {
  readonly view: NodeView;
  readonly container: string;
  readonly step: BpfStep;
  /** True if the kernel of the node has no such file system at all: then nothing can be mounted. */
  readonly isMissing: boolean;
  readonly evidence: readonly Evidence[];
}

// `mount-bpffs` of v3.22.5 and v3.23 to v3.30, `ebpf-bootstrap` of v3.31 and newer: both run `calico-node -init`.
const containers = new Set(['mount-bpffs', 'ebpf-bootstrap']);
// Its exit codes, and what it says before (node/pkg/nodeinit/calico-init_linux.go).
const stepOfCode: Readonly<Record<number, BpfStep>> = {
  2: 'bpf-filesystem',
  3: 'cgroup2',
  4: 'bpf-network',
};
const said =
  /Failed to mount (?<what>BPF|cgroup2) filesystem|Failed to initialize (?<network>BPF) network|Failed to (?:mount|set up) .*\/sys\/fs\/bpf/;
// An unknown flag also ends with 2: manifest and image are of different releases then.
const usage = /flag provided but not defined|unknown (?:shorthand )?flag|unknown command|^Usage of/;
const noKernelSupport = /no such device|unknown filesystem type|not supported|ENODEV/;

function stepOf(line: FoundLine | null, ending: Ending | null): BpfStep | null {
  const groups = said.exec(line?.line.text ?? '')?.groups;
  if (groups)
    return groups['network']
      ? 'bpf-network'
      : groups['what'] === 'cgroup2'
        ? 'cgroup2'
        : 'bpf-filesystem';
  return stepOfCode[ending?.exitCode ?? 0] ?? null;
}

function fromContainer(
  snapshot: Snapshot,
  view: NodeView,
  pod: Pod,
  status: ContainerStatus,
): FailedBpfInit | null {
  const container = status.name ?? '';
  if (!containers.has(container) || lastLine(snapshot, pod, container, usage)) return null;
  const ending = endingOf(status);
  const line = lastLine(snapshot, pod, container, said);
  const step = stepOf(line, ending);
  if (!step || (!line && !ending)) return null;
  return {
    view,
    container,
    step,
    isMissing: noKernelSupport.test(line?.line.text ?? ''),
    evidence: [
      ...(ending
        ? [
            fieldEvidence(
              pod,
              `status.initContainerStatuses[${container}]`,
              `exit ${ending.exitCode ?? '?'}, ${ending.restarts} restarts`,
            ),
          ]
        : []),
      ...(line ? [logEvidence(pod, container, line.line, line.previous)] : []),
    ],
  };
}

// The volume is of type Directory, so the kubelet looks first: a kernel without BPF has no such path.
function fromMounts(snapshot: Snapshot): readonly FailedBpfInit[] {
  const events = holdingEvents(
    snapshot,
    (event) =>
      event.reason === 'FailedMount' &&
      /hostPath type check failed: \/sys\/fs\/bpf/.test(event.message) &&
      isRecent(snapshot, event, 1800),
  );
  return events.map(({ view, pod, event }) => ({
    view,
    container:
      (pod.spec?.initContainers ?? []).find(({ name }) => containers.has(name ?? ''))?.name ??
      'mount-bpffs',
    step: 'bpf-filesystem',
    isMissing: true,
    evidence: [eventEvidence(event), fieldEvidence(pod, 'status.phase', pod.status?.phase ?? '')],
  }));
}

/** Sick calico-node pods that stand still because the eBPF dataplane's file systems cannot be prepared on their node. */
export function failedBpfInits(snapshot: Snapshot): readonly FailedBpfInit[] {
  const fromInits = sickViews(snapshot).flatMap((view) => {
    const status = view.pod && pendingInit(view.pod);
    return view.pod && status ? (fromContainer(snapshot, view, view.pod, status) ?? []) : [];
  });
  return [...fromInits, ...fromMounts(snapshot)];
}
