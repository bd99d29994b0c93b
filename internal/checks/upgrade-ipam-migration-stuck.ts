import { affectedBy } from '../calico/affected.ts';
import { cniFailures } from '../calico/cni-failures.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { isCrash, stuckMigrations } from '../calico/ipam-migration.ts';
import { nodeViews } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import { saidEvidence } from '../calico/speech.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { endMigration } from '../remediations/end-migration.ts';
import { defineCheck } from './define.ts';

type MigrationFacts = {
  readonly nodes: readonly string[];
  readonly error: string;
  readonly isLocked: boolean;
};

// The migration locks the datastore for the whole cluster until it is through.
function lock(snapshot: Snapshot): Symptom {
  const information = findObject(snapshot, 'clusterInformations', 'default');
  const nodes = nodeViews(snapshot);
  return {
    id: 'datastore-locked',
    affected: [
      ...nodeRefs(nodes.map(({ name }) => name)),
      ...(information ? [refOf(information)] : []),
      ...nodes.flatMap(({ pod }) => (pod ? [refOf(pod)] : [])),
      ...cniFailures(snapshot).map(({ pod }) => refOf(pod)),
    ],
  };
}

/** Moves the addresses of a node from host-local files into Calico's IPAM; once, at the upgrade, and again until it works. */
export const upgradeIpamMigrationStuck = defineCheck<MigrationFacts>({
  id: 'upgrade-ipam-migration-stuck',
  title: 'the move from host-local addresses to calico-ipam is through',
  needs: ['logs'],
  uses: ['clusterInformations', 'events'],
  run: (snapshot) => {
    const telling = stuckMigrations(snapshot);
    const [first] = telling;
    if (!first) return [];
    const views = telling.map(({ view }) => view);
    const information = findObject(snapshot, 'clusterInformations', 'default');
    const isLocked = information?.spec?.datastoreReady === false;
    return [
      {
        severity: 'error',
        confidence: 'confirmed',
        facts: { nodes: views.map(({ name }) => name), error: first.last.value, isLocked },
        affected: affectedBy(views),
        evidence: [
          ...telling.slice(0, 4).map(({ pod, last }) => saidEvidence(pod, last)),
          ...(information && isLocked
            ? [fieldEvidence(information, 'spec.datastoreReady', 'false')]
            : []),
        ],
        explains: [...followsWithoutData(snapshot, views), lock(snapshot)],
        remedies: [endMigration(telling.map(({ pod }) => pod))],
      },
    ];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        `upgrade-ipam cannot move the addresses of ${enumerate(nodes)} into calico-ipam`,
      summary: ({ error, isLocked }) =>
        `${isCrash(error) ? 'It crashes each time' : 'It tries again every second and gets'}: ${error}. calico-node starts only after it. ${isLocked ? 'Meanwhile the datastore is locked, so no pod of the whole cluster gets a network.' : 'Once it begins to move addresses it locks the datastore for the whole cluster.'}`,
      ruledOut: () => [
        'not a stuck runtime: the container starts and writes its log',
        'not the way to the API server: the error is no failed connection',
      ],
    },
  },
});
