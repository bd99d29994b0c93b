import type { RuntimeName } from '../calico/runtime.ts';
import type { Remedy } from '../model/remedy.ts';
import { kubeletUnit, nodeRunbook } from './node-runbook.ts';
import type { Node } from '../model/kubernetes.ts';

/** A machine on which kubelet and container runtime manage cgroups in different ways. */
export interface CgroupNode {
  readonly name: string;
  readonly node: Node | null;
  readonly runtime: RuntimeName | null;
  readonly pod: string | null;
  readonly namespace: string;
}

const kubeletConfig = '/var/lib/kubelet/config.yaml';

// containerd 2 renamed its CRI plugin (containerd, docs/cri/config.md).
const containerdSection = (node: Node | null): string =>
  /^containerd:\/\/v?1\./.test(node?.status?.nodeInfo?.containerRuntimeVersion ?? '')
    ? `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]`
    : `[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]`;

interface Steps {
  /** Says what the runtime uses now. */
  readonly show: string;
  readonly change: readonly string[];
  readonly service: string;
}

const containerd = (node: Node | null): Steps => ({
  show: 'sudo containerd config dump | grep -n SystemdCgroup',
  change: [
    'sudo cp -n /etc/containerd/config.toml /etc/containerd/config.toml.before',
    `sudo sed -i 's/SystemdCgroup *= *false/SystemdCgroup = true/' /etc/containerd/config.toml`,
    words.missing(containerdSection(node)),
  ],
  service: 'containerd',
});

const steps: Readonly<Record<RuntimeName, (node: Node | null) => Steps>> = {
  containerd,
  docker: () => ({
    show: 'sudo docker info --format "{{.CgroupDriver}}"',
    change: [words.docker],
    service: 'docker',
  }),
  'cri-o': () => ({
    show: 'sudo crio config 2>/dev/null | grep -n cgroup_manager',
    change: [words.crio],
    service: 'crio',
  }),
};

/** Gives kubelet and runtime the same cgroup driver, systemd, on each of these machines. */
export function sameCgroupDriver(nodes: readonly CgroupNode[]): Remedy {
  const of = (name: string): CgroupNode | undefined => nodes.find((node) => node.name === name);
  return nodeRunbook({
    id: 'same-cgroup-driver',
    title: words.title,
    risk: 'interrupts-traffic',
    consequences: words.consequences,
    before: (name) => [
      `kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data`,
      words.drained,
    ],
    after: (name) => {
      const { pod, namespace } = of(name) ?? { pod: null, namespace: 'kube-system' };
      return [
        ...(pod === null ? [] : [`kubectl -n ${namespace} delete pod ${pod}`]),
        `kubectl uncordon ${name}`,
        `kubectl get pods --all-namespaces --field-selector spec.nodeName=${name}`,
        words.expect,
      ];
    },
    work: nodes.map(({ name, node, runtime }) => {
      const { show, change, service } = steps[runtime ?? 'containerd'](node);
      return {
        node: name,
        look: [`sudo grep -n cgroupDriver ${kubeletConfig}`, show, words.compare],
        commands: [
          ...change,
          `sudo systemctl restart ${service} && sudo systemctl restart ${kubeletUnit(node)}`,
        ],
      };
    }),
  });
}

const words = {
  title: 'Let kubelet and container runtime use the same cgroup driver, systemd',
  consequences: [
    'Pods of the node move to others while it is drained; what they keep in emptyDir volumes is lost.',
    'Restarting the runtime leaves well-placed containers running; those under a wrong cgroup may end once more.',
  ],
  drained: '# --delete-emptydir-data drops what the evicted pods keep in emptyDir volumes',
  compare:
    '# systemd beside false or cgroupfs: they differ. If they agree it is not this, and the rest is not for you',
  missing: (section: string): string =>
    `# if no such line is there, add "SystemdCgroup = true" under ${section}, for every runtime that is listed`,
  docker: '# in /etc/docker/daemon.json: "exec-opts": ["native.cgroupdriver=systemd"]',
  crio: '# in /etc/crio/crio.conf.d/: cgroup_manager = "systemd" under [crio.runtime]',
  expect: '# right if no restart count on the node grows for ten minutes',
};
