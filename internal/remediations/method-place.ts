import type { Family } from '../calico/autodetection/address.ts';
import type { Install } from '../model/install.ts';
import type { EnvVar, NodeAddressAutodetection } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isRenderedByOperator, isSendable, shellJson } from './durable.ts';
import { durableMethod } from './durable-method.ts';
import { isOwnedByPerson } from './durable-fields.ts';
import { helmChartConfigEdit } from './helm-chart-config.ts';
import { methodEnv } from './method-env.ts';
import { daemonSetRef, installationRef, merge, strategic, templatePatch } from './refs.ts';

/** What a method is set with, besides the method itself. */
export interface MethodPlace {
  readonly install: Install;
  readonly family: Family;
  /** The environment of calico-node in its DaemonSet; empty where that was not read. */
  readonly env: readonly EnvVar[];
  /** Where the values of a chart are to be looked up; without it they are only printed. */
  readonly snapshot?: Snapshot;
}

type Placed = Pick<Remedy, 'action' | 'target' | 'changes' | 'manual' | 'durable'>;

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
  if (method.startsWith('cidr='))
    return { cidrs: value.split(',').map((network) => network.trim()) };
  if (method.startsWith('interface=')) return { interface: value };
  if (method.startsWith('skip-interface=')) return { skipInterface: value };
  return method.startsWith('can-reach=') ? { canReach: value } : null;
}

const inFile = (install: Install, lines: readonly string[]): Pick<Remedy, 'durable'> =>
  isOwnedByPerson(install) || lines.length === 0 ? {} : { durable: lines };

// The chart's own `firstFound: true` has to be denied, or two methods would be rendered.
function inChart(
  fields: NodeAddressAutodetection,
  { install, family, snapshot }: MethodPlace,
): Pick<Placed, 'action' | 'target' | 'changes' | 'durable'> | null {
  if (!snapshot) return null;
  const isFirst = fields.firstFound === true;
  const struct = { ...nothing, ...fields, ...(isFirst ? {} : { firstFound: false }) };
  const edit = helmChartConfigEdit(snapshot, install, {
    installation: { calicoNetwork: { [`nodeAddressAutodetectionV${family}`]: struct } },
  });
  if (!edit) return null;
  const { kind, name, namespace } = edit.ref;
  return {
    action: edit.action,
    target: { kind, name, namespace },
    changes: edit.change ? [edit.change] : [],
    durable: edit.text.trimEnd().split('\n'),
  };
}

// Two methods at once stop the operator, and it writes defaults into the object: all others are taken away in the same patch.
function inInstallation(method: string, place: MethodPlace): Placed | null {
  const { install, family } = place;
  const fields = installationMethod(method);
  if (!fields) return null;
  const name = install.installation ?? 'default';
  const field = `nodeAddressAutodetectionV${family}`;
  const body = { spec: { calicoNetwork: { [field]: { ...nothing, ...fields } } } };
  const namespace = install.namespace ?? 'calico-system';
  const lines = durableMethod(install, method, fields, family);
  return {
    action: install.action,
    target: { kind: 'Installation', name },
    changes: isSendable(install) ? [merge(installationRef(name), body)] : [],
    manual: [
      ...(isSendable(install)
        ? [
            `kubectl patch installation ${name} --type merge -p ${shellJson(body)}`,
            `kubectl -n ${namespace} rollout status daemonset/calico-node --timeout=15m`,
          ]
        : []),
      ...lines,
    ],
    ...inFile(install, lines),
    ...inChart(fields, place),
  };
}

const quoted = (text: string): string =>
  /^[\w=.:,/-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

// The operator takes up what the Installation says as soon as it looks after the DaemonSet again.
function afterThaw(method: string, { install, family }: MethodPlace): readonly string[] {
  const fields = installationMethod(method);
  if (install.renderer !== 'operator' || !fields || !isSendable(install)) return [];
  const field = `nodeAddressAutodetectionV${family}`;
  const body = { spec: { calicoNetwork: { [field]: { ...nothing, ...fields } } } };
  return [
    words.thaw,
    `kubectl patch installation ${install.installation ?? 'default'} --type merge -p ${shellJson(body)}`,
  ];
}

function inDaemonSet(method: string, place: MethodPlace): Placed {
  const { install, family, env } = place;
  const ref = daemonSetRef(install);
  const { namespace, name } = ref;
  const wanted = methodEnv(method, family, env);
  const body = templatePatch({ containers: [{ name: 'calico-node', ...wanted.patch }] });
  const settings = wanted.settings.map((entry) => `${entry.name}=${quoted(entry.value)}`);
  const fields = install.renderer === 'operator' ? installationMethod(method) : null;
  const lines = [...durableMethod(install, method, fields, family), ...afterThaw(method, place)];
  return {
    action: install.action,
    target: { kind: 'DaemonSet', name, namespace },
    changes: isSendable(install) ? [strategic(ref, body)] : [],
    manual: [
      ...(isSendable(install)
        ? [
            `kubectl -n ${namespace} set env daemonset/${name} -c calico-node ${settings.join(' ')}`,
            `kubectl -n ${namespace} rollout status daemonset/${name} --timeout=15m`,
          ]
        : []),
      ...lines,
    ],
    ...inFile(install, lines),
  };
}

/**
 * Where a method is set and how: the Installation that counts, the values of the chart that makes it, or the DaemonSet of an
 * installation without operator (or one that the operator is told to ignore); with the place where it has to stand to last. Null
 * where Calico detects no address at all, or the operator has no field for the method.
 */
export function placeMethod(method: string, place: MethodPlace): Placed | null {
  const { renderer, policyOnly } = place.install;
  if (renderer === 'canal' || renderer === 'none' || policyOnly) return null;
  return isRenderedByOperator(place.install)
    ? inInstallation(method, place)
    : inDaemonSet(method, place);
}

const words = {
  thaw: '# the operator renders the DaemonSet anew when the annotation is gone; so that it keeps the method:',
};
