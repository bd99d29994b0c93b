import type { BpfStep } from '../calico/bpf-init.ts';
import type { Install } from '../model/install.ts';
import type { PodSpec } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { inTemplate } from './container-fields.ts';
import {
  durablePlace,
  isRenderedByOperator,
  isSendable,
  lastsUntil,
  shellJson,
} from './durable.ts';
import { nodeRunbook } from './node-runbook.ts';

export interface BpfNodes {
  readonly step: BpfStep;
  readonly container: string;
  readonly nodes: readonly string[];
  /** True if the kernel has no such file system. */
  readonly isMissing: boolean;
  /** Whether the eBPF dataplane is in use; null where that was not read. */
  readonly isUsed: boolean | null;
  /** The pod template of the DaemonSet; undefined where it was not read. */
  readonly template: PodSpec | undefined;
  readonly install: Install;
}

const shared = [
  'findmnt -o TARGET,PROPAGATION / /sys   # both must be shared',
  'sudo mount --make-rshared /; sudo mount --make-rshared /sys',
];

const stepCommands: Readonly<Record<BpfStep, readonly string[]>> = {
  'bpf-filesystem': [
    'uname -r; grep bpf /proc/filesystems',
    'findmnt /sys/fs/bpf || sudo mount bpffs /sys/fs/bpf -t bpf',
    ...shared,
    "grep -q /sys/fs/bpf /etc/fstab || echo 'bpffs /sys/fs/bpf bpf defaults 0 0' | sudo tee -a /etc/fstab",
  ],
  cgroup2: ['grep cgroup2 /proc/filesystems; findmnt -t cgroup2', ...shared],
  'bpf-network': [
    'uname -r; sudo journalctl -k --since -1h --no-pager | grep -i bpf | tail -20',
    ...shared,
  ],
};

const onNodes = ({ step, nodes, isMissing }: BpfNodes): Remedy =>
  nodeRunbook({
    id: 'mount-bpf-filesystem',
    title: words.mount,
    risk: 'none',
    consequences: [words.again],
    work: nodes.map((node) => ({
      node,
      commands: [...stepCommands[step], ...(isMissing ? [words.noKernel] : [])],
    })),
  });

// As Calico's manifests have it: the volume has this name, and nobody else mounts it.
function isWhole(container: string, template: PodSpec | undefined): boolean {
  const users = [...(template?.initContainers ?? []), ...(template?.containers ?? [])].filter(
    ({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === 'bpffs'),
  );
  const node = users.find(({ name }) => name === 'calico-node');
  return (
    template?.initContainers?.some(({ name }) => name === container) === true &&
    node?.volumeMounts?.some(({ mountPath }) => mountPath === '/sys/fs/bpf') === true &&
    users.every(({ name }) => name === container || name === 'calico-node') &&
    template.volumes?.some(({ name }) => name === 'bpffs') === true
  );
}

/** Without the eBPF dataplane neither the init container nor the volume is needed: strategic merge takes both out by name. */
function without({ container, install, isUsed, template }: BpfNodes): Remedy {
  const name = install.daemonSet ?? 'calico-node';
  const namespace = install.namespace ?? 'kube-system';
  const gone = (item: object): object => ({ ...item, $patch: 'delete' });
  const spec = {
    initContainers: [gone({ name: container })],
    containers: [{ name: 'calico-node', volumeMounts: [gone({ mountPath: '/sys/fs/bpf' })] }],
    volumes: [gone({ name: 'bpffs' })],
  };
  const place = durablePlace(install);
  const isSure = isUsed === false && isWhole(container, template);
  const { changes, durable } = isSure ? inTemplate(install, spec) : { changes: [] };
  return {
    id: 'drop-bpf-init',
    title: words.drop(container),
    action: changes.length > 0 || !isSendable(install) ? install.action : 'manual',
    risk: 'restarts-pods',
    target: { kind: 'DaemonSet', name, namespace },
    changes,
    ...(durable ? { durable } : {}),
    consequences: [words.rollout, ...(changes.length > 0 ? lastsUntil(install) : [])],
    manual: [
      words.isUsed,
      'kubectl get felixconfigurations.crd.projectcalico.org default -o jsonpath=\'{.spec.bpfEnabled}{"\\n"}\'',
      `kubectl -n ${namespace} get daemonset ${name} -o yaml | grep -n -B2 -A2 bpffs`,
      `kubectl -n ${namespace} patch daemonset ${name} --type strategic -p ${shellJson({ spec: { template: { spec } } })}`,
      isSendable(install) ? words.alsoIn(place) : words.onlyIn(place),
    ],
  };
}

/** Mounts what is missing on the nodes; where the manifest is one's own, the part that needs it can also go. */
export const mountBpf = (bpf: BpfNodes): readonly Remedy[] =>
  isRenderedByOperator(bpf.install) ? [onNodes(bpf)] : [onNodes(bpf), without(bpf)];

const words = {
  mount: 'Mount it on these nodes, now and at each boot',
  again: 'The kubelet starts the init container again by itself within five minutes.',
  noKernel:
    '# no line "bpf" above: this kernel was built without it, and only another kernel helps',
  drop: (container: string): string =>
    `Run without ${container}, if the eBPF dataplane is not in use`,
  isUsed: '# "true" below means that eBPF is in use: then stop here',
  rollout:
    'calico-node restarts node by node, the pods that wait first; running pods keep their network.',
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
  onlyIn: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
};
