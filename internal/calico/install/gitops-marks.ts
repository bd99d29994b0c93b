import type { KubeObject } from '../../model/kubernetes.ts';
import { itemsOf } from '../snapshot-lists.ts';
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

/** Argo CD's own tracking (the default since 3.0): the id must name the object that carries it. */
export const argoById: Mark = (object) => {
  const value = annotationOf(object, trackingId);
  const tracked = trackedObject(value);
  if (!tracked || !isTracked(object, tracked)) return null;
  return {
    owner: 'argocd',
    ownerName: tracked.application,
    action: 'emit',
    reason: says.annotationIs(nameOf(object), trackingId, value ?? ''),
  };
};

/**
 * Argo CD's tracking by label (the default before 3.0). It counts only where such an Application
 * exists or Argo CD itself has written the object: Helm charts and the operator set the same label.
 */
export const argoByLabel: Mark = (object, snapshot) => {
  const key = 'app.kubernetes.io/instance';
  const application = labelOf(object, key);
  if (application === undefined) return null;
  const isKnown = itemsOf(snapshot, 'argoApplications').some(
    ({ metadata }) => metadata.name === application,
  );
  const isWritten = (object.metadata.managedFields ?? []).some(
    ({ manager }) => manager?.startsWith('argocd-') === true,
  );
  return isKnown || isWritten
    ? {
        owner: 'argocd',
        ownerName: application,
        action: 'emit',
        reason: says.label(nameOf(object), key, application),
      }
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

function fluxOwner(object: KubeObject, group: string): OwnerMark | null {
  const name = labelOf(object, `${group}/name`);
  if (name === undefined) return null;
  const namespace = labelOf(object, `${group}/namespace`);
  const optOut = fluxOptOut(object);
  return {
    owner: 'flux',
    ownerName: namespace === undefined ? name : `${namespace}/${name}`,
    action: optOut === null ? 'emit' : 'apply-temporary',
    reason: optOut ?? says.label(nameOf(object), `${group}/name`, name),
  };
}

/**
 * Flux' HelmRelease or Kustomization, unless an annotation tells Flux to leave the object alone.
 */
export const flux: Mark = (object) =>
  fluxOwner(object, 'helm.toolkit.fluxcd.io') ?? fluxOwner(object, 'kustomize.toolkit.fluxcd.io');

/**
 * The remark for an Argo CD tracking id that was copied from another object; null where there is
 * none.
 */
export function copiedTracking(object: KubeObject): string | null {
  const tracked = trackedObject(annotationOf(object, trackingId));
  return tracked && !isTracked(object, tracked) ? says.copiedTracking(nameOf(object)) : null;
}
