import type { Cluster, Right } from '../model/cluster.ts';
import type { Plan } from '../model/plan.ts';
import { rightsOf, roleYaml } from '../plan/rights.ts';
import { look, reasonOf } from './objects.ts';

/** Why a plan is not begun. */
export interface Hindrance {
  readonly reason: string;
  readonly missingRole: string | null;
}

export type Identity = { readonly uid: string } | Hindrance;

const identityRight: Right = {
  verb: 'get',
  group: '',
  resource: 'namespaces',
  name: 'kube-system',
};

/** The UID of the namespace kube-system, by which a cluster is known again whatever it is called. */
export async function identify(cluster: Cluster): Promise<Identity> {
  const seen = await look(cluster, { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  if (seen.state === 'there') return { uid: seen.object.metadata.uid ?? '' };
  if (seen.state === 'gone') return { reason: words.noSystem, missingRole: null };
  const isDenied = seen.refused.status === 403;
  return {
    reason: words.unidentified(reasonOf(seen.refused)),
    missingRole: isDenied ? roleYaml([identityRight]) : null,
  };
}

/** What of a plan itself forbids to carry it out on this cluster; null if nothing does. */
export function planHindrance(plan: Plan, cluster: Cluster): Hindrance | null {
  const reason = planReason(plan, cluster);
  return reason === null ? null : { reason, missingRole: null };
}

function planReason({ refusal, conflicts, source }: Plan, cluster: Cluster): string | null {
  if (refusal !== null) return refusal;
  const [conflict] = conflicts;
  if (conflict) return words.conflict(conflict.field, conflict.remedies);
  if (source.kind !== 'live') return words.dump;
  const isHere =
    source.name === cluster.context &&
    (source.server === undefined || source.server === cluster.server);
  return isHere ? null : words.elsewhere(source.name, cluster.context);
}

/**
 * Asks for all rights that a plan needs, before the first request. A right that cannot be asked about counts as given: the trial of
 * the requests shows it.
 */
export async function missingRights(plan: Plan, cluster: Cluster): Promise<Hindrance | null> {
  const missing: Right[] = [];
  for (const right of rightsOf(plan)) {
    const reply = await cluster.may(right);
    if (reply.state === 'done' && !reply.value) missing.push(right);
  }
  return missing.length === 0
    ? null
    : { reason: words.missing(missing), missingRole: roleYaml(missing) };
}

function rightText({ verb, group, resource, namespace, name }: Right): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  const object = name === undefined ? '' : ` "${name}"`;
  return `${verb} ${kind}${object}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

const words = {
  noSystem: 'The server has no namespace kube-system, so that its records could not be told apart.',
  unidentified: (reason: string): string => `The cluster cannot be identified: ${reason}.`,
  conflict: (field: string, remedies: readonly string[]): string =>
    `${remedies.join(' and ')} want different values of ${field}.`,
  dump: 'The plan was made from a dump: make it from the cluster itself.',
  elsewhere: (planned: string, here: string): string =>
    `The plan was made for the context ${planned}, not for ${here}.`,
  missing: (rights: readonly Right[]): string => `You may not ${rights.map(rightText).join('; ')}.`,
};
