import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { durablePlace } from './durable.ts';
import { nodeRunbook } from './node-runbook.ts';

interface Images {
  readonly images: readonly string[];
  readonly cause: string;
  readonly nodes: readonly string[];
}

const inInstallation = (name: string): readonly string[] => [
  `kubectl get installation ${name} -o jsonpath='{.spec.registry} {.spec.imagePath} {.spec.imagePullSecrets}'; kubectl get imageset -o yaml`,
  `# ${words.registrySlash}`,
  `kubectl patch installation ${name} --type merge -p '{"spec":{"registry":"registry.example.com/"}}'`,
];

const inDaemonSet = (namespace: string, name: string): readonly string[] => [
  `kubectl -n ${namespace} get daemonset ${name} -o jsonpath='{range .spec.template.spec.initContainers[*]}{.name}={.image}{"\\n"}{end}{range .spec.template.spec.containers[*]}{.name}={.image}{"\\n"}{end}'`,
  `# ${words.allContainers}`,
  `kubectl -n ${namespace} set image daemonset/${name} calico-node=IMAGE install-cni=IMAGE`,
  `# ${words.undo}`,
  `kubectl -n ${namespace} rollout undo daemonset/${name}`,
];

/** Another source, the right tag, or the access that is missing, in the place where the images of this installation are named. */
export function imageSource(
  snapshot: Snapshot,
  { images, cause, nodes }: Images,
): readonly Remedy[] {
  const install = installOf(snapshot);
  const [image] = images;
  const isOperator = install.renderer === 'operator';
  const name = install.daemonSet ?? 'calico-node';
  const namespace = install.namespace ?? 'kube-system';
  const look = nodeRunbook({
    id: 'pull-by-hand',
    title: words.look,
    risk: 'none',
    consequences: [],
    work: nodes.map((node) => ({
      node,
      commands: [
        `crictl pull ${image ?? 'IMAGE'}`,
        ...(cause === 'disk-full' ? ['df -h /var/lib/containerd; crictl rmi --prune'] : []),
      ],
    })),
  });
  const change: Remedy = {
    id: 'change-image-source',
    title: words.change,
    action: install.action,
    risk: 'restarts-pods',
    target: isOperator
      ? { kind: 'Installation', name: install.installation ?? 'default' }
      : { kind: 'DaemonSet', name, namespace },
    changes: [],
    consequences: [words.rollout, words.place(durablePlace(install))],
    manual: isOperator
      ? inInstallation(install.installation ?? 'default')
      : inDaemonSet(namespace, name),
  };
  return cause === 'no-such-image' || cause === 'invalid-name' || cause === 'denied'
    ? [change, look]
    : [look, change];
}

const words = {
  look: 'Pull it by hand on the node, to see what the registry says',
  change: 'Name an image that can be pulled: right tag, another registry, or credentials',
  rollout:
    'calico-node is replaced node by node; nodes that have the image are not touched until then.',
  place: (place: string): string => `The same has to stand in ${place}.`,
  registrySlash:
    'the registry must end with a slash; pull secrets stand in the namespace of the operator',
  allContainers: 'all containers of one release, init containers too',
  undo: 'or go back to the images that ran before',
};
