import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { eventsAbout, isRecent } from '../calico/events.ts';
import { endingOf } from '../calico/endings.ts';
import { lastLine } from '../calico/logs.ts';
import { sickViews, type NodeView } from '../calico/nodes.ts';
import { statusOf } from '../calico/pods.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { nodeRunbook } from '../remediations/node-runbook.ts';
import { defineCheck } from './define.ts';

type Step = 'bpf-filesystem' | 'cgroup2' | 'bpf-network';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly container: string;
  readonly step: Step;
}

interface Case {
  readonly view: NodeView;
  readonly container: string;
  readonly step: Step;
  readonly evidence: readonly Evidence[];
}

const containers = ['mount-bpffs', 'ebpf-bootstrap'];
// Exit codes of the node-init program: node/cmd/mountns, node/pkg/nodeinit.
const steps: Readonly<Record<number, Step>> = {
  2: 'bpf-filesystem',
  3: 'cgroup2',
  4: 'bpf-network',
};
const said =
  /Failed to mount BPF filesystem|Failed to mount cgroup2 filesystem|Failed to initialize BPF network/;
const usage = /flag provided but not defined/;

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod } = view;
  if (!pod) return null;
  for (const container of containers) {
    const status = statusOf(pod, container);
    const ending = endingOf(status);
    const line = lastLine(snapshot, pod, container, said);
    if (lastLine(snapshot, pod, container, usage)) return null;
    const isOver = status?.state?.terminated?.exitCode === 0 || status === undefined;
    const step = steps[ending?.exitCode ?? 0];
    if (!isOver && (step || line)) {
      return {
        view,
        container,
        step: step ?? 'bpf-filesystem',
        evidence: [
          fieldEvidence(
            pod,
            `status ${container}`,
            `exitCode ${ending?.exitCode ?? '?'}, ${status.restartCount ?? 0} restarts`,
          ),
          ...(line ? [logEvidence(pod, container, line.line, line.previous)] : []),
        ],
      };
    }
  }
  const mount = eventsAbout(snapshot, pod).findLast(
    (event) =>
      event.reason === 'FailedMount' &&
      /"bpffs".*sys\/fs\/bpf/.test(event.message) &&
      isRecent(snapshot, event, 600),
  );
  return mount
    ? { view, container: 'mount-bpffs', step: 'bpf-filesystem', evidence: [eventEvidence(mount)] }
    : null;
}

function draftOf(cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const affected = affectedBy(views);
  const step = cases[0]?.step ?? 'bpf-filesystem';
  return {
    severity: 'error',
    confidence: cases.some(({ evidence }) => evidence.length > 1) ? 'confirmed' : 'likely',
    facts: { nodes: views.map(({ name }) => name), container: cases[0]?.container ?? '', step },
    affected,
    evidence: cases.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: ['pod-not-ready', 'rollout-blocked', 'bgp-peer-down', 'hostpath-mount-failure'].map(
      (id) => ({ id, affected }),
    ),
    remedies: [
      nodeRunbook({
        id: 'mount-bpf-filesystem',
        title: words.title,
        risk: 'none',
        consequences: [words.again],
        work: views.map(({ name }) => ({
          node: name,
          commands: [
            'findmnt /sys/fs/bpf || mount bpffs /sys/fs/bpf -t bpf',
            'findmnt -o TARGET,PROPAGATION / /sys   # both must be shared',
            'mount --make-rshared /; mount --make-rshared /sys',
            "grep -q /sys/fs/bpf /etc/fstab || echo 'bpffs /sys/fs/bpf bpf defaults 0 0' >> /etc/fstab",
          ],
        })),
      }),
    ],
  };
}

// The init container prepares the eBPF dataplane, whether it is used or not; it needs a kernel with the file system and shared mounts.
export const bpfFilesystemNotMounted = defineCheck<Facts>({
  id: 'bpf-filesystem-not-mounted',
  title: 'every node has the BPF file system that calico-node mounts',
  needs: [],
  uses: ['events', 'logs'],
  run: (snapshot) => {
    const cases = sickViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    return cases.length === 0 ? [] : [draftOf(cases)];
  },
  words: {
    en: {
      title: ({ nodes, step }) =>
        `${stepWords[step]} on ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')}`,
      summary: ({ container }) =>
        `The init container ${container} fails, so calico-node is not started. It prepares the eBPF dataplane even where that is not in use.`,
    },
  },
});

const stepWords: Readonly<Record<Step, string>> = {
  'bpf-filesystem': 'the BPF file system cannot be mounted',
  cgroup2: 'the cgroup2 file system cannot be mounted',
  'bpf-network': 'the eBPF network cannot be set up',
};

const words = {
  title: 'Mount it on these nodes, now and at each boot',
  again: 'The kubelet starts the init container again by itself.',
};
