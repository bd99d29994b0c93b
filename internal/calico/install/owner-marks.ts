import type { Owner } from '../../model/install.ts';
import type { KubeObject } from '../../model/kubernetes.ts';
import type { Action } from '../../model/remedy.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { argoById, argoByLabel, argoByOwnLabel, flux } from './gitops-marks.ts';
import { annotationOf, labelOf, nameOf } from './objects.ts';
import type { Mark, OwnerMark } from './owner-mark.ts';
import { words } from './words.ts';

const says = words.en;

/**
 * A mark that is a label or an annotation, whatever its value: the value is the owner's name if
 * `isNamed`.
 */
function marked(
  owner: Owner,
  action: Action,
  on: 'labels' | 'annotations',
  pattern: RegExp,
  isNamed = false,
): Mark {
  return (object) => {
    const found = Object.entries(object.metadata[on] ?? {}).find(([key, value]) =>
      pattern.test(`${key}=${value}`),
    );
    if (!found) return null;
    const [key, value] = found;
    const reason =
      on === 'labels'
        ? says.label(nameOf(object), key, value)
        : says.annotation(nameOf(object), key);
    return { owner, ownerName: isNamed ? value : null, action, reason };
  };
}

// Addons with `EnsureExists` are made once and then left alone; the legacy label without a mode
// counts as `Reconcile`.
const addonManager: Mark = (object) => {
  const key = 'addonmanager.kubernetes.io/mode';
  const legacy = 'kubernetes.io/cluster-service';
  const mode = labelOf(object, key);
  const isLegacy = mode === undefined && labelOf(object, legacy) === 'true';
  if (mode === undefined && !isLegacy) return null;
  return {
    owner: 'addon-manager',
    ownerName: null,
    action: mode === 'EnsureExists' ? 'apply' : 'emit',
    reason: isLegacy
      ? says.label(nameOf(object), legacy, 'true')
      : says.label(nameOf(object), key, mode ?? ''),
  };
};

// Rancher's and K3s' apply: the owner's kind tells a K3s add-on, which acts on file changes, from
// Fleet and Rancher's agents.
const objectSet: Mark = (object) => {
  const prefix = 'objectset.rio.cattle.io';
  const kind = annotationOf(object, `${prefix}/owner-gvk`);
  const name = annotationOf(object, `${prefix}/owner-name`) ?? null;
  const hash = labelOf(object, `${prefix}/hash`);
  if (kind === undefined && name === null && hash === undefined) return null;
  const isAddon = kind !== undefined && /k3s\.cattle\.io\/.*Addon/.test(kind);
  const marker = kind === undefined ? 'owner-name' : 'owner-gvk';
  return {
    owner: isAddon && name !== 'managed-chart-config' ? 'k3s-addon' : 'rancher',
    ownerName: name,
    action: isAddon && name !== 'managed-chart-config' ? 'apply-temporary' : 'emit',
    reason:
      kind === undefined && name === null
        ? says.label(nameOf(object), `${prefix}/hash`, hash ?? '')
        : says.annotationIs(nameOf(object), `${prefix}/${marker}`, kind ?? name ?? ''),
  };
};

/** The release that made an object with Helm's own commands or with a controller that runs them. */
const helm: Mark = (object) => {
  const key = 'meta.helm.sh/release-name';
  const release = annotationOf(object, key);
  return release !== undefined && labelOf(object, 'app.kubernetes.io/managed-by') === 'Helm'
    ? {
        owner: 'helm',
        ownerName: release,
        action: 'apply-temporary',
        reason: says.annotationIs(nameOf(object), key, release),
      }
    : null;
};

// A vendor that is not known here: whatever it is, it may write again.
const vendor: Mark = (object) => {
  const key = 'app.kubernetes.io/managed-by';
  const manager = labelOf(object, key);
  return manager === undefined || /^(?:Helm|tigera-operator)$/i.test(manager)
    ? null
    : {
        owner: 'provider',
        ownerName: manager,
        action: 'emit',
        reason: says.label(nameOf(object), key, manager),
      };
};

// Tools that write through Helm or beside other marks stand before those: Flux' releases look like
// Helm's too.
const marks: readonly Mark[] = [
  argoById,
  argoByOwnLabel,
  flux,
  marked('config-sync', 'emit', 'annotations', /^configmanagement\.gke\.io\/managed=enabled$/),
  marked('config-sync', 'emit', 'annotations', /^configsync\.gke\.io\//),
  marked('config-sync', 'emit', 'labels', /managed-by=configmanagement\.gke\.io$/),
  marked('kapp', 'emit', 'labels', /^kapp\.k14s\.io\/app=/, true),
  marked('kapp', 'emit', 'labels', /^kapp\.k14s\.io\/association=/),
  marked('gardener', 'emit', 'labels', /^gardener\.cloud\/role=system-component$/),
  marked('gardener', 'emit', 'annotations', /^resources\.gardener\.cloud\//),
  marked('k0s', 'apply-temporary', 'labels', /^k0s\.k0sproject\.io\/stack=/, true),
  marked('kops', 'apply-temporary', 'labels', /^addon\.kops\.k8s\.io\/name=/, true),
  marked('kops', 'apply-temporary', 'labels', /managed-by=kops$/),
  addonManager,
  objectSet,
  argoByLabel,
  helm,
  vendor,
];

/** Who writes an object, by the marks on it; null where it has none but a person's. */
export function ownerMark(object: KubeObject, snapshot: Snapshot): OwnerMark | null {
  for (const mark of marks) {
    const found = mark(object, snapshot);
    if (found) return found;
  }
  return null;
}
