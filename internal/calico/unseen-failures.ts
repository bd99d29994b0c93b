import type { Confidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addressClaims } from './address-claims.ts';
import type { DetectionFailure } from './detection-failures.ts';
import { calicoEnding } from './endings.ts';
import { fieldEvidence } from './evidence.ts';
import { installOf } from './install/install.ts';
import { logLines } from './logs.ts';
import { nextAddress } from './node-addresses.ts';
import { sickViews, type NodeView } from './nodes.ts';

/** A failed detection, told by the log, or concluded without one; then with how sure that is. */
export type SeenFailure = DetectionFailure & { readonly confidence?: Confidence };

// A start that finds no address is over in a second or two.
const shortRun = 15;

function concluded(
  snapshot: Snapshot,
  view: NodeView,
  calicoVersion: string | null,
): readonly SeenFailure[] {
  const { pod, node, health } = view;
  const ending = pod && calicoEnding(pod);
  if (!pod || !node || health?.state !== 'sick' || ending?.exitCode !== 1) return [];
  const isSilent = [false, true].every(
    (previous) => logLines(snapshot, pod, 'calico-node', previous).length === 0,
  );
  if (!isSilent || (ending.lived ?? 0) > shortRun || view.ipv4 || view.ipv6) return [];
  const next = nextAddress(snapshot, view, 4, calicoVersion);
  if (next?.source !== 'detect' || next.method === '' || next.method === 'first-found') return [];
  const outcome = next.prediction?.outcome;
  if (outcome !== 'fails' && outcome !== 'unknown') return [];
  // An invalid setting is another fault.
  if (next.prediction?.reason?.startsWith('invalid')) return [];
  return [
    {
      view,
      family: 4,
      kind: 'not-told',
      subject: '',
      isFatal: true,
      confidence: outcome === 'fails' ? 'likely' : 'possible',
      evidence: [
        fieldEvidence(pod, 'status', `exit ${ending.exitCode}`),
        fieldEvidence(pod, 'env IP_AUTODETECTION_METHOD', next.method),
      ],
    },
  ];
}

/**
 * Failed detections of which no log is there to tell: the start ends at once, no address is stored though other nodes have one,
 * and the method is one that may match nothing.
 */
export function unseenFailures(snapshot: Snapshot): readonly SeenFailure[] {
  const isStored = addressClaims(snapshot, 4).some(({ source }) => source === 'annotation');
  if (!isStored) return [];
  const { calicoVersion } = installOf(snapshot);
  return sickViews(snapshot).flatMap((view) => concluded(snapshot, view, calicoVersion));
}
