import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addressClaims, isOwnClaim, ownAddresses, type AddressClaim } from './address-claims.ts';
import type { Family } from './autodetection/address.ts';
import { predictAddress } from './autodetection/predict.ts';
import type { Choice, Prediction } from './autodetection/predict-types.ts';
import { detectionFailures, isMisunderstood } from './detection-failures.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import { installOf } from './install/install.ts';
import { inventoryOf } from './inventory.ts';
import { lastLine } from './logs.ts';
import { nextAddress } from './node-addresses.ts';
import type { NodeView } from './nodes.ts';
import { settingsOf } from './settings.ts';
import { findObject } from './snapshot-lists.ts';

/** An interface would come first now; the DaemonSet has another method by now; or the method finds nothing and the stored value stays. */
export type LuckyKind = 'new-interface' | 'new-method' | 'keeps-stored';

/** A node whose address is right, but would not be found again. */
export interface LuckyAddress {
  readonly view: NodeView;
  readonly family: Family;
  readonly kind: LuckyKind;
  readonly now: string;
  /** What the next start would take; null where it would find nothing. */
  readonly next: Choice | null;
  readonly method: string;
  readonly evidence: readonly Evidence[];
}

// What changes is certain only if everything that Calico looks at is known, in whichever order the kernel lists it.
function otherChoice(prediction: Prediction | null, own: readonly string[]): Choice | null {
  const [choice] = prediction?.choices ?? [];
  const isCertain = prediction?.outcome === 'changes' && prediction.sureness === 'certain';
  return isCertain && choice && !own.includes(choice.ip) ? choice : null;
}

/** The method of the DaemonSet, where an address is to be detected with it. */
function templateMethod(snapshot: Snapshot, family: Family): string | null {
  const { daemonSet: name, namespace } = installOf(snapshot);
  const daemonSet = name ? findObject(snapshot, 'daemonSets', name, namespace ?? undefined) : null;
  const spec = daemonSet?.spec?.template?.spec;
  if (!spec) return null;
  const settings = settingsOf(snapshot, spec, null, namespace ?? undefined);
  const value = family === 4 ? settings.ip : settings.ip6;
  const method = family === 4 ? settings.method : settings.method6;
  // A value from a field of the pod (`$(NODEIP)`) is not known here.
  return value === 'autodetect' && !method.includes('$(') ? method : null;
}

const plain = (method: string): string => (method === 'first-found' ? '' : method);

function byTemplate(
  snapshot: Snapshot,
  { view, family, ip }: AddressClaim,
  method: string,
): Prediction {
  const { node } = view;
  return predictAddress({
    inventory: inventoryOf(snapshot, view),
    kernelVersion: node?.status?.nodeInfo?.kernelVersion ?? null,
    calicoVersion: installOf(snapshot).calicoVersion,
    method,
    family,
    nodeAddresses: node ? (node.status?.addresses ?? []) : null,
    stored: ip,
  });
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** What tells that the other interface is there: Felix's line about it, else the list of interfaces that Calico keeps. */
function choiceEvidence(
  snapshot: Snapshot,
  { view }: AddressClaim,
  { iface }: Choice,
  method: string,
): readonly Evidence[] {
  const { pod, node } = view;
  if (!pod || iface === null) return [];
  const told = lastLine(
    snapshot,
    pod,
    'calico-node',
    new RegExp(`Linux interface addrs changed.*ifaceName="${escaped(iface)}"`),
  );
  const key = 'projectcalico.org/Interfaces';
  const list = node?.metadata.annotations?.[key];
  return [
    ...(told ? [logEvidence(pod, 'calico-node', told.line, told.previous)] : []),
    ...(!told && node && list ? [fieldEvidence(node, key, list)] : []),
    fieldEvidence(pod, 'env IP_AUTODETECTION_METHOD', method === '' ? 'first-found' : method),
  ];
}

function ofClaim(snapshot: Snapshot, claim: AddressClaim): readonly LuckyAddress[] {
  const { view, family, ip } = claim;
  if (view.health?.state !== 'ready' || !isOwnClaim(claim)) return [];
  const own = ownAddresses(view, family);
  if (own.length === 0) return [];
  const common = { view, family, now: ip };
  const { calicoVersion } = installOf(snapshot);
  const next = nextAddress(snapshot, view, family, calicoVersion);
  const inUse = plain(next?.method ?? '');
  const wanted = templateMethod(snapshot, family);
  if (wanted !== null && next?.source === 'detect' && plain(wanted) !== inUse) {
    const choice = otherChoice(byTemplate(snapshot, claim, wanted), own);
    const evidence = choice
      ? [...claim.evidence, ...choiceEvidence(snapshot, claim, choice, wanted)]
      : [];
    return choice
      ? [{ ...common, kind: 'new-method', next: choice, method: wanted, evidence }]
      : [];
  }
  const choice = otherChoice(next?.prediction ?? null, own);
  if (!choice) return [];
  const evidence = [...claim.evidence, ...choiceEvidence(snapshot, claim, choice, inUse)];
  return [{ ...common, kind: 'new-interface', next: choice, method: inUse, evidence }];
}

function kept(snapshot: Snapshot): readonly LuckyAddress[] {
  return detectionFailures(snapshot).flatMap((failure): readonly LuckyAddress[] => {
    const { view, family, isFatal, evidence } = failure;
    const claim = addressClaims(snapshot, family).find((one) => one.view === view);
    if (isFatal || isMisunderstood(failure) || !claim || !isOwnClaim(claim)) return [];
    const next = nextAddress(snapshot, view, family, installOf(snapshot).calicoVersion);
    const method = plain(next?.method ?? '');
    return [{ view, family, kind: 'keeps-stored', now: claim.ip, next: null, method, evidence }];
  });
}

/**
 * The nodes whose address is right but would be another one at the next start: by the simulation, where it is certain in every order
 * that the kernel may list the interfaces in; and those that keep theirs only because it is stored.
 */
export function luckyAddresses(snapshot: Snapshot): readonly LuckyAddress[] {
  const claims = ([4, 6] as const).flatMap((family) => addressClaims(snapshot, family));
  const changing = claims.flatMap((claim) => ofClaim(snapshot, claim));
  const known = new Set(changing.map(({ view }) => view));
  return [...changing, ...kept(snapshot).filter(({ view }) => !known.has(view))];
}
