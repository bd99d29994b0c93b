import type { Family } from '../calico/autodetection/address.ts';
import type { Install } from '../model/install.ts';
import type { EnvVar, NodeAddressAutodetection } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { isSendable, shellJson } from './durable.ts';
import { durableMethod } from './durable-method.ts';

/** What a method is set with, besides the method itself. */
export interface MethodPlace {
  readonly install: Install;
  readonly family: Family;
  /** The environment of calico-node in its DaemonSet; empty where that was not read. */
  readonly env: readonly EnvVar[];
}

type Placed = Pick<Remedy, 'action' | 'target' | 'changes' | 'manual'>;

const nothing: Readonly<Record<keyof NodeAddressAutodetection, null>> = {
  firstFound: null,
  interface: null,
  skipInterface: null,
  canReach: null,
  cidrs: null,
  kubernetes: null,
};

/**
 * A method as the Installation has it (tigera/operator pkg/render/node.go): one field. Null for a method that has no field.
 */
export function installationMethod(method: string): NodeAddressAutodetection | null {
  const value = method.slice(method.indexOf('=') + 1);
  if (method === '' || method === 'first-found') return { firstFound: true };
  if (method === 'kubernetes-internal-ip') return { kubernetes: 'NodeInternalIP' };
  if (method.startsWith('cidr=')) return { cidrs: value.split(',') };
  if (method.startsWith('interface=')) return { interface: value };
  if (method.startsWith('skip-interface=')) return { skipInterface: value };
  return method.startsWith('can-reach=') ? { canReach: value } : null;
}

// Two methods at once stop the operator, and it writes defaults into the object: all others are taken away in the same patch.
function inInstallation(method: string, { install, family }: MethodPlace): Placed | null {
  const fields = installationMethod(method);
  if (!fields) return null;
  const name = install.installation ?? 'default';
  const field = `nodeAddressAutodetectionV${family}`;
  const body = { spec: { calicoNetwork: { [field]: { ...nothing, ...fields } } } };
  const ref = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name };
  const namespace = install.namespace ?? 'calico-system';
  return {
    action: install.action,
    target: { kind: 'Installation', name },
    changes: isSendable(install) ? [{ ref, verb: 'patch', patchType: 'merge', body }] : [],
    manual: [
      ...(isSendable(install)
        ? [
            `kubectl patch installation ${name} --type merge -p ${shellJson(body)}`,
            `kubectl -n ${namespace} rollout status daemonset/calico-node --timeout=15m`,
          ]
        : []),
      ...durableMethod(install, method, fields, family),
    ],
  };
}

const variables = { 4: ['IP', 'IP_AUTODETECTION_METHOD'], 6: ['IP6', 'IP6_AUTODETECTION_METHOD'] };

const quoted = (text: string): string =>
  /^[\w=.:,/-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

// A variable with both `value` and `valueFrom` is refused, so a `valueFrom` that is there is taken away.
function inDaemonSet(method: string, { install, family, env }: MethodPlace): Placed {
  const namespace = install.namespace ?? 'kube-system';
  const name = install.daemonSet ?? 'calico-node';
  const [source = 'IP', key = 'IP_AUTODETECTION_METHOD'] = variables[family];
  const wanted = [
    { name: source, value: 'autodetect' },
    { name: key, value: method },
  ].map((variable) => {
    const now = env.find((entry) => entry.name === variable.name);
    return now?.valueFrom ? { ...variable, valueFrom: null } : variable;
  });
  const containers = [{ name: 'calico-node', env: wanted }];
  const body = { spec: { template: { spec: { containers } } } };
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name };
  const settings = wanted.map((variable) => `${variable.name}=${quoted(variable.value)}`);
  return {
    action: install.action,
    target: { kind: 'DaemonSet', name, namespace },
    changes: isSendable(install) ? [{ ref, verb: 'patch', patchType: 'strategic', body }] : [],
    manual: [
      ...(isSendable(install)
        ? [
            `kubectl -n ${namespace} set env daemonset/${name} -c calico-node ${settings.join(' ')}`,
            `kubectl -n ${namespace} rollout status daemonset/${name} --timeout=15m`,
          ]
        : []),
      ...durableMethod(install, method, null, family),
    ],
  };
}

/**
 * Where a method is set and how: the Installation that counts, or the DaemonSet of an installation without operator; with the
 * place where it has to stand to last. Null where Calico detects no address at all, or the operator has no field for the method.
 */
export function placeMethod(method: string, place: MethodPlace): Placed | null {
  const { renderer, policyOnly } = place.install;
  if (renderer === 'canal' || renderer === 'none' || policyOnly) return null;
  return renderer === 'operator' ? inInstallation(method, place) : inDaemonSet(method, place);
}
