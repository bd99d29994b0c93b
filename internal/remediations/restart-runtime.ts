import type { RuntimeName } from '../calico/runtime.ts';
import type { Node } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { kubeletUnit, nodeRunbook } from './node-runbook.ts';

export interface RuntimeNode {
  readonly name: string;
  readonly node: Node | null;
  readonly runtime: RuntimeName | null;
  /** The calico-node pod that is stuck there, to be made anew afterwards; null if there is none. */
  readonly pod: string | null;
  readonly namespace: string;
}

// Distributions with a containerd of their own start it from their own unit.
function restart(node: Node | null, runtime: RuntimeName | null): readonly string[] {
  const unit = kubeletUnit(node);
  if (unit !== 'kubelet') {
    return [
      `sudo systemctl status ${unit} --no-pager | head -5`,
      `sudo journalctl -u ${unit} --since -30min --no-pager | tail -40`,
      `sudo systemctl restart ${unit}`,
    ];
  }
  const services =
    runtime === 'docker' ? ['containerd', 'docker'] : [runtime === 'cri-o' ? 'crio' : 'containerd'];
  const shims = runtime === 'docker' ? ' cri-docker' : '';
  return [
    `sudo systemctl status ${[...services, unit].join(' ')} --no-pager | grep -E "Active|service -"`,
    `sudo journalctl -u ${services.join(' -u ')} -u ${unit} --since -30min --no-pager | tail -40`,
    `sudo timeout 20 ${runtime === 'docker' ? 'docker ps' : 'crictl ps'} > /dev/null && echo "${words.answers}"`,
    ...services.map((service) => `sudo systemctl restart ${service}`),
    ...(shims === '' ? [] : [`sudo systemctl try-restart${shims}`]),
    `sudo systemctl restart ${unit}`,
    words.frozen,
  ];
}

/** Restarts the container runtime and the kubelet of each of these machines, then has the stuck pod made anew. */
export function restartRuntime(nodes: readonly RuntimeNode[]): Remedy {
  const of = (name: string): RuntimeNode | undefined => nodes.find((node) => node.name === name);
  const isDocker = nodes.some(({ runtime }) => runtime === 'docker');
  return nodeRunbook({
    id: 'restart-runtime',
    title: words.title,
    risk: isDocker ? 'interrupts-traffic' : 'restarts-pods',
    consequences: [isDocker ? words.stops : words.keeps, words.noDrain],
    before: (name) => [`kubectl cordon ${name}`],
    after: (name) => {
      const { pod, namespace } = of(name) ?? { pod: null, namespace: 'kube-system' };
      return [
        `kubectl wait node/${name} --for=condition=Ready --timeout=5m`,
        ...(pod === null
          ? []
          : [
              `kubectl -n ${namespace} get pod ${pod}`,
              words.onlyThen,
              `kubectl -n ${namespace} delete pod ${pod}`,
            ]),
        `kubectl uncordon ${name}`,
      ];
    },
    work: nodes.map(({ name, node, runtime }) => ({
      node: name,
      commands: restart(node, runtime),
    })),
  });
}

const words = {
  title: 'Restart the container runtime and the kubelet',
  keeps: 'containerd and CRI-O leave running containers alone while they restart.',
  stops:
    'Docker stops the containers of the node while it restarts, unless live-restore is on in /etc/docker/daemon.json.',
  noDrain:
    'A drain cannot end before the runtime answers again: cordon only, and drain afterwards if need be.',
  answers: 'the runtime answers',
  frozen: '# if a restart hangs as well, processes are stuck in the kernel: reboot the machine',
  onlyThen: '# if it still hangs although the node is Ready:',
};
