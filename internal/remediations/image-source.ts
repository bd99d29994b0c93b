import { installOf } from '../calico/install/install.ts';
import type { PullCause } from '../calico/image-pulls.ts';
import type { RuntimeName } from '../calico/runtime.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Install } from '../model/install.ts';
import type { Container } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { inTemplate } from './container-fields.ts';
import { durablePlace, isRenderedByOperator, isSendable, lastsUntil } from './durable.ts';
import { nodeRunbook } from './node-runbook.ts';

/** A container whose image cannot be had, and the image that ready pods run in its place, where that is another one. */
export interface MissingImage {
  readonly container: string;
  readonly image: string;
  readonly elsewhere: string | null;
}

export interface MissingImages {
  readonly images: readonly MissingImage[];
  readonly cause: PullCause;
  readonly nodes: readonly { readonly name: string; readonly runtime: RuntimeName | null }[];
}

/** The host of an image reference; Docker Hub's where the reference names none (distribution/reference: a dot, a colon or localhost). */
export function registryOf(image: string): string {
  const first = image.split('/')[0] ?? '';
  const isHost = image.includes('/') && /[.:]|^localhost$/.test(first);
  return !isHost || first === 'docker.io' ? 'registry-1.docker.io' : first;
}

function inInstallation(name: string): readonly string[] {
  return [
    `kubectl get installation ${name} -o jsonpath='{.spec.registry} {.spec.imagePath} {.spec.imagePullSecrets}{"\\n"}'`,
    'kubectl get imageset -o yaml',
    ...words.inInstallation(name),
  ];
}

function inDaemonSet(install: Install, images: readonly MissingImage[]): readonly string[] {
  const name = install.daemonSet ?? 'calico-node';
  const target = `kubectl -n ${install.namespace ?? 'kube-system'}`;
  const set = images.map(({ container, elsewhere }) => `${container}=${elsewhere ?? 'IMAGE'}`);
  const isKnown = images.every(({ elsewhere }) => elsewhere !== null);
  return [
    `${target} get daemonset ${name} -o jsonpath='{range .spec.template.spec.initContainers[*]}{.name}={.image}{"\\n"}{end}{range .spec.template.spec.containers[*]}{.name}={.image}{"\\n"}{end}'`,
    isKnown ? words.asElsewhere : words.allContainers,
    `${target} set image daemonset/${name} ${set.join(' ')}`,
    `${target} rollout status daemonset/${name} --timeout=15m`,
  ];
}

// Only images that ready pods of the same DaemonSet run, and only containers that its template has.
function otherImages(
  snapshot: Snapshot,
  install: Install,
  images: readonly MissingImage[],
): Pick<Remedy, 'changes' | 'durable'> {
  const { daemonSet, namespace } = install;
  const object = findObject(snapshot, 'daemonSets', daemonSet ?? '', namespace ?? undefined);
  const template = object?.spec?.template?.spec;
  const found = (list: readonly Container[] | undefined) =>
    images.flatMap(({ container, image, elsewhere }) =>
      elsewhere !== null && list?.some((one) => one.name === container && one.image === image)
        ? [{ name: container, image: elsewhere }]
        : [],
    );
  const [init, main] = [found(template?.initContainers), found(template?.containers)];
  if (isRenderedByOperator(install) || init.length + main.length < images.length) {
    return { changes: [] };
  }
  const { changes, durable } = inTemplate(install, {
    ...(init.length > 0 ? { initContainers: init } : {}),
    ...(main.length > 0 ? { containers: main } : {}),
  });
  return durable ? { changes, durable } : { changes };
}

function change(snapshot: Snapshot, install: Install, { images }: MissingImages): Remedy {
  const isOperator = install.renderer === 'operator';
  const other = otherImages(snapshot, install, images);
  const isOpen = other.changes.length === 0 && isSendable(install);
  const name = install.daemonSet ?? 'calico-node';
  const installation = install.installation ?? 'default';
  const place = durablePlace(install);
  return {
    id: 'change-image-source',
    title: words.change,
    action: isOpen ? 'manual' : install.action,
    risk: 'restarts-pods',
    target: isOperator
      ? { kind: 'Installation', name: installation }
      : { kind: 'DaemonSet', name, namespace: install.namespace ?? 'kube-system' },
    ...other,
    consequences: [words.rollout, ...(isOpen ? [] : lastsUntil(install))],
    manual: [
      ...(isOperator ? inInstallation(installation) : inDaemonSet(install, images)),
      isSendable(install) ? words.alsoIn(place) : words.onlyIn(place),
    ],
  };
}

const pull = (image: string, runtime: RuntimeName | null): string =>
  runtime === 'docker' ? `sudo docker pull ${image}` : `sudo crictl pull ${image}`;

function commandsFor(
  { cause }: MissingImages,
  image: string,
  runtime: RuntimeName | null,
): readonly string[] {
  const registry = registryOf(image);
  const reach = `curl -sS -o /dev/null -w '%{http_code}\\n' --max-time 10 https://${registry}/v2/`;
  switch (cause) {
    case 'unreachable':
    case 'registry-error':
    case 'slow':
      return [`getent hosts ${registry}`, reach, words.reached, pull(image, runtime)];
    case 'certificate':
      return [reach, ...words.trust(registry), pull(image, runtime)];
    case 'disk-full':
    case 'unpack':
      return [
        'df -h /var /var/lib/containerd /var/lib/docker 2>/dev/null; df -ih /var',
        runtime === 'docker' ? 'sudo docker image prune -a -f' : 'sudo crictl rmi --prune',
        pull(image, runtime),
      ];
    case 'never-pull':
      return [words.bring, pull(image, runtime)];
    default:
      return [pull(image, runtime)];
  }
}

const onNodes = (missing: MissingImages): Remedy =>
  nodeRunbook({
    id: 'pull-by-hand',
    title: looks[missing.cause] ?? words.look,
    risk: 'none',
    consequences: [words.retries],
    work: missing.nodes.map(({ name, runtime }) => ({
      node: name,
      commands: commandsFor(missing, missing.images[0]?.image ?? 'IMAGE', runtime),
    })),
  });

const byName: ReadonlySet<PullCause> = new Set([
  'no-such-image',
  'invalid-name',
  'denied',
  'rate-limit',
]);

/** Another source, the right tag, or the access that is missing; where the name is right, the way from the node to the registry. */
export function imageSource(snapshot: Snapshot, missing: MissingImages): readonly Remedy[] {
  const named = change(snapshot, installOf(snapshot), missing);
  const hasOther = missing.images.some(({ elsewhere }) => elsewhere !== null);
  return byName.has(missing.cause) || hasOther
    ? [named, onNodes(missing)]
    : [onNodes(missing), named];
}

const looks: Readonly<Partial<Record<PullCause, string>>> = {
  unreachable: 'Open the way from these nodes to the registry',
  'registry-error': 'See whether the registry works again',
  slow: 'See why the registry sends so slowly',
  certificate: "Let these nodes trust the registry's certificate",
  'disk-full': 'Free disk space on these nodes',
  unpack: 'See why the layers cannot be unpacked there',
  'never-pull': 'Bring the image onto these nodes',
};

const words = {
  look: 'Pull it by hand on the node, to see what the registry says',
  change: 'Name an image that can be pulled: the right tag, another registry, or credentials',
  rollout:
    'calico-node is replaced node by node, the pods that wait first; nodes with the image keep running meanwhile.',
  retries: 'The kubelet tries again by itself within five minutes; no pod has to be deleted.',
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
  onlyIn: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
  inInstallation: (name: string): readonly string[] => [
    '# registry ends with a slash; a pull secret is looked for in the namespace tigera-operator',
    `kubectl patch installation ${name} --type merge -p '{"spec":{"registry":"registry.example.com/"}}'`,
    `kubectl patch installation ${name} --type merge -p '{"spec":{"imagePullSecrets":[{"name":"registry-login"}]}}'`,
  ],
  asElsewhere: '# the images that the other pods run:',
  allContainers: '# containers of one pod must be of one release, init containers too:',
  reached:
    '# 200 or 401 means that the registry answers; 000 that nothing does (DNS, proxy, firewall)',
  trust: (registry: string): readonly string[] => [
    `# containerd: ca = "/etc/containerd/certs.d/${registry}/ca.crt" in /etc/containerd/certs.d/${registry}/hosts.toml`,
    `# Docker: /etc/docker/certs.d/${registry}/ca.crt`,
  ],
  bring: '# imagePullPolicy is Never: the image has to be there before the pod',
};
