import { isMap, parseDocument, stringify, visit, type Document } from 'yaml';
import { ownerMark } from '../calico/install/owner-marks.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Install } from '../model/install.ts';
import type { OwnerObject } from '../model/kubernetes.ts';
import type { Action, Change } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { create, merge, type NamespacedRef } from './refs.ts';
import { isTree, withoutNulls, type Tree } from './tree.ts';

/** The values of a chart that RKE2 or K3s installs, with what is to be changed put in. */
export interface HelmChartConfigEdit {
  readonly action: Action;
  readonly ref: NamespacedRef;
  /** Null where it is not to be written here, or what stands there could not be read. */
  readonly change: Change | null;
  /** The whole object as YAML; only the new values where what stands there is not known. */
  readonly text: string;
}

const isNamed = (value: unknown): value is Tree & { readonly name: string } =>
  isTree(value) && typeof value['name'] === 'string';

// A list of named things (containers) is merged by name, as everything else that stands there has to stay.
function listWith(before: unknown, wanted: readonly unknown[]): readonly unknown[] {
  const kept: readonly unknown[] = Array.isArray(before) ? before : [];
  if (![...kept, ...wanted].every(isNamed)) return wanted;
  const names = new Set(kept.filter(isNamed).map(({ name }) => name));
  return [
    ...kept.map((item) => {
      const change = wanted.find((one) => isNamed(one) && isNamed(item) && one.name === item.name);
      return isTree(item) && isTree(change) ? mergedTree(item, change) : item;
    }),
    ...wanted.filter((item) => isNamed(item) && !names.has(item.name)),
  ];
}

function mergedTree(before: Tree, wanted: Tree): Tree {
  const entries = Object.entries(wanted).map(([key, value]): [string, unknown] => {
    const now = before[key];
    if (isTree(value)) return [key, mergedTree(isTree(now) ? now : {}, value)];
    return [key, Array.isArray(value) ? listWith(now, value) : value];
  });
  return { ...before, ...Object.fromEntries(entries) };
}

// Set leaf by leaf, so that comments and the order of what stands there are kept.
function put(
  document: Document.Parsed,
  before: unknown,
  wanted: Tree,
  path: readonly string[],
): void {
  for (const [key, value] of Object.entries(wanted)) {
    const here = [...path, key];
    const now = isTree(before) ? before[key] : undefined;
    if (isTree(value) && isTree(now)) put(document, now, value, here);
    else if (isTree(value)) document.setIn(here, document.createNode(value));
    else if (Array.isArray(value)) document.setIn(here, document.createNode(listWith(now, value)));
    // A scalar is put into the node that is there, so that a remark behind it stays.
    else document.setIn(here, value);
  }
}

function hasAlias(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

// What is to go is denied where the chart's own values have it, as they are merged; elsewhere it is left out.
function denied(wanted: Tree, base: unknown): Tree {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => {
      const below = isTree(base) ? base[key] : undefined;
      if (isTree(value)) return [[key, denied(value, below)] as const];
      return value === null && below === undefined ? [] : [[key, value] as const];
    }),
  );
}

function* goingPaths(wanted: Tree, path: readonly string[] = []): Generator<readonly string[]> {
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) yield [...path, key];
    else if (isTree(value)) yield* goingPaths(value, [...path, key]);
  }
}

/**
 * Puts values into the YAML of a HelmChartConfig: what stands there keeps its place and its comments, and what is null goes. `base`
 * are the values that it is merged over. Null where it is no YAML mapping, or one whose aliases would make a change of one value a
 * change of another.
 */
export function mergeValues(text: string, wanted: Tree, base: unknown = {}): string | null {
  const document = parseDocument(text);
  const isEmpty = document.contents === null;
  if (document.errors.length > 0 || !(isEmpty || isMap(document.contents))) return null;
  if (hasAlias(document)) return null;
  for (const path of goingPaths(wanted)) if (document.hasIn(path)) document.deleteIn(path);
  put(document, document.toJS(), denied(wanted, base), []);
  return document.toString({ lineWidth: 0 });
}

/** The values that the chart object itself has; an empty mapping where they cannot be read. */
function baseValues(chart: OwnerObject | undefined): unknown {
  const text = chart?.spec?.['valuesContent'];
  const document = parseDocument(typeof text === 'string' ? text : '');
  return document.errors.length > 0 ? {} : document.toJS();
}

// The CRD's default is to take the release away and make it anew, which would take the cluster's network away.
const failurePolicy = (now: unknown): string => (now === 'abort' ? 'abort' : 'retry');

function hasFailurePolicy(snapshot: Snapshot): boolean {
  const crd = findObject(snapshot, 'customResourceDefinitions', 'helmchartconfigs.helm.cattle.io');
  return crd === undefined || JSON.stringify(crd).includes('"failurePolicy"');
}

const fieldsOf = (
  snapshot: Snapshot,
  config: OwnerObject | undefined,
  valuesContent: string,
): Tree => ({
  valuesContent,
  ...(hasFailurePolicy(snapshot)
    ? { failurePolicy: failurePolicy(config?.spec?.['failurePolicy']) }
    : {}),
});

const textOf = ({ apiVersion, kind, name, namespace }: NamespacedRef, spec: Tree): string =>
  stringify({ apiVersion, kind, metadata: { name, namespace }, spec }, { lineWidth: 0 });

/**
 * The change of the HelmChartConfig beside the chart that made this installation (k3s-io/helm-controller; it beats the values of
 * the HelmChart). A job upgrades the release as soon as the values differ. Null where no such chart made it.
 */
export function helmChartConfigEdit(
  snapshot: Snapshot,
  install: Install,
  values: Tree,
): HelmChartConfigEdit | null {
  const { owner, ownerName } = install;
  if (owner !== 'helm-controller' || ownerName === null) return null;
  const config = findObject(snapshot, 'helmChartConfigs', ownerName);
  const chart = findObject(snapshot, 'helmCharts', ownerName);
  const namespace = (config ?? chart)?.metadata.namespace ?? 'kube-system';
  const ref = {
    apiVersion: 'helm.cattle.io/v1',
    kind: 'HelmChartConfig',
    namespace,
    name: ownerName,
  };
  // It counts only beside its chart: RKE2's own are in kube-system, which is where charts are read.
  const isPlaced = config !== undefined || chart !== undefined || ownerName.startsWith('rke2-');
  const isKnown = snapshot.lists.helmChartConfigs.state === 'read' && isPlaced;
  const standing = config?.spec?.['valuesContent'];
  const merged = mergeValues(
    typeof standing === 'string' ? standing : '',
    values,
    baseValues(chart),
  );
  const isRefused = install.state !== 'settled' && install.action === 'refuse';
  if (!isKnown || merged === null || isRefused) {
    const spec = fieldsOf(snapshot, config, stringify(withoutNulls(values), { lineWidth: 0 }));
    const text = `${words.merge(ownerName)}\n${textOf(ref, spec)}`;
    return { action: isRefused ? 'refuse' : 'emit', ref, change: null, text };
  }
  const spec = fieldsOf(snapshot, config, merged);
  const action = (config ? ownerMark(config, snapshot)?.action : undefined) ?? 'apply';
  const isSent = action === 'apply' || action === 'apply-temporary';
  const change = config ? merge(ref, { spec }) : create(ref, { spec });
  return { action, ref, change: isSent ? change : null, text: textOf(ref, spec) };
}

const words = {
  merge: (name: string): string =>
    `# merge these values into what HelmChartConfig ${name} says now: applied as it stands, this would replace all of it`,
};
