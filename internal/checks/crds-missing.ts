import { affectedBy } from '../calico/affected.ts';
import { sharing } from '../calico/cluster-wide.ts';
import { enumerate } from '../calico/enumerate.ts';
import { refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { missingTypes } from '../calico/missing-types.ts';
import { sickViews } from '../calico/nodes.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import { missingTypes as applyTypes } from '../remediations/apply-missing-parts.ts';
import { defineCheck } from './define.ts';

type TypesFacts = {
  readonly types: readonly string[];
  readonly calicoVersion: string | null;
  readonly nodes: readonly string[];
  readonly isAbsent: boolean;
};

const explained = [
  'ip-address-conflict',
  'ippool-none-for-node',
  'ippool-smaller-than-block',
  'datastore-locked',
];

/**
 * A type that is only listed counts as empty where it is missing; one that must be read by name or made ends the start.
 * https://docs.tigera.io/calico/latest/operations/upgrading (CRDs are not part of a Helm upgrade)
 */
export const crdsMissing = defineCheck<TypesFacts>({
  id: 'crds-missing',
  title: "the API server serves Calico's types",
  needs: ['logs'],
  uses: [...installUses, 'events', 'customResourceDefinitions'],
  run: (snapshot) => {
    const install = installOf(snapshot);
    if (install.datastore === 'etcd') return { notApplicable: words.etcd };
    const found = missingTypes(snapshot);
    if (!found) return [];
    // The types are gone for all: where only other parts were read, the sick calico-node pods miss them too.
    const views = found.views.length > 0 ? sharing(snapshot, found.views) : sickViews(snapshot);
    const isSaid = found.views.length > 0;
    return [
      {
        severity: 'error',
        confidence: isSaid || found.isProven ? 'confirmed' : 'likely',
        facts: {
          types: found.names,
          calicoVersion: install.calicoVersion,
          nodes: views.map(({ name }) => name),
          isAbsent: found.isProven,
        },
        affected: [...affectedBy(views), ...found.others.map(refOf)],
        evidence: found.evidence,
        explains: followsWithoutData(snapshot, views, explained),
        remedies: [applyTypes(install, found.names)],
      },
    ];
  },
  words: {
    en: {
      title: ({ types }) =>
        types.length === 1
          ? `the CRD ${enumerate(types)} is missing`
          : `${types.length} CRDs of Calico are missing: ${enumerate(types)}`,
      summary: ({ types, calicoVersion }) =>
        `The API server does not know ${enumerate(types)}. ${calicoVersion ? `Calico ${calicoVersion}` : 'Calico'} reads or makes such an object when it starts, and ends where that fails. CRDs stay behind when only images are changed, and Helm does not upgrade them.`,
      ruledOut: ({ isAbsent }) => [
        'not a missing right: that would read "is forbidden"',
        ...(isAbsent ? ['not a passing error of the API server: its list of CRDs lacks them'] : []),
      ],
    },
  },
});

const words = { etcd: 'Calico keeps its data in etcd, not in CRDs' };
