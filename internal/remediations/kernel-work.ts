import type { Remedy } from '../model/remedy.ts';
import { nodeRunbook } from './node-runbook.ts';

/** Loads what the running kernel lacks, now and at each boot, and shows the classic reason why it cannot be loaded. */
export const loadModules = (nodes: readonly string[], modules: readonly string[]): Remedy =>
  nodeRunbook({
    id: 'load-modules',
    title: words.load,
    risk: 'none',
    consequences: [words.recovers],
    work: nodes.map((node) => ({
      node,
      commands: [
        'uname -r; ls /lib/modules   # the running kernel must be among them; if not, reboot into the installed one',
        ...modules.map((module) => `modprobe ${module}`),
        `printf '%s\\n' ${modules.join(' ')} > /etc/modules-load.d/calico.conf`,
        '# "not found in directory": install the package that has them (linux-modules-extra-$(uname -r) on Ubuntu), then again',
      ],
    })),
  });

/** The commands before a machine is rebooted. */
export const drainFirst = (node: string): readonly string[] => [
  `# ${words.loses}`,
  `kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data`,
];

/** The commands after it. */
export const readyAgain = (node: string): readonly string[] => [
  `kubectl wait node/${node} --for=condition=Ready --timeout=15m`,
  `kubectl uncordon ${node}`,
];

/** Takes rules or sets of another program, or of the other backend, off the node; a reboot is the only clean way. */
export const rebootNodes = (nodes: readonly string[], look: readonly string[]): Remedy =>
  nodeRunbook({
    id: 'reboot-nodes',
    title: words.reboot,
    risk: 'interrupts-traffic',
    consequences: [words.oneByOne],
    before: drainFirst,
    after: readyAgain,
    work: nodes.map((node) => ({ node, commands: [...look, 'reboot'] })),
  });

/** A newer release is the cure: what is wrong is in the programs that the image brings along. */
export const newerRelease = (title: string): Remedy => ({
  id: 'newer-release',
  title,
  action: 'manual',
  risk: 'restarts-pods',
  changes: [],
  consequences: [words.rollout],
  manual: [`# ${words.upgrade}`],
});

const words = {
  load: 'Load the missing kernel modules, now and at each boot',
  recovers: 'Felix tries again by itself within seconds.',
  reboot: 'Drain and reboot these nodes, one by one: their rules start clean',
  oneByOne:
    'The pods of a node move elsewhere while it is away; wait until its calico-node is ready before the next one.',
  loses: 'what the evicted pods keep in emptyDir volumes is lost',
  rollout: 'calico-node restarts node by node; running pods keep their network.',
  upgrade:
    'upgrade by the way Calico was installed (operator manifest, Helm chart, calico.yaml), all components to one release',
};
