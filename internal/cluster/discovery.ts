import type { Api } from './api.ts';
import { isList, isRecord } from './json.ts';
import type { Outcome } from './read-error.ts';
import { failure } from './read-error.ts';

/** API groups that the server serves, each with the version it prefers. Null: not known, as the list was refused. */
export type ServedGroups = ReadonlyMap<string, string> | null;

function groupOf(value: unknown): [string, string] | null {
  if (!isRecord(value) || typeof value['name'] !== 'string') return null;
  const preferred = value['preferredVersion'];
  const version = isRecord(preferred) ? preferred['version'] : undefined;
  return [value['name'], typeof version === 'string' ? version : ''];
}

/** Asks which groups there are: one small request, allowed to everybody who is logged in (ClusterRole system:discovery). */
export async function discoverGroups(api: Api): Promise<Outcome<ReadonlyMap<string, string>>> {
  const outcome = await api.getJson('/apis');
  if (outcome.state === 'failed') return outcome;
  const groups = isRecord(outcome.value) ? outcome.value['groups'] : undefined;
  if (!isList(groups)) return failure('damaged', 'the answer is not a list of API groups');
  const found = groups.map(groupOf).filter((group) => group !== null);
  return { state: 'read', value: new Map(found) };
}

/** The server's version (`v1.36.3`); an answer of something else than an API server is `damaged`. */
export async function readVersion(api: Api): Promise<Outcome<string>> {
  const outcome = await api.getJson('/version', { patience: 'brief' });
  if (outcome.state === 'failed') return outcome;
  const version = isRecord(outcome.value) ? outcome.value['gitVersion'] : undefined;
  if (typeof version === 'string') return { state: 'read', value: version };
  return failure('damaged', 'the answer is not the version of a Kubernetes API server');
}

/** Who keeps Calico's own resources. */
export interface CalicoApi {
  readonly group: 'crd.projectcalico.org' | 'projectcalico.org';
  readonly version: 'v1' | 'v3';
}

const oldApi: CalicoApi = { group: 'crd.projectcalico.org', version: 'v1' };
const newApi: CalicoApi = { group: 'projectcalico.org', version: 'v3' };

/**
 * Where Calico keeps its resources: CRDs of crd.projectcalico.org/v1, or from v3.32 on perhaps CRDs of projectcalico.org/v3.
 * projectcalico.org served by Calico's API server is a view of the first and may be down with Calico, so the CRDs' names
 * (null: not readable) decide. Where both are there, the old ones hold until a migration is through (tigera/operator 1.42).
 */
export function calicoApi(
  groups: ServedGroups,
  crdNames: ReadonlySet<string> | null,
  isMigrated: boolean,
): CalicoApi | null {
  const hasOld =
    crdNames?.has('ippools.crd.projectcalico.org') ?? groups?.has(oldApi.group) ?? true;
  const hasNew =
    crdNames?.has('ippools.projectcalico.org') ?? (!hasOld && groups?.has(newApi.group));
  if (hasNew && (isMigrated || !hasOld)) return newApi;
  if (hasOld) return oldApi;
  // CRDs are missing, which is a fault to be found: what is served tells where the rest of them would be.
  if (groups?.has(oldApi.group)) return oldApi;
  return groups?.has(newApi.group) ? newApi : null;
}
