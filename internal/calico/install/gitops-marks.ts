import type { KubeObject } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { applicationsNamed, argoPause, fluxPause } from './gitops-pauses.ts';
import { annotationOf, labelOf, nameOf } from './objects.ts';
import type { Mark, OwnerMark } from './owner-mark.ts';
import { words } from './words.ts';

const says = words.en;

const trackingId = 'argocd.argoproj.io/tracking-id';

interface Tracked {
  readonly application: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

// <application>:<group>/<kind>:<namespace>/<name>
function trackedObject(value: string | undefined): Tracked | null {
  const match = /^([^:]+):([^/:]*)\/([^:]+):([^/]*)\/(.+)$/.exec(value ?? '');
  if (!match) return null;
  const [, application = '', group = '', kind = '', namespace = '', name = ''] = match;
  return { application, group, kind, namespace, name };
}

// For an object without a namespace Argo CD writes the application's own one: it cannot be
// compared.
function isTracked({ apiVersion, kind, metadata }: KubeObject, tracked: Tracked): boolean {
  const group = apiVersion?.includes('/') ? apiVersion.split('/')[0] : undefined;
  return (
    tracked.kind === kind &&
    tracked.name === metadata.name &&
    (group === undefined || tracked.group === group) &&
    (metadata.namespace === undefined || tracked.namespace === metadata.namespace)
  );
}

// Where nothing is known that lets a change stand for a while, it is not made.
const withPause = (pause: string | null, marker: string): Pick<OwnerMark, 'action' | 'reason'> =>
  pause === null
    ? { action: 'emit', reason: marker }
    : { action: 'apply-temporary', reason: `${marker}; ${pause}` };

const ofApplication = (snapshot: Snapshot, application: string, marker: string): OwnerMark => ({
  owner: 'argocd',
  ownerName: application,
  ...withPause(argoPause(snapshot, application), marker),
});

/** Argo CD's own tracking (the default since 3.0): the id must name the object that carries it. */
export const argoById: Mark = (object, snapshot) => {
  const value = annotationOf(object, trackingId);
  const tracked = trackedObject(value);
  if (!tracked || !isTracked(object, tracked)) return null;
  const marker = says.annotationIs(nameOf(object), trackingId, value ?? '');
  return ofApplication(snapshot, tracked.application, marker);
};

/** Argo CD's tracking by the label that its manual proposes in place of the usual one: no other tool sets it. */
export const argoByOwnLabel: Mark = (object, snapshot) => {
  const key = 'argocd.argoproj.io/instance';
  const application = labelOf(object, key);
  return application === undefined
    ? null
    : ofApplication(snapshot, application, says.label(nameOf(object), key, application));
};

/**
 * Argo CD's tracking by label (the default before 3.0). It counts only where such an Application
 * exists or Argo CD itself has written the object: Helm charts and the operator set the same label.
 */
export const argoByLabel: Mark = (object, snapshot) => {
  const key = 'app.kubernetes.io/instance';
  const application = labelOf(object, key);
  if (application === undefined) return null;
  const isKnown = applicationsNamed(snapshot, application).length > 0;
  const isWritten = (object.metadata.managedFields ?? []).some(
    ({ manager }) => manager?.startsWith('argocd-') === true,
  );
  return isKnown || isWritten
    ? ofApplication(snapshot, application, says.label(nameOf(object), key, application))
    : null;
};

const fluxOptOuts: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['kustomize.toolkit.fluxcd.io/reconcile', ['disabled']],
  ['kustomize.toolkit.fluxcd.io/ssa', ['IfNotPresent', 'Ignore']],
];

function fluxOptOut(object: KubeObject): string | null {
  for (const [key, values] of fluxOptOuts) {
    const value = annotationOf(object, key);
    if (value !== undefined && values.includes(value)) {
      return says.fluxLeavesAlone(nameOf(object), key, value);
    }
  }
  return null;
}

const fluxGroups = {
  HelmRelease: 'helm.toolkit.fluxcd.io',
  Kustomization: 'kustomize.toolkit.fluxcd.io',
} as const;

function fluxOwner(
  object: KubeObject,
  snapshot: Snapshot,
  kind: keyof typeof fluxGroups,
): OwnerMark | null {
  const group = fluxGroups[kind];
  const name = labelOf(object, `${group}/name`);
  if (name === undefined) return null;
  const namespace = labelOf(object, `${group}/namespace`);
  const owner = {
    owner: 'flux',
    ownerName: namespace === undefined ? name : `${namespace}/${name}`,
  } as const;
  const optOut = fluxOptOut(object);
  if (optOut !== null) return { ...owner, action: 'apply-temporary', reason: optOut };
  const marker = says.label(nameOf(object), `${group}/name`, name);
  return { ...owner, ...withPause(fluxPause(snapshot, kind, name, namespace), marker) };
}

/**
 * Flux' HelmRelease or Kustomization, with what tells Flux to leave the object alone for now.
 */
export const flux: Mark = (object, snapshot) =>
  fluxOwner(object, snapshot, 'HelmRelease') ?? fluxOwner(object, snapshot, 'Kustomization');

/**
 * The remark for an Argo CD tracking id that was copied from another object; null where there is
 * none.
 */
export function copiedTracking(object: KubeObject): string | null {
  const tracked = trackedObject(annotationOf(object, trackingId));
  return tracked && !isTracked(object, tracked) ? says.copiedTracking(nameOf(object)) : null;
}
