import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';

export interface FelixSetting {
  readonly id: string;
  readonly title: string;
  /** The field of FelixConfiguration (`iptablesBackend`), and its value. */
  readonly field: string;
  readonly value: string | number | boolean;
  readonly consequences: readonly string[];
}

// felix/config: an environment variable beats the FelixConfiguration of the node, which beats `default`.
const variable = (field: string): string => `FELIX_${field.toUpperCase()}`;

/**
 * Sets a field of FelixConfiguration/default, which holds for every install type; with the etcd datastore the object is reached
 * by calicoctl alone. A variable of the same meaning in the DaemonSet would win, so it is looked for first.
 */
export function felixSetting(snapshot: Snapshot, setting: FelixSetting): Remedy {
  const { namespace, daemonSet, datastore, action } = installOf(snapshot);
  const patch = JSON.stringify({ spec: { [setting.field]: setting.value } });
  const kubectl = `kubectl patch felixconfiguration default --type merge -p '${patch}'`;
  const calicoctl = `calicoctl patch felixconfiguration default -p '${patch}'`;
  return {
    id: setting.id,
    title: setting.title,
    action: action === 'refuse' ? 'refuse' : 'apply',
    risk: 'restarts-pods',
    target: { kind: 'FelixConfiguration', name: 'default' },
    changes: [],
    consequences: setting.consequences,
    manual: [
      `# ${words.variable(variable(setting.field))}`,
      `kubectl -n ${namespace ?? 'kube-system'} get daemonset ${daemonSet ?? 'calico-node'} -o yaml | grep -A1 ${variable(setting.field)}`,
      datastore === 'etcd' ? calicoctl : kubectl,
    ],
  };
}

const words = {
  variable: (name: string): string =>
    `${name} in the DaemonSet would win over the setting below: nothing should be printed here`,
};
