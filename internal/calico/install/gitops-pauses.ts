import type { OwnerObject } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { itemsOf } from '../snapshot-lists.ts';
import { nameOf } from './objects.ts';
import { words } from './words.ts';

const says = words.en;

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const specAt = ({ spec }: OwnerObject, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (isFields(found) ? found[key] : undefined), spec);

// argo-cd controller/appcontroller.go autoSync: a live object that differs is written again only with `selfHeal`; else at the
// next commit, or when somebody syncs. `enabled: false` switches all of it off (from 3.1 on).
const healsItself = (application: OwnerObject): boolean =>
  specAt(application, 'syncPolicy', 'automated', 'selfHeal') === true &&
  specAt(application, 'syncPolicy', 'automated', 'enabled') !== false;

/** Argo CD's applications of that name; outside Argo CD's own namespace a name begins with its own one: `team_network`. */
export function applicationsNamed(snapshot: Snapshot, named: string): readonly OwnerObject[] {
  const [, namespace, name = named] = /^([^_]+)_(.+)$/.exec(named) ?? [];
  return itemsOf(snapshot, 'argoApplications').filter(
    ({ metadata }) =>
      metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
}

/** Why an application of Argo CD lets a change stand for a while; null where it does not, or was not read. */
export function argoPause(snapshot: Snapshot, application: string): string | null {
  const known = applicationsNamed(snapshot, application);
  const [first] = known;
  return first && !known.some(healsItself) ? says.noSelfHeal(nameOf(first)) : null;
}

// fluxcd/helm-controller: drift is corrected only where that is switched on (`driftDetection.mode`, off by default).
function fluxStandstill(owner: OwnerObject): string | null {
  if (specAt(owner, 'suspend') === true) return says.fluxSuspended(nameOf(owner));
  const isRelease = owner.kind === 'HelmRelease';
  return isRelease && specAt(owner, 'driftDetection', 'mode') !== 'enabled'
    ? says.noDriftCorrection(nameOf(owner))
    : null;
}

/** Why Flux' Kustomization or HelmRelease lets a change stand for a while; null where it does not, or was not read. */
export function fluxPause(
  snapshot: Snapshot,
  kind: 'Kustomization' | 'HelmRelease',
  name: string,
  namespace: string | undefined,
): string | null {
  const owners = itemsOf(snapshot, 'fluxObjects').filter(
    (owner) =>
      owner.kind === kind &&
      owner.metadata.name === name &&
      (namespace === undefined || owner.metadata.namespace === namespace),
  );
  const pauses = owners.map(fluxStandstill);
  return pauses.includes(null) ? null : (pauses[0] ?? null);
}
