import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, fieldEvidence } from '../calico/evidence.ts';
import { isRecent } from '../calico/events.ts';
import type { NodeView } from '../calico/nodes.ts';
import { heldContainers, sickEvents } from '../calico/waiting.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { nodeRunbook } from '../remediations/node-runbook.ts';
import { defineCheck } from './define.ts';

type Cause =
  | 'not-shared-mount'
  | 'pause-image'
  | 'file-limits'
  | 'disk-full'
  | 'security-module'
  | 'kernel-feature'
  | 'missing-config'
  | 'unknown';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: Cause;
  /** True if the pod's sandbox could not be made, false if one of its containers. */
  readonly isSandbox: boolean;
}

const reasons = new Set([
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
]);

// A time-out, a lost runtime and a wrong cgroup path are told by their own checks.
const others =
  /context deadline exceeded|DeadlineExceeded|containerd\.sock|docker\.sock|failed to reserve (?:container|sandbox) name|cgroupsPath|exec format error|microarchitecture/;

const causes: readonly (readonly [RegExp, Cause])[] = [
  [/not a shared(?: or slave)? mount/, 'not-shared-mount'],
  [/failed to (?:get|pull|start) (?:and start )?sandbox image|pause:/, 'pause-image'],
  [/too many open files|resource temporarily unavailable|inotify/, 'file-limits'],
  [/no space left on device/, 'disk-full'],
  [/apparmor|seccomp|selinux|permission denied|operation not permitted/i, 'security-module'],
  [/kernel\/security|not supported|unknown filesystem/, 'kernel-feature'],
  [/configmap|secret|couldn't find key/i, 'missing-config'],
];

interface Case {
  readonly view: NodeView;
  readonly text: string;
  readonly isSandbox: boolean;
  readonly evidence: Evidence;
}

function casesOf(snapshot: Snapshot): readonly Case[] {
  const held = heldContainers(snapshot, reasons).map(({ view, pod, status, reason, message }) => ({
    view,
    text: message,
    isSandbox: false,
    evidence: fieldEvidence(pod, `status ${status.name ?? ''}`, `${reason}: ${message}`),
  }));
  // calico-node runs in the host's network: no CNI plugin takes part in making its sandbox.
  const sandboxes = sickEvents(
    snapshot,
    (event) => event.reason === 'FailedCreatePodSandBox' && isRecent(snapshot, event, 600),
  )
    .filter(({ view }) => view.pod?.status?.phase === 'Pending')
    .map(({ view, event }) => ({
      view,
      text: event.message,
      isSandbox: true,
      evidence: eventEvidence(event),
    }));
  const known = new Set(held.map(({ view }) => view));
  return [...held, ...sandboxes.filter(({ view }) => !known.has(view))].filter(
    ({ text }) => !others.test(text),
  );
}

const causeOf = (text: string): Cause =>
  causes.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';

function draftOf(cause: Cause, cases: readonly Case[]): Draft<Facts> {
  const views = [...new Set(cases.map(({ view }) => view))];
  const affected = affectedBy(views);
  const nodes = views.map(({ name }) => name);
  return {
    severity: 'error',
    confidence: cause === 'unknown' ? 'likely' : 'confirmed',
    facts: { nodes, cause, isSandbox: cases.every(({ isSandbox }) => isSandbox) },
    affected,
    evidence: cases.slice(0, 3).map(({ evidence }) => evidence),
    explains: [
      'pod-not-ready',
      'rollout-blocked',
      'bgp-peer-down',
      'runtime-broken-init-stuck',
      'bpf-filesystem-not-mounted',
    ].map((id) => ({ id, affected })),
    remedies: [
      nodeRunbook({
        id: 'repair-container-start',
        title: remedyTitles[cause],
        risk: 'none',
        consequences: [words.again],
        work: nodes.map((node) => ({ node, commands: commands[cause] })),
      }),
    ],
  };
}

// The runtime refuses the sandbox or a container for a reason of the machine: mounts, limits, security modules, disk.
export const containerCreateFailure = defineCheck<Facts>({
  id: 'container-create-failure',
  title: 'the runtime of every node can make the containers of calico-node',
  needs: [],
  uses: ['events'],
  run: (snapshot) => {
    const byCause = Map.groupBy(casesOf(snapshot), ({ text }) => causeOf(text));
    return [...byCause].map(([cause, cases]) => draftOf(cause, cases));
  },
  words: {
    en: {
      title: ({ nodes, cause, isSandbox }) =>
        `the runtime on ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')} cannot make ${isSandbox ? 'the sandbox' : 'a container'} of calico-node: ${causeWords[cause]}`,
      summary: () =>
        'The runtime was asked and refused, so the reason lies on the machine. The kubelet tries again and again.',
      ruledOut: ({ isSandbox }) =>
        isSandbox ? ['not the CNI plugin: calico-node uses the network of the host'] : [],
    },
  },
});

const causeWords: Readonly<Record<Cause, string>> = {
  'not-shared-mount': 'a mount of the host is not shared',
  'pause-image': 'its pause image cannot be had',
  'file-limits': 'the machine is at a limit of open files or processes',
  'disk-full': 'its disk is full',
  'security-module': 'a security module or missing permission forbids it',
  'kernel-feature': 'its kernel lacks what is mounted',
  'missing-config': 'an object that the container refers to is missing',
  unknown: 'the message tells why',
};

const remedyTitles: Readonly<Record<Cause, string>> = {
  'not-shared-mount': 'Make the mounts of these nodes shared',
  'pause-image': 'Give the runtime its pause image',
  'file-limits': 'Raise the limits of these nodes',
  'disk-full': 'Free space on these nodes',
  'security-module': 'See what forbids it, and allow it for calico-node',
  'kernel-feature': 'Use a kernel that has it, or a Calico release that does not mount it',
  'missing-config': 'Make the object that is missing',
  unknown: 'See what the runtime says',
};

const commands: Readonly<Record<Cause, readonly string[]>> = {
  'not-shared-mount': [
    'findmnt -o TARGET,PROPAGATION / /sys',
    'mount --make-rshared /; mount --make-rshared /sys',
    '# make it last with a systemd unit, or with the options of whatever starts this machine',
  ],
  'pause-image': [
    'crictl info | grep -i sandboxImage',
    'grep -n sandbox /etc/containerd/config.toml',
    'crictl pull IMAGE   # the one that is named there',
  ],
  'file-limits': [
    'sysctl fs.inotify.max_user_instances fs.inotify.max_user_watches fs.file-nr',
    'sysctl -w fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=1048576',
  ],
  'disk-full': ['df -h; df -i', 'crictl rmi --prune; journalctl --vacuum-size=200M'],
  'security-module': [
    'journalctl -k --since -1h | grep -iE "apparmor|selinux|audit|denied"',
    'journalctl -u containerd --since -1h | tail -50',
  ],
  'kernel-feature': [
    'uname -r; zgrep -E "CONFIG_SECURITYFS|CONFIG_BPF_SYSCALL" /proc/config.gz /boot/config-$(uname -r) 2>/dev/null',
  ],
  'missing-config': [
    '# from a terminal with kubectl: which object does the message name?',
    'kubectl get events -A --field-selector reason=Failed',
  ],
  unknown: ['journalctl -u containerd -u crio -u docker -u kubelet --since -30min | tail -100'],
};

const words = { again: 'The kubelet tries again by itself; no pod has to be deleted.' };
