import type { Evidence } from '../model/finding.ts';
import type { PodSpec } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Family } from './autodetection/address.ts';
import { detectionFailures, isMisunderstood, type FailureKind } from './detection-failures.ts';
import { fieldEvidence } from './evidence.ts';
import { installOf } from './install/install.ts';
import { badSettings, type BadSetting } from './method-validity.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { calicoContainer, settingsOf } from './settings.ts';
import { findObject } from './snapshot-lists.ts';
import { imageVersion } from './version.ts';

/** A setting of the node address that calico-node does not understand, with the nodes where it does harm. */
export interface MisreadSetting {
  readonly kind: FailureKind;
  readonly family: Family;
  /** The variable; null where the stored value is what cannot be read. */
  readonly variable: string | null;
  readonly value: string;
  /** Nodes whose calico-node is sick with it. */
  readonly sick: readonly NodeView[];
  /** True if calico-node itself says so. */
  readonly isSaid: boolean;
  /** True if the DaemonSet has it, so that every pod made from now on has it too. */
  readonly isInTemplate: boolean;
  readonly evidence: readonly Evidence[];
}

type Item = Omit<MisreadSetting, 'sick'> & { readonly view: NodeView | null };

const versionOf = (spec: PodSpec | undefined): string | null =>
  imageVersion(calicoContainer(spec)?.image);

function settingsOn(snapshot: Snapshot, { pod }: NodeView): readonly BadSetting[] {
  return pod ? badSettings(settingsOf(snapshot, pod.spec, pod), versionOf(pod.spec)) : [];
}

function saidItems(snapshot: Snapshot): readonly Item[] {
  return detectionFailures(snapshot).flatMap((failure): readonly Item[] => {
    if (!isMisunderstood(failure)) return [];
    const { view, kind, family, subject, evidence } = failure;
    const setting = settingsOn(snapshot, view).find((one) => one.family === family);
    const value = subject.replace(/^IP6?=/, '') || (setting?.value ?? '');
    const fallback = kind === 'bad-address' ? 'IP' : 'IP_AUTODETECTION_METHOD';
    const variable = kind === 'bad-stored' ? null : (setting?.variable ?? fallback);
    const { pod } = view;
    const isInSpec = variable !== null && pod !== null && setting !== undefined;
    const inSpec = isInSpec ? [fieldEvidence(pod, `env ${setting.variable}`, setting.value)] : [];
    const shown = isInSpec ? setting.value : value;
    return [
      {
        kind,
        family,
        variable,
        value: shown,
        view,
        isSaid: true,
        isInTemplate: false,
        evidence: [...evidence, ...inSpec],
      },
    ];
  });
}

// Sick pods whose log was not read, and whose settings no start would survive.
function specItems(snapshot: Snapshot, said: readonly Item[]): readonly Item[] {
  const told = new Set(said.map(({ view }) => view));
  return nodeViews(snapshot).flatMap((view) => {
    const { pod, health } = view;
    if (!pod || health?.state !== 'sick' || told.has(view)) return [];
    return settingsOn(snapshot, view).map(({ variable, value, ...rest }) => ({
      ...rest,
      variable,
      value,
      view,
      isSaid: false,
      isInTemplate: false,
      evidence: [
        fieldEvidence(pod, `env ${variable}`, value),
        fieldEvidence(pod, 'status', health.trouble),
      ],
    }));
  });
}

function templateItems(snapshot: Snapshot): readonly Item[] {
  const { daemonSet: name, namespace } = installOf(snapshot);
  const daemonSet = name ? findObject(snapshot, 'daemonSets', name, namespace ?? undefined) : null;
  const spec = daemonSet?.spec?.template?.spec;
  if (!daemonSet || !spec) return [];
  const settings = settingsOf(snapshot, spec, null, namespace ?? undefined);
  return badSettings(settings, versionOf(spec))
    .filter(({ kind }) => kind !== 'unexpanded')
    .map(({ variable, value, ...rest }) => ({
      ...rest,
      variable,
      value,
      view: null,
      isSaid: false,
      isInTemplate: true,
      evidence: [fieldEvidence(daemonSet, `spec.template env ${variable}`, value)],
    }));
}

function joined(items: readonly Item[]): MisreadSetting | null {
  const [first] = items;
  if (!first) return null;
  const { kind, family, variable, value } = first;
  return {
    kind,
    family,
    variable,
    value,
    sick: [...new Set(items.flatMap(({ view }) => (view?.health?.state === 'sick' ? [view] : [])))],
    isSaid: items.some(({ isSaid }) => isSaid),
    isInTemplate: items.some(({ isInTemplate }) => isInTemplate),
    evidence: items.slice(0, 4).flatMap(({ evidence }) => evidence),
  };
}

/** Address settings that calico-node does not understand: by its own words, by the spec of sick pods, and by the DaemonSet. */
export function misreadSettings(snapshot: Snapshot): readonly MisreadSetting[] {
  const said = saidItems(snapshot);
  const items = [...said, ...specItems(snapshot, said), ...templateItems(snapshot)];
  const groups = Map.groupBy(items, ({ family, variable, value }) =>
    JSON.stringify([family, variable, value]),
  );
  return [...groups.values()].flatMap((group) => joined(group) ?? []);
}
