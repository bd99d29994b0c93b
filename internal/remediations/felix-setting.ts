import { installOf } from '../calico/install/install.ts';
import type { Remedy, Risk } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { literalEnv, templateContainer } from './calico-env.ts';
import { calicoResource } from './calico-resource.ts';
import { inDaemonSet } from './container-fields.ts';
import { isRenderedByOperator, lastsUntil } from './durable.ts';

export interface FelixSetting {
  readonly id: string;
  readonly title: string;
  /** The field of FelixConfiguration (`iptablesBackend`), and its value. */
  readonly field: string;
  readonly value: string | number | boolean;
  readonly consequences: readonly string[];
  /** Felix starts anew inside its container, unless it is more than that. */
  readonly risk?: Risk;
}

// felix/config: an environment variable beats the FelixConfiguration of the node, which beats `default`.
const variable = (field: string): string => `FELIX_${field.toUpperCase()}`;

function commands(snapshot: Snapshot, { field, value }: FelixSetting): readonly string[] {
  const { namespace, daemonSet, datastore } = installOf(snapshot);
  const patch = JSON.stringify({ spec: { [field]: value } });
  return [
    `# ${words.variable(variable(field))}`,
    `kubectl -n ${namespace ?? 'kube-system'} get daemonset ${daemonSet ?? 'calico-node'} -o yaml | grep -A1 ${variable(field)}`,
    datastore === 'etcd'
      ? `calicoctl patch felixconfiguration default -p '${patch}'`
      : `kubectl patch felixconfiguration default --type merge -p '${patch}'`,
  ];
}

// A setting of the same meaning in the environment would win, so it is changed there.
function placeOf(snapshot: Snapshot, setting: FelixSetting) {
  const install = installOf(snapshot);
  const { field, value } = setting;
  const env = templateContainer(snapshot, install)?.env ?? [];
  const isInEnv = env.some(({ name }) => name === variable(field));
  if (isInEnv && !isRenderedByOperator(install)) {
    const settings = { [variable(field)]: String(value) };
    const fields = { env: literalEnv(env, settings) };
    return inDaemonSet(install, { container: 'calico-node', fields });
  }
  const resource = {
    kind: 'FelixConfiguration',
    name: 'default',
    spec: { [field]: value },
  } as const;
  return {
    ...calicoResource(snapshot, resource, { canCreate: true }),
    manual: commands(snapshot, setting),
  };
}

/**
 * Sets a field of FelixConfiguration/default, which holds for every install type; with the etcd datastore the object is reached
 * by calicoctl alone. Where a variable of the same meaning stands in the DaemonSet, that one is changed, as it would win.
 */
export function felixSetting(snapshot: Snapshot, setting: FelixSetting): Remedy {
  const { id, title, consequences, risk = 'restarts-pods' } = setting;
  const place = placeOf(snapshot, setting);
  const isOfDaemonSet = place.target?.kind === 'DaemonSet';
  return {
    id,
    title,
    risk,
    consequences: [...consequences, ...(isOfDaemonSet ? lastsUntil(installOf(snapshot)) : [])],
    ...place,
  };
}

const words = {
  variable: (name: string): string =>
    `${name} in the DaemonSet would win over the setting below: nothing should be printed here`,
};
