import type { CreationCause } from '../calico/container-creation.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { nodeRunbook } from './node-runbook.ts';
import { restoreObject } from './restore-object.ts';

export interface RefusedStart {
  readonly cause: CreationCause;
  /** What the message names: a path, an image, an object; null if nothing. */
  readonly detail: string | null;
  readonly nodes: readonly string[];
  readonly install: Install;
}

const journal =
  'sudo journalctl -u containerd -u crio -u docker -u kubelet --since -15min --no-pager | tail -60';

function commandsFor({ cause, detail }: RefusedStart): readonly string[] {
  switch (cause) {
    case 'not-shared-mount':
      return [
        'findmnt -o TARGET,PROPAGATION / /sys /sys/fs /run',
        'sudo mount --make-rshared /; sudo mount --make-rshared /sys',
        words.atBoot,
      ];
    case 'pause-image':
      return [
        'sudo crictl info | grep -i sandboxImage; grep -n sandbox /etc/containerd/config.toml',
        `sudo crictl pull ${detail ?? 'IMAGE'}`,
        words.noRegistry,
      ];
    case 'file-limits':
      return [
        'sysctl fs.inotify.max_user_instances fs.inotify.max_user_watches fs.file-nr kernel.pid_max; free -m',
        'sudo sysctl -w fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=1048576',
        "printf 'fs.inotify.max_user_instances=8192\\nfs.inotify.max_user_watches=1048576\\n' | sudo tee /etc/sysctl.d/99-inotify.conf",
        words.runaway,
      ];
    case 'disk-full':
      return [
        'df -h / /var /run; df -ih /var',
        'sudo crictl rmi --prune; sudo journalctl --vacuum-size=200M',
      ];
    case 'security-module':
    case 'mount-refused':
      return [
        'sudo journalctl -k --since -1h --no-pager | grep -iE "apparmor|selinux|audit|denied" | tail -20',
        journal,
      ];
    case 'kernel-feature':
      return [
        'uname -r; zgrep -E "CONFIG_SECURITYFS|CONFIG_BPF_SYSCALL" /proc/config.gz /boot/config-$(uname -r) 2>/dev/null',
        words.otherRelease,
      ];
    case 'cgroup':
      return ['stat -fc %T /sys/fs/cgroup; grep cgroup /proc/mounts', journal];
    default:
      return [journal];
  }
}

const manifestWork = (start: RefusedStart): Remedy => ({
  id: 'repair-pod-template',
  title: titles[start.cause],
  action: 'manual',
  risk: 'restarts-pods',
  changes: [],
  consequences: [words.rollout],
  manual: [
    `kubectl -n ${start.install.namespace ?? 'kube-system'} get daemonset ${start.install.daemonSet ?? 'calico-node'} -o yaml`,
    words.template[start.cause === 'must-be-root' ? 'root' : 'program'],
  ],
});

/** What lets the runtime make the container: work on the machine, an object that is missing, or the pod's template. */
export function containerStart(start: RefusedStart): Remedy {
  const { cause, detail, install, nodes } = start;
  if (cause === 'missing-config') {
    const object = /^(configmap|secret) "(.+)"$/i.exec(detail ?? '');
    const key = /in (ConfigMap|Secret) (?:[^/]+\/)?(\S+)$/.exec(detail ?? '');
    const found = object ?? key;
    const what = found ? `${found[1]?.toLowerCase()}/${found[2]}` : null;
    return restoreObject(install, what, titles[cause]);
  }
  if (cause === 'must-be-root' || cause === 'missing-program') return manifestWork(start);
  return nodeRunbook({
    id: 'repair-container-start',
    title: titles[cause],
    risk: 'none',
    consequences: [words.again],
    work: nodes.map((node) => ({ node, commands: commandsFor(start) })),
  });
}

const titles: Readonly<Record<CreationCause, string>> = {
  'not-shared-mount': 'Make the mounts of these nodes shared',
  'kernel-feature': 'Use a kernel that has it, or a Calico patch release that does not mount it',
  'mount-refused': 'See what forbids the mount on these nodes',
  'pause-image': 'Give the runtime its pause image',
  'file-limits': 'Raise the limits of these nodes, or end what uses them up',
  'disk-full': 'Free space on these nodes',
  'missing-config': 'Bring back what the container refers to',
  'must-be-root': 'Let calico-node run as root again',
  'missing-program': 'Use manifest and image of one release',
  'runtime-handler': 'Set up the runtime handler on these nodes, or take it out of the pod',
  'security-module': 'See what forbids it, and allow it for calico-node',
  cgroup: 'Repair the cgroups of these nodes',
  unknown: 'See what the runtime says',
};

const words = {
  again: 'The kubelet tries again by itself; no pod has to be deleted.',
  rollout: 'calico-node restarts node by node, the pods that wait first.',
  atBoot:
    '# make it last: a systemd unit that does the same at boot, or the options of whatever starts this machine',
  noRegistry: '# no way to the registry: load it from a file with ctr -n k8s.io images import FILE',
  runaway:
    "# still at the limit: which program holds them? sudo lsof | awk '{print $1}' | sort | uniq -c | sort -rn | head",
  otherRelease:
    '# /sys/kernel/security is mounted by some patch releases only: compare with the release before or after',
  template: {
    root: '# runAsNonRoot in the securityContext of pod or container must go; an admission policy may have put it there',
    program:
      '# command and image of a container do not fit together: both must come from the same release',
  },
};
