import type { Mounting } from '../calico/mounts.ts';
import type { Install } from '../model/install.ts';
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
import { restoreObject } from './restore-object.ts';

export interface BrokenMount extends Mounting {
  readonly nodes: readonly string[];
  readonly install: Install;
}

// The kernel's own, and what the whole system lives on (`/`, `/var`, `/var/lib`): nothing there is ever moved out of the way.
const isSystemPath = (path: string): boolean =>
  /^\/(?:sys|proc|dev|lib|usr|boot)\//.test(path) || path.split('/').filter(Boolean).length < 3;

function commandsFor(path: string, wanted: string | null): readonly string[] {
  const look = `sudo ls -ldL ${path}; sudo ls -ld ${path}`;
  if (wanted === 'file') {
    return [look, words.emptyOnly, `sudo rmdir ${path} && sudo touch ${path}`];
  }
  if (wanted !== 'directory') return [look, words.nothingToMake(wanted)];
  return isSystemPath(path)
    ? [look, words.system, `sudo test -e ${path} || sudo mkdir -p ${path}`]
    : [look, `sudo test -e ${path} || sudo mkdir -p ${path}`, words.aside(path)];
}

function onNodes({ kind, what, wanted, nodes }: BrokenMount): Remedy {
  const path = what ?? 'PATH';
  return nodeRunbook({
    id: 'repair-mount-path',
    title: what === null ? words.look : words.path(path),
    risk: 'none',
    consequences: [words.again],
    work: nodes.map((node) => ({
      node,
      commands:
        kind === 'read-only'
          ? [`findmnt -T ${path}`, words.readOnly]
          : what === null
            ? ['sudo journalctl -u kubelet --since -15min --no-pager | grep -i mount | tail -20']
            : commandsFor(path, wanted),
    })),
  });
}

/** The type that a volume has in Calico's own manifests is the safe one to go back to: none at all, so that nothing is checked. */
function inDaemonSet({ volume, what, wanted, install }: BrokenMount): Remedy {
  const name = install.daemonSet ?? 'calico-node';
  const target = `kubectl -n ${install.namespace ?? 'kube-system'}`;
  const body = {
    spec: {
      template: { spec: { volumes: [{ name: volume, hostPath: { path: what, type: '' } }] } },
    },
  };
  const place = durablePlace(install);
  // Without its type a directory would be mounted where iptables wants a file.
  const { changes, durable } =
    wanted === 'directory'
      ? inTemplate(install, { volumes: [{ name: volume, hostPath: { path: what, type: '' } }] })
      : { changes: [] };
  const isOpen = changes.length === 0 && isSendable(install);
  return {
    id: 'loosen-mount-type',
    title: words.loosen(volume ?? ''),
    action: isOpen ? 'manual' : install.action,
    risk: 'restarts-pods',
    target: { kind: 'DaemonSet', name, namespace: install.namespace ?? 'kube-system' },
    changes,
    ...(durable ? { durable } : {}),
    consequences: [words.rollout, ...(isOpen ? [] : lastsUntil(install))],
    manual: [
      `${target} get daemonset ${name} -o jsonpath='{range .spec.template.spec.volumes[*]}{.name}{" "}{.hostPath}{"\\n"}{end}'`,
      words.history,
      `${target} rollout history daemonset/${name}`,
      `${target} patch daemonset ${name} --type strategic -p ${shellJson(body)}`,
      isSendable(install) ? words.alsoIn(place) : words.onlyIn(place),
    ],
  };
}

/** Makes what the pod wants to mount: the right thing at the path on the nodes, or the ConfigMap or Secret that is named. */
export function mountSource(mount: BrokenMount): readonly Remedy[] {
  const { kind, what, wanted, install } = mount;
  if (kind === 'missing-object' || kind === 'missing-key') {
    const title = kind === 'missing-key' ? words.key(wanted ?? '') : words.object(what ?? '');
    return [restoreObject(install, what, title)];
  }
  const isTyped = kind === 'wrong-type' && mount.volume !== null && what !== null;
  return isTyped && !isRenderedByOperator(install)
    ? [onNodes(mount), inDaemonSet(mount)]
    : [onNodes(mount)];
}

const words = {
  object: (what: string): string => `Make ${what} again`,
  key: (key: string): string => `Put the key ${key} back into the object that the pod mounts`,
  path: (path: string): string => `Put ${path} right on these nodes`,
  look: 'See what the kubelet says about the mount',
  again: 'The kubelet tries again within two minutes; no pod has to be deleted.',
  emptyOnly:
    '# a mount without a type makes an empty directory where a file should be; rmdir removes only an empty one',
  nothingToMake: (wanted: string | null): string =>
    `# a ${wanted ?? 'thing'} is made by the program that owns it: see whether that runs`,
  aside: (path: string): string =>
    `# if something else is there: look what it is, then sudo mv ${path} ${path}.aside && sudo mkdir -p ${path}`,
  system: '# a part of the system: do not move it. A link must lead to a directory that is there',
  readOnly:
    '# the root of this system is read-only: name a writable directory in the installation (CNI directories, flexVolumePath)',
  loosen: (volume: string): string => `Take the type of volume "${volume}" out of the DaemonSet`,
  history: '# was the type changed lately? Then the next nodes of the update would stop there too',
  rollout:
    'calico-node restarts node by node, the pod that waits first; running pods keep their network.',
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
  onlyIn: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
};
