import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence, logEvidence, refOf } from './evidence.ts';
import { logLines } from './logs.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { containsCidr, workloadPools } from './pools.ts';
import { itemsOf } from './snapshot-lists.ts';

/** A pool that pods have addresses of, and where it was seen. */
export interface SeenPool {
  /** The name of the object; null where only its CIDR is known. */
  readonly name: string | null;
  readonly cidr: string;
  /** The object; without it, a pod that has an address of the pool. */
  readonly ref: ObjectRef;
  readonly evidence: readonly Evidence[];
}

// felix/dataplane/linux/int_dataplane.go, at each start of Felix; disabled pools are among them.
const told = /Received \*proto\.IPAMPoolUpdate .*\bcidr:"([^"]+)"/;
const removed = /Received \*proto\.IPAMPoolRemove .*\bid:"([^"]+)"/;

function inLog(snapshot: Snapshot, { pod }: NodeView): ReadonlyMap<string, Evidence> {
  const pools = new Map<string, Evidence>();
  for (const line of pod ? logLines(snapshot, pod, 'calico-node') : []) {
    const cidr = told.exec(line.message)?.[1];
    if (pod && cidr) pools.set(cidr, logEvidence(pod, 'calico-node', line));
    const gone = removed.exec(line.message)?.[1];
    if (gone) pools.delete(gone.replace(/-(\d+)$/, '/$1'));
  }
  return pools;
}

// An address out of it shows that the pool is in use, or was when that pod started.
function witnessed(snapshot: Snapshot, cidr: string, evidence: Evidence): readonly SeenPool[] {
  const witness = itemsOf(snapshot, 'pods').find(
    ({ spec, status }) =>
      spec?.hostNetwork !== true &&
      status?.phase === 'Running' &&
      status.podIP !== undefined &&
      containsCidr(cidr, status.podIP),
  );
  if (!witness) return [];
  const podIP = fieldEvidence(witness, 'status.podIP', witness.status?.podIP ?? '');
  return [{ name: null, cidr, ref: refOf(witness), evidence: [evidence, podIP] }];
}

/** The pools that pods get addresses from: by the objects, or, where a dump has none of them, by what Felix was told of. */
export function seenPools(snapshot: Snapshot): readonly SeenPool[] {
  if (snapshot.lists.ipPools.state !== 'not-asked') {
    return workloadPools(itemsOf(snapshot, 'ipPools')).map((pool) => ({
      name: pool.metadata.name,
      cidr: pool.spec?.cidr ?? '',
      ref: refOf(pool),
      evidence: [fieldEvidence(pool, 'spec.cidr', pool.spec?.cidr ?? '')],
    }));
  }
  const logged = new Map(nodeViews(snapshot).flatMap((view) => [...inLog(snapshot, view)]));
  return [...logged].flatMap(([cidr, evidence]) => witnessed(snapshot, cidr, evidence));
}
