import type { Cluster } from '../model/cluster.ts';
import type { KubeObject, Pod } from '../model/kubernetes.ts';
import type { ApiRef } from '../model/remedy.ts';
import type { Volume, VolumeClaim } from '../plan/drain-facts.ts';
import { claimNamesOf } from '../plan/drain-fit.ts';
import { isGone, reasonOf } from './objects.ts';
import { inParallel } from './parallel.ts';

const atATime = 8;

const isClaim = (object: KubeObject): object is VolumeClaim =>
  object.kind === 'PersistentVolumeClaim';
const isVolume = (object: KubeObject): object is Volume => object.kind === 'PersistentVolume';

async function readAll(
  cluster: Cluster,
  refs: readonly ApiRef[],
): Promise<{ readonly objects: readonly KubeObject[]; readonly reason: string | null }> {
  const replies = await inParallel(refs, atATime, (ref) => cluster.get(ref));
  // One that is not there is no obstacle: its pod does not run, or not for long.
  const failed = replies.find((reply) => reply.state === 'refused' && !isGone(reply));
  return {
    objects: replies.flatMap((reply) => (reply.state === 'done' ? [reply.value] : [])),
    reason: failed?.state === 'refused' ? reasonOf(failed) : null,
  };
}

/** Reads the claims of pods and the volumes behind them; `reason` says why not all could be read, null if they could. */
export async function readVolumes(
  cluster: Cluster,
  pods: readonly Pod[],
): Promise<{
  readonly claims: readonly VolumeClaim[];
  readonly volumes: readonly Volume[];
  readonly reason: string | null;
}> {
  const refs = pods.flatMap((pod) =>
    claimNamesOf(pod).map((name): ApiRef => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: pod.metadata.namespace ?? 'default',
      name,
    })),
  );
  const claims = await readAll(cluster, refs);
  const bound = claims.objects.filter(isClaim).flatMap(({ spec }) => spec?.volumeName ?? []);
  const volumes = await readAll(
    cluster,
    [...new Set(bound)].map((name) => ({ apiVersion: 'v1', kind: 'PersistentVolume', name })),
  );
  return {
    claims: claims.objects.filter(isClaim),
    volumes: volumes.objects.filter(isVolume),
    reason: claims.reason ?? volumes.reason,
  };
}
