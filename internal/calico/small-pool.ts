import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import { logLines } from './logs.ts';
import { sickViews, type NodeView } from './nodes.ts';
import { calicoStatus } from './pods.ts';
import { prefixOf } from './pools.ts';
import { settingsOf } from './settings.ts';
import { presentSign } from './signs.ts';
import { itemsOf } from './snapshot-lists.ts';

/** A calico-node that ends because the pool it shall make holds less than a block. */
export interface SmallPool {
  readonly view: NodeView;
  readonly cidr: string | null;
  /** False where its log was not read, and its settings and the way it ended are all that tells. */
  readonly isSaid: boolean;
  readonly evidence: readonly Evidence[];
}

// libcalico-go/lib/validator/v3; up to v3.2 with "(min /26)" in it.
const tooSmall = /IP pool size is too small/;
const cidrIn =
  /Failed to create default IPv[46] IP pool: (\S+\/\d+)|IPPool\.Spec\.CIDR = '([^']+)'/i;

/** The pool that calico-node makes at its start, if it is smaller than its blocks; null if it is not, or is not set. */
function smallByEnv(snapshot: Snapshot, pod: Pod): { name: string; cidr: string } | null {
  const { env } = settingsOf(snapshot, pod.spec, pod);
  const wanted = [
    { family: 4, blockSize: 26 },
    { family: 6, blockSize: 122 },
  ];
  for (const { family, blockSize } of wanted) {
    const name = `CALICO_IPV${family}POOL_CIDR`;
    const cidr = env.get(name) ?? '';
    const size = Number(env.get(`CALICO_IPV${family}POOL_BLOCK_SIZE`) ?? blockSize);
    if ((prefixOf(cidr) ?? 0) > size) return { name, cidr };
  }
  return null;
}

const envEvidence = (pod: Pod, { name, cidr }: { name: string; cidr: string }): Evidence =>
  fieldEvidence(pod, `spec.containers[calico-node].env ${name}`, cidr);

function said(snapshot: Snapshot, view: NodeView, pod: Pod): SmallPool | null {
  const sign = presentSign(snapshot, view, tooSmall);
  if (!sign) return null;
  const match = cidrIn.exec(sign.line.text);
  const small = smallByEnv(snapshot, pod);
  return {
    view,
    cidr: match?.[1] ?? match?.[2] ?? null,
    isSaid: true,
    evidence: [
      logEvidence(pod, sign.container, sign.line, sign.previous),
      ...(small ? [envEvidence(pod, small)] : []),
    ],
  };
}

// The settings count only as long as there is no pool at all.
function inferred(snapshot: Snapshot, view: NodeView, pod: Pod): SmallPool | null {
  const hasLog = [false, true].some(
    (previous) => logLines(snapshot, pod, 'calico-node', previous).length > 0,
  );
  const { lastState, state } = calicoStatus(pod) ?? {};
  const code = state?.terminated?.exitCode ?? lastState?.terminated?.exitCode;
  const small = smallByEnv(snapshot, pod);
  if (hasLog || code !== 1 || !small || itemsOf(snapshot, 'ipPools').length > 0) return null;
  return {
    view,
    cidr: small.cidr,
    isSaid: false,
    evidence: [envEvidence(pod, small)],
  };
}

/** All nodes whose calico-node ends for that reason. */
export const smallPools = (snapshot: Snapshot): readonly SmallPool[] =>
  sickViews(snapshot).flatMap((view) => {
    const { pod, health } = view;
    const found = pod && (said(snapshot, view, pod) ?? inferred(snapshot, view, pod));
    if (!pod || !found || health?.state !== 'sick') return [];
    const status = fieldEvidence(pod, 'status', health.trouble);
    return [{ ...found, evidence: [...found.evidence, status] }];
  });
