import type { CniCause } from '../calico/cni-files.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { durablePlace } from './durable.ts';
import { nodeRunbook } from './node-runbook.ts';

export interface CniFiles {
  readonly cause: CniCause;
  readonly plugin: string | null;
  readonly nodes: readonly string[];
  /** DaemonSets of other network plugins, `namespace/name`. */
  readonly others: readonly string[];
  readonly install: Install;
}

const look = 'sudo ls -l /etc/cni/net.d /opt/cni/bin';
const dirs =
  'grep -nE "bin_dir|conf_dir" /etc/containerd/config.toml /etc/crio/crio.conf 2>/dev/null';

function commandsFor({ cause, plugin }: CniFiles): readonly string[] {
  switch (cause) {
    case 'not-writable':
      return [
        'findmnt -T /opt/cni/bin; findmnt -T /etc/cni/net.d; ls -ldZ /opt/cni/bin /etc/cni/net.d; df -h /opt /etc',
        words.readOnly,
      ];
    case 'plugin-missing':
      return [look, dirs, words.binDir];
    case 'plugin-broken':
      return [
        `file /opt/cni/bin/${plugin ?? 'calico'}; ls -lZ /opt/cni/bin/${plugin ?? 'calico'}`,
        'findmnt -T /opt/cni/bin',
        words.noexec,
      ];
    case 'foreign-plugin':
      return [
        'ls /etc/cni/net.d',
        words.firstFile,
        words.aside,
        'sudo mkdir -p /etc/cni/net.d.aside && sudo mv /etc/cni/net.d/FILE /etc/cni/net.d.aside/',
      ];
    case 'config-not-seen':
      return [look, dirs, words.confDir];
    case 'nodename-missing':
      return ['ls -l /var/lib/calico/nodename', words.hostPath];
    default:
      return [look];
  }
}

function inConfigMap({ install }: CniFiles): Remedy {
  const namespace = install.namespace ?? 'kube-system';
  const daemonSet = install.daemonSet ?? 'calico-node';
  const config = daemonSet.endsWith('canal') ? 'canal-config' : 'calico-config';
  return {
    id: 'repair-cni-config',
    title: words.titles['bad-config'],
    action: 'manual',
    risk: 'restarts-pods',
    target: { kind: 'ConfigMap', name: config, namespace },
    changes: [],
    consequences: [words.rollout],
    manual: [
      `kubectl -n ${namespace} get configmap ${config} -o jsonpath='{.data.cni_network_config}'`,
      words.placeholders,
      `kubectl -n ${namespace} edit configmap ${config}`,
      `kubectl -n ${namespace} rollout restart daemonset/${daemonSet}`,
      words.alsoIn(durablePlace(install)),
    ],
  };
}

const removeOthers = (others: readonly string[]): Remedy => ({
  id: 'remove-other-plugin',
  title: words.removeOther,
  action: 'manual',
  risk: 'interrupts-traffic',
  changes: [],
  consequences: [words.recreate],
  manual: [
    words.onlyIfUnwanted,
    ...others.map((other) => {
      const [namespace, name] = other.split('/');
      return `kubectl -n ${namespace ?? ''} delete daemonset ${name ?? ''}`;
    }),
  ],
});

/** Work on the plugin's files, on the nodes or in the ConfigMap that they are made from. */
export function cniFiles(files: CniFiles): readonly Remedy[] {
  if (files.cause === 'bad-config') return [inConfigMap(files)];
  const onNodes = nodeRunbook({
    id: 'repair-cni-files',
    title: words.titles[files.cause],
    risk: 'none',
    consequences: [files.cause === 'foreign-plugin' ? words.recreate : words.again],
    work: files.nodes.map((node) => ({ node, commands: commandsFor(files) })),
  });
  const isForeign = files.cause === 'foreign-plugin' && files.others.length > 0;
  return isForeign ? [removeOthers(files.others), onNodes] : [onNodes];
}

const words = {
  titles: {
    'not-writable': 'Let install-cni write to its directories',
    'bad-config': 'Repair cni_network_config',
    'plugin-missing': 'See why the plugin is gone, or where the runtime looks for it',
    'plugin-broken': 'Let the runtime execute the plugin',
    'kubeconfig-missing': "See why the plugin's kubeconfig is gone",
    'foreign-plugin': "Put the other plugin's configuration away",
    'nodename-missing': 'See whether calico-node and the plugin use the same directory',
    'config-not-seen': "Let the runtime read Calico's configuration",
  } satisfies Record<CniCause, string>,
  removeOther: 'Remove the other network plugin, if nothing needs it',
  onlyIfUnwanted:
    '# this takes the other network away from the whole cluster: only if Calico is to have all pods',
  readOnly:
    '# a system with a read-only root: name writable directories in the installation (spec.cni, or the hostPaths of the DaemonSet)',
  binDir:
    '# bin_dir of the runtime must be the directory that calico-node writes to, /opt/cni/bin as a rule',
  confDir:
    '# conf_dir of the runtime must be the directory that calico-node writes to, /etc/cni/net.d as a rule; a broken file before 10-calico.conflist also stops it',
  noexec: '# mounted noexec, a label of SELinux, or a binary for another architecture',
  firstFile:
    '# the runtime uses the first *.conf, *.conflist or *.json in this order; Calico writes 10-calico.conflist, Canal 10-canal.conflist',
  aside: '# put away the file that stands before it:',
  hostPath:
    '# the plugin reads /var/lib/calico of the machine; the volume var-lib-calico of calico-node must be that directory',
  placeholders:
    '# it must be JSON once __CNI_MTU__, __KUBERNETES_NODE_NAME__ and the like are filled in: numbers without quotes, no comma at an end',
  again: 'The kubelet tries again by itself within a minute.',
  recreate: 'Pods that got an address from the other plugin keep it until they are made anew.',
  rollout: 'calico-node restarts node by node; running pods keep their network.',
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
};
