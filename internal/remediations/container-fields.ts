import { installWrittenIn } from '../calico/install/install-for.ts';
import type { Install } from '../model/install.ts';
import type { Installation } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { durablePlace, isSendable, shellJson } from './durable.ts';
import { durableDaemonSet, durableInstallation } from './durable-fields.ts';
import { helmChartConfigEdit } from './helm-chart-config.ts';
import { daemonSetRef, installationRef, merge, strategic, templatePatch } from './refs.ts';
import { isTree, valueAt, type Tree } from './tree.ts';

/** Fields of the calico-node container (or another of its pod) that should change. */
export interface ContainerFields {
  readonly container: string;
  readonly fields: Tree;
}

export type Placed = Pick<Remedy, 'action' | 'target' | 'changes' | 'manual' | 'durable'>;

interface Sent {
  readonly change: Change;
  readonly command: string;
  readonly after: readonly string[];
  readonly durable: readonly string[];
}

/** A change as far as its owner lets it be made, the command for it, and the edit that makes it last. */
export function placed(install: Install, { change, command, after, durable }: Sent): Placed {
  const { kind, name, namespace } = change.ref;
  const place = durablePlace(install);
  return {
    action: install.action,
    target: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
    changes: isSendable(install) ? [change] : [],
    manual: isSendable(install)
      ? [command, ...after, words.alsoIn(place)]
      : [words.onlyIn(place), `# ${JSON.stringify(change.body)}`],
    ...(durable.length > 0 ? { durable } : {}),
  };
}

/** What of a remedy is another where a chart of RKE2 or K3s is the place that lasts; nothing where none is. */
export function inChart(
  snapshot: Snapshot | undefined,
  install: Install,
  values: Tree,
): Pick<Placed, 'action' | 'target' | 'changes' | 'durable'> | null {
  const edit = snapshot ? helmChartConfigEdit(snapshot, install, values) : null;
  if (!edit) return null;
  const { kind, name, namespace } = edit.ref;
  return {
    action: edit.action,
    target: { kind, name, namespace },
    changes: edit.change ? [edit.change] : [],
    durable: edit.text.trimEnd().split('\n'),
  };
}

// What the chart rke2-canal takes as values under `calico`; the rest of its template is fixed.
const canalValues = new Set(['livenessProbe', 'readinessProbe', 'resources']);

function inCanalChart(
  snapshot: Snapshot | undefined,
  install: Install,
  { container, fields }: ContainerFields,
) {
  const isValue = Object.keys(fields).every((field) => canalValues.has(field));
  const isBundled = install.renderer === 'canal' && install.ownerName === 'rke2-canal';
  if (!isBundled || container !== 'calico-node' || !isValue) return null;
  return inChart(snapshot, install, { calico: fields });
}

/**
 * The change in the DaemonSet, for installations without an operator (manifest, Canal): a strategic merge patch. With a snapshot
 * the values of RKE2's Canal are looked up, where they are the place that lasts.
 */
export function inDaemonSet(
  install: Install,
  { container, fields }: ContainerFields,
  snapshot?: Snapshot,
): Placed {
  return {
    ...inTemplate(install, { containers: [{ name: container, ...fields }] }),
    ...inCanalChart(snapshot, install, { container, fields }),
  };
}

/** A strategic merge patch of the DaemonSet's pod template (`spec`), with the command for it and the edit that lasts. */
export function inTemplate(install: Install, spec: Tree): Placed {
  const ref = daemonSetRef(install);
  const { namespace, name } = ref;
  const body = templatePatch(spec);
  return placed(install, {
    change: strategic(ref, body),
    command: `kubectl -n ${namespace} patch daemonset ${name} --type strategic -p ${shellJson(body)}`,
    after: [`kubectl -n ${namespace} rollout status daemonset/${name} --timeout=15m`],
    durable: durableDaemonSet(install, isTree(body) ? body : {}),
  });
}

const listPath = ['spec', 'calicoNodeDaemonSet', 'spec', 'template', 'spec', 'containers'];

/** The container overrides that an Installation has now. */
function overridesOf(installation: Installation): readonly Tree[] {
  const list = valueAt(installation, listPath);
  return Array.isArray(list) ? list.filter(isTree) : [];
}

/** What an Installation overrides of that container now. */
export const overrideOf = (installation: Installation, container: string): Tree | undefined =>
  overridesOf(installation).find(({ name }) => name === container);

/** True if an Installation overrides something of that container. */
export const hasOverride = (installation: Installation, container: string): boolean =>
  overrideOf(installation, container) !== undefined;

/** A tree with a change put in; what is null in the change is left out, as a merge patch takes a list as it is. */
export function mergedTree(before: unknown, change: unknown): unknown {
  if (!isTree(change)) return change;
  const kept = isTree(before) ? before : {};
  const entries = [...new Set([...Object.keys(kept), ...Object.keys(change)])].flatMap((key) => {
    const value = key in change ? mergedTree(kept[key], change[key]) : kept[key];
    return value === null ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

/** A merge patch of the Installation's `spec`, with the command for it and the edit that lasts. */
export function inInstallationSpec(
  install: Install,
  name: string,
  spec: Tree,
  snapshot?: Snapshot,
): Placed {
  const body = { spec };
  const own = snapshot ? installWrittenIn(install, snapshot, name) : install;
  return {
    ...placed(own, {
      change: merge(installationRef(name), body),
      command: `kubectl patch installation ${name} --type merge -p ${shellJson(body)}`,
      after: ['kubectl -n calico-system rollout status daemonset/calico-node --timeout=15m'],
      durable: durableInstallation(own, spec),
    }),
    ...inChart(snapshot, own, { installation: spec }),
  };
}

/**
 * The change as an override in the Installation, for the operator. A merge patch replaces the whole list of containers, so what
 * stands there now is sent along; null where the Installation was not read.
 */
export function inInstallation(
  install: Install,
  installation: Installation | undefined,
  { container, fields }: ContainerFields,
  snapshot?: Snapshot,
): Placed | null {
  if (!installation) return null;
  const now = overridesOf(installation);
  const own = now.find((override) => override['name'] === container);
  const entry = mergedTree(own, { name: container, ...fields });
  const containers = own
    ? now.map((override) => (override === own ? entry : override))
    : [...now, entry];
  const spec = { calicoNodeDaemonSet: templatePatch({ containers }) };
  return inInstallationSpec(install, installation.metadata.name, spec, snapshot);
}

const words = {
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
  onlyIn: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
};
