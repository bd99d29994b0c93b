import { UserError } from '../model/error.ts';
import type { ReadError, Snapshot } from '../model/snapshot.ts';
import type { Api } from './api.ts';
import { discoverGroups, readVersion } from './discovery.ts';
import { chooseNodes, gatherDepth } from './gather-depth.ts';
import { type AllLists, gatherLists } from './gather-lists.ts';
import { gatherLogs } from './gather-logs.ts';
import { gatherOwners } from './gather-owners.ts';
import { itemsOf } from './gather-places.ts';
import { keepMemorySmall } from './memory.ts';
import { type GatherOptions, startRun } from './run.ts';
import { deepFreeze } from './shape.ts';
import type { Right } from './target.ts';

const notKubernetes = 'Something else answers at this address, perhaps a proxy or a login page.';
const untrusted =
  'The kubeconfig trusts another authority than the one that signed it, or a proxy answers in place of the cluster.';
const impersonation =
  'To read as somebody else (--as, --as-group, --as-uid) your own user needs the right to impersonate them.';
const hints: { readonly [Kind in ReadError['kind']]?: string } = {
  unauthorized:
    'The credentials are wrong or have run out: log in again as you do for kubectl. "kubectl auth whoami" shows whether it worked.',
  unreachable:
    'Check the address, VPN and proxy; "kubectl cluster-info" should work first. Of a cluster without API, read a dump: --from PATH.',
  timeout:
    'Check VPN and proxy, or give more time with --request-timeout. Of a cluster without API, read a dump: --from PATH.',
  damaged: notKubernetes,
};

const hintFor = ({ kind, message }: ReadError): string => {
  if (/\bnot trusted\b/.test(message)) return untrusted;
  if (/\bHTTP status 4\d\d\b/.test(message)) return notKubernetes;
  return (
    hints[kind] ?? 'The API server itself is in trouble: try again, or read a dump: --from PATH.'
  );
};

// k8s.io/apiserver filters/impersonation; since Kubernetes 1.36 the verb is told with what it is for.
const isNobodyElse = ({ kind, message }: ReadError): boolean =>
  kind === 'forbidden' && /\bcannot impersonate\b/.test(message);

// Refused and unknown paths are answers of a server that is there; anything else would only fail forty times more.
async function reach(api: Api): Promise<string | null> {
  const version = await readVersion(api);
  if (version.state === 'read') return version.value;
  const { kind, message } = version.error;
  const cannotRead = `The cluster at ${api.server} cannot be read: ${message}`;
  if (isNobodyElse(version.error)) throw new UserError(cannotRead, { hint: impersonation });
  if (kind === 'forbidden' || kind === 'not-found') return null;
  throw new UserError(cannotRead, { hint: hintFor(version.error) });
}

const refusedRights = (lists: AllLists): readonly Right[] =>
  Object.values(lists).flatMap((list) => (list.state === 'failed' ? (list.error.right ?? []) : []));

/**
 * Reads everything that the checks may need from a live cluster, in two rounds: cheap lists first, then depth for what is
 * sick and for one healthy node. Only reads; never Secrets. What could not be read is an error inside the snapshot, which is
 * deep-frozen. Throws a UserError only if the cluster cannot be reached at all, and the signal's reason when interrupted.
 */
export async function gather(api: Api, options: GatherOptions): Promise<Snapshot> {
  keepMemorySmall();
  const serverVersion = await reach(api);
  const groups = await discoverGroups(api);
  const run = startRun(api, groups.state === 'read' ? groups.value : null, options);
  const { lists, places } = await gatherLists(run);
  // The server's own clock: the ages of its objects would be wrong by the difference to this machine's.
  const takenAt = api.serverTime() ?? options.now;
  const chosen = chooseNodes(run, lists, takenAt);
  const [owners, depth] = await Promise.all([
    gatherOwners(run, lists),
    gatherDepth(run, lists, places, chosen, takenAt),
  ]);
  const all = { ...lists, ...owners, ...depth };
  const logs = await gatherLogs(run, chosen, itemsOf(depth.pods), takenAt);
  return deepFreeze({
    takenAt,
    source: { kind: 'live', name: api.context, server: api.server },
    serverVersion,
    apiGroups: run.groups ? [...run.groups.keys()] : null,
    lists: all,
    partial: ['pods', 'events', 'configMaps'],
    logs,
    warnings: run.warnings(refusedRights(all)),
  });
}
