import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { skewUses, versionSkew } from '../calico/install/skew.ts';
import type { LogLine } from '../calico/log.ts';
import { missingTypeIn, missingTypes } from '../calico/missing-types.ts';
import { nodeViews, sickViews, type NodeView } from '../calico/nodes.ts';
import { hasSpoken, saidEvidence, sickTelling, type Telling } from '../calico/speech.ts';
import { isAtLeast, isBelow } from '../calico/version.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Evidence, Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { upgradeCalico } from '../remediations/upgrade-calico.ts';
import { defineCheck } from './define.ts';

type VersionFacts = {
  readonly calicoVersion: string;
  readonly kubernetesVersion: string;
  readonly api: string;
  readonly removedIn: string;
  readonly fixedIn: string;
  readonly nodes: readonly string[];
  readonly isBroken: boolean;
};

// Felix lists what Calico calls kubernetesendpointslices in a version that is gone; confd's informers name the version.
const removed =
  /kubernetesendpointslices.*could not find the requested resource|could not find the requested resource.*(?:discovery\.k8s\.io|endpointslices)|no matches for kind "\w+" in version "[a-z.0-9]+\/v1beta1"/;

type Sign = 'version' | 'no-crds';

// Manifests before v3.15 hold CRDs of apiextensions.k8s.io/v1beta1: on a Kubernetes without it they cannot be made.
const oldCrds = { api: 'apiextensions.k8s.io/v1beta1', removedIn: '1.22.0', since: '3.15.0' };

const says =
  (calico: string) =>
  ({ text }: LogLine): Sign | null => {
    if (removed.test(text)) return 'version';
    return isBelow(calico, oldCrds.since) && missingTypeIn(text) !== null ? 'no-crds' : null;
  };

// Not ready for ever is how it shows; a pod that does not get as far as Felix has another fault.
const isWaiting = ({ health }: NodeView): boolean =>
  health?.state === 'sick' && ['not-ready', 'restarting', 'crash-loop'].includes(health.trouble);

// Felix lists EndpointSlices from v3.21 on (libcalico-go at its release tags), so only 3.21 and 3.22 must fail by themselves.
const listsSlices = (calico: string, api: string): boolean =>
  api.startsWith('discovery') && isAtLeast(calico, '3.21.0');

/** Sick nodes that the removed API explains: those that say so, and, where it must be so, those of which no log was read. */
function brokenViews(
  snapshot: Snapshot,
  telling: readonly Telling<Sign>[],
  isSure: boolean,
): readonly NodeView[] {
  const told = new Set(telling.map(({ view }) => view));
  const isSilent = (view: NodeView): boolean =>
    isSure && isWaiting(view) && view.pod !== null && !hasSpoken(snapshot, view.pod);
  return sickViews(snapshot).filter((view) => told.has(view) || isSilent(view));
}

// Other parts of Calico miss the same types.
function unmade(snapshot: Snapshot, views: readonly NodeView[]): readonly Symptom[] {
  const others = missingTypes(snapshot)?.others ?? [];
  return [{ id: 'crds-missing', affected: [...affectedBy(views), ...others.map(refOf)] }];
}

function versionEvidence(snapshot: Snapshot, version: string): Evidence {
  const node = nodeViews(snapshot).find((view) => view.node !== null)?.name;
  return snapshot.serverVersion === null && node !== undefined
    ? { from: { kind: 'Node', name: node }, field: 'status.nodeInfo.kubeletVersion', text: version }
    : { from: { kind: 'APIServer', name: 'version' }, field: 'gitVersion', text: version };
}

/** Kubernetes takes old versions of its APIs away: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ */
export const kubernetesVersionUnsupported = defineCheck<VersionFacts>({
  id: 'kubernetes-version-unsupported',
  title: 'Kubernetes serves the APIs that this Calico uses',
  needs: ['logs'],
  uses: [...new Set([...installUses, ...skewUses, 'events' as const])],
  run: (snapshot) => {
    const { calico, kubernetesVersion, kubernetes } = versionSkew(snapshot);
    if (!calico || !kubernetesVersion) return { notApplicable: words.unknown };
    if (kubernetes.kind !== 'api-removed') return [];
    const telling = sickTelling(snapshot, says(calico));
    const isSure = listsSlices(calico, kubernetes.api);
    const broken = brokenViews(snapshot, telling, isSure);
    // Where nothing is sick yet, only the list of EndpointSlices will stop the next start.
    if (broken.length === 0 && !isSure) return [];
    if (broken.length === 0 && sickViews(snapshot).length > 0) return [];
    const views =
      broken.length > 0 ? broken : nodeViews(snapshot).filter(({ pod }) => pod !== null);
    const hasNoCrds = telling.some(({ last }) => last.value === 'no-crds');
    const { api, removedIn } = hasNoCrds ? oldCrds : kubernetes;
    const { fixedIn } = kubernetes;
    const isBroken = broken.length > 0;
    const facts = { calicoVersion: calico, kubernetesVersion, api, removedIn, fixedIn };
    return [
      {
        severity: isBroken ? 'error' : 'warning',
        confidence: telling.length > 0 ? 'confirmed' : 'likely',
        facts: { ...facts, nodes: views.map(({ name }) => name), isBroken },
        affected: affectedBy(views),
        evidence: [
          ...telling.slice(0, 4).map(({ pod, last }) => saidEvidence(pod, last)),
          versionEvidence(snapshot, kubernetesVersion),
        ],
        explains: isBroken
          ? [...followsWithoutData(snapshot, views), ...unmade(snapshot, views)]
          : [],
        remedies: [upgradeCalico(installOf(snapshot), fixedIn)],
      },
    ];
  },
  words: {
    en: {
      title: ({ calicoVersion, kubernetesVersion }) =>
        `Calico ${calicoVersion} does not work with Kubernetes ${kubernetesVersion}`,
      summary: ({ api, removedIn, fixedIn, nodes, isBroken }) =>
        `It uses ${api}, which Kubernetes no longer serves since ${removedIn}; Calico ${fixedIn} and newer do without it. ${isBroken ? `calico-node does not get ready on ${enumerate(nodes)}.` : 'calico-node still runs, but will not get ready after its next start.'}`,
    },
  },
});

const words = { unknown: 'the versions of Calico or Kubernetes are not known' };
