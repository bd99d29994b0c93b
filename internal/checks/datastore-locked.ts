import { cniFailures, type CniFailure } from '../calico/cni-failures.ts';
import { counted } from '../calico/enumerate.ts';
import { eventEvidence, fieldEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { migratingPods } from '../calico/ipam-migration.ts';
import type { LogLine } from '../calico/log.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import { saidEvidence, standing, type Said } from '../calico/speech.ts';
import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { unlockDatastore } from '../remediations/unlock-datastore.ts';
import { defineCheck } from './define.ts';

type LockFacts = {
  /** `missing`: there is no ClusterInformation at all, which the CNI plugin takes for the same. */
  readonly kind: 'locked' | 'missing';
  /** False where ClusterInformation was not read, and only its effect shows. */
  readonly isSeen: boolean;
  readonly nodes: readonly string[];
  readonly waitingPods: number;
  /** Nodes on which upgrade-ipam moves addresses at this moment. */
  readonly migrating: readonly string[];
};

// cni-plugin/pkg/plugin/plugin.go, felix/daemon/daemon.go; the same texts from v3.8 to v3.32.
const refused = /Calico is currently not ready to process requests/;
const gone =
  /error getting ClusterInformation: resource does not exist: ClusterInformation\(default\)(?!.*could not find the requested resource)/;
const waiting = /Waiting for datastore to be initialized \(or migrated\)/;

const says = ({ message }: LogLine): true | null => (waiting.test(message) ? true : null);

interface Waiting {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly said: Said<true>;
}

// Felix asks each second and calls itself ready meanwhile; in a new cluster it does so for a moment.
const manyTimes = 3;

const waitingFelixes = (snapshot: Snapshot): readonly Waiting[] =>
  nodeViews(snapshot).flatMap((view) => {
    const all = view.pod ? standing(snapshot, view.pod, says, { quiet: () => 30 }) : [];
    const said = all.at(-1);
    return view.pod && said && !said.previous && all.length >= manyTimes
      ? [{ view, pod: view.pod, said }]
      : [];
  });

function evidenceOf(
  snapshot: Snapshot,
  felixes: readonly Waiting[],
  failures: readonly CniFailure[],
): readonly Evidence[] {
  const information = findObject(snapshot, 'clusterInformations', 'default');
  const ready = information?.spec?.datastoreReady;
  return [
    ...(information && ready === false
      ? [fieldEvidence(information, 'spec.datastoreReady', String(ready))]
      : []),
    ...felixes.slice(0, 2).map(({ pod, said }) => saidEvidence(pod, said)),
    ...failures.slice(-2).map(({ event }) => eventEvidence(event)),
  ];
}

function remediesOf(
  snapshot: Snapshot,
  kind: LockFacts['kind'],
  migrating: readonly string[],
): readonly Remedy[] {
  if (kind === 'locked') {
    const information = findObject(snapshot, 'clusterInformations', 'default');
    return [unlockDatastore({ migrating, information })];
  }
  const restart = restartPods(nodeViews(snapshot).flatMap(({ pod }) => pod ?? []));
  return restart ? [restart] : [];
}

/**
 * ClusterInformation/default has a switch that stops all work on the data while it is moved elsewhere.
 * https://docs.tigera.io/calico/latest/operations/datastore-migration
 */
export const datastoreLocked = defineCheck<LockFacts>({
  id: 'datastore-locked',
  title: "Calico's datastore is not locked",
  needs: ['clusterInformations', 'events'],
  uses: ['logs'],
  run: (snapshot) => {
    const information = findObject(snapshot, 'clusterInformations', 'default');
    const isSeen = information?.spec?.datastoreReady === false;
    const isOpen = information?.spec?.datastoreReady === true;
    const failures = cniFailures(snapshot).filter(
      ({ event }) => refused.test(event.message) || gone.test(event.message),
    );
    const felixes = waitingFelixes(snapshot);
    if (!isSeen && (isOpen || (failures.length === 0 && felixes.length === 0))) return [];
    const isMissing =
      failures.length > 0 && failures.every(({ event }) => gone.test(event.message));
    const kind = isMissing && !isSeen ? 'missing' : 'locked';
    const evidence = evidenceOf(snapshot, felixes, failures);
    const migrating = migratingPods(snapshot).map(({ view }) => view.name);
    const named = [...felixes.map(({ view }) => view.name), ...failures.map(({ node }) => node)];
    const nodes = isSeen
      ? nodeViews(snapshot).map(({ name }) => name)
      : [...new Set(named)].toSorted();
    return [
      {
        severity: 'error',
        confidence: isSeen && evidence.length > 1 ? 'confirmed' : 'likely',
        facts: { kind, isSeen, nodes, waitingPods: failures.length, migrating },
        affected: [
          ...nodeRefs(nodes),
          ...(information ? [refOf(information)] : []),
          ...felixes.flatMap(({ pod }) => refOf(pod)),
          ...failures.map(({ pod }) => refOf(pod)),
        ],
        evidence,
        explains: [
          { id: 'pods-without-network', affected: failures.map(({ pod }) => refOf(pod)) },
          { id: 'cni-install-failed', affected: failures.map(({ pod }) => refOf(pod)) },
        ],
        remedies: remediesOf(snapshot, kind, migrating),
      },
    ];
  },
  words: {
    en: {
      title: ({ kind, waitingPods }) =>
        `${words.kinds[kind]}: ${waitingPods > 0 ? counted(waitingPods, 'pod') : 'no pod'} ${waitingPods > 0 ? 'cannot' : 'can'} be started or stopped`,
      summary: ({ kind, isSeen, migrating }) =>
        kind === 'missing'
          ? words.missing
          : `${isSeen ? 'ClusterInformation/default says datastoreReady: false.' : 'Calico says that it waits for its data to be moved.'} calico-node looks healthy meanwhile, and the CNI plugin refuses all work. ${migrating.length > 0 ? `upgrade-ipam is at work on ${counted(migrating.length, 'node')}: let it end first.` : 'Nothing that was read is moving data now: a migration was begun and not ended.'}`,
      ruledOut: () => ['not the network of the nodes: the plugin got an answer from the datastore'],
    },
  },
});

const words = {
  kinds: {
    locked: "Calico's datastore is locked",
    missing: "Calico's ClusterInformation is missing",
  } satisfies Record<LockFacts['kind'], string>,
  missing:
    'ClusterInformation/default does not exist, and the CNI plugin does nothing without it. calico-node makes it when it starts, so either somebody deleted it, or the plugin reads another datastore than calico-node.',
};
