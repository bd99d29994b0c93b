import type { Install } from '../model/install.ts';
import type { Installation } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { durablePlace, isSendable, shellJson } from './durable.ts';

/** Fields of the calico-node container (or another of its pod) that should change. */
export interface ContainerFields {
  readonly container: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Placed = Pick<Remedy, 'action' | 'target' | 'changes' | 'manual'>;

const template = (containers: readonly unknown[]): object => ({
  spec: { template: { spec: { containers } } },
});

function sent(change: Change, command: string, after: readonly string[], install: Install): Placed {
  const { ref } = change;
  const place = durablePlace(install);
  return {
    action: install.action,
    target: ref,
    changes: isSendable(install) ? [change] : [],
    manual: isSendable(install)
      ? [command, ...after, words.alsoIn(place)]
      : [words.onlyIn(place), `# ${JSON.stringify(change.body)}`],
  };
}

/** The change in the DaemonSet, for installations without an operator (manifest, Canal): a strategic merge patch. */
export function inDaemonSet(install: Install, { container, fields }: ContainerFields): Placed {
  const namespace = install.namespace ?? 'kube-system';
  const name = install.daemonSet ?? 'calico-node';
  const body = template([{ name: container, ...fields }]);
  return sent(
    {
      ref: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name },
      verb: 'patch',
      patchType: 'strategic',
      body,
    },
    `kubectl -n ${namespace} patch daemonset ${name} --type strategic -p ${shellJson(body)}`,
    [`kubectl -n ${namespace} rollout status daemonset/${name} --timeout=15m`],
    install,
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), value);
}

/** The container overrides that an Installation has now. */
function overridesOf(installation: Installation): readonly Readonly<Record<string, unknown>>[] {
  const path = ['spec', 'calicoNodeDaemonSet', 'spec', 'template', 'spec', 'containers'];
  const list = at(installation, path);
  return Array.isArray(list) ? list.filter(isObject) : [];
}

// A merge patch takes a list as it is, so a null inside it would stay: what is to go is left out here.
function merged(before: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const kept = isObject(before) ? before : {};
  const entries = [...new Set([...Object.keys(kept), ...Object.keys(change)])].flatMap((key) => {
    const value = key in change ? merged(kept[key], change[key]) : kept[key];
    return value === null ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * The change as an override in the Installation, for the operator. A merge patch replaces the whole list of containers, so what
 * stands there now is sent along; null where the Installation was not read.
 */
export function inInstallation(
  install: Install,
  installation: Installation | undefined,
  { container, fields }: ContainerFields,
): Placed | null {
  if (!installation) return null;
  const { name } = installation.metadata;
  const now = overridesOf(installation);
  const own = now.find((override) => override['name'] === container);
  const others = now.filter((override) => override !== own);
  const entry = merged(own, { name: container, ...fields });
  const body = { spec: { calicoNodeDaemonSet: template([...others, entry]) } };
  return sent(
    {
      ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name },
      verb: 'patch',
      patchType: 'merge',
      body,
    },
    `kubectl patch installation ${name} --type merge -p ${shellJson(body)}`,
    ['kubectl -n calico-system rollout status daemonset/calico-node --timeout=15m'],
    install,
  );
}

const words = {
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
  onlyIn: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
};
