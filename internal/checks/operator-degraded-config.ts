import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { methodsSet, type SetMethods } from '../calico/installation-methods.ts';
import { configComplaint } from '../calico/operator-complaint.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { repairInstallation } from '../remediations/installation-repair.ts';
import { defineCheck } from './define.ts';

type ConfigFacts = {
  readonly installation: string;
  readonly reason: string;
  readonly message: string;
  /** Address methods that are set at once, where that is what the operator does not take. */
  readonly methods: readonly SetMethods[];
};

const severalMethods = /no more than one (?:node address )?autodetection method/;

function methodsEvidence(snapshot: Snapshot, methods: readonly SetMethods[]): readonly Evidence[] {
  return methods.flatMap(({ installation, field, methods: names }) => {
    const object = findObject(snapshot, 'installations', installation);
    return object ? [fieldEvidence(object, `spec.calicoNetwork.${field}`, names.join(', '))] : [];
  });
}

/** Degraded for its input, the operator renders nothing: https://github.com/tigera/operator pkg/controller/installation */
export const operatorDegradedConfig = defineCheck<ConfigFacts>({
  id: 'operator-degraded-config',
  title: 'the operator accepts the Installation',
  needs: ['tigeraStatuses', 'installations'],
  uses: [...installUses, 'logs'],
  run: (snapshot) => {
    const install = installOf(snapshot);
    if (install.renderer !== 'operator' && install.installation === null)
      return { notApplicable: words.none };
    const complaint = configComplaint(snapshot);
    if (!complaint) return [];
    const methods = severalMethods.test(complaint.message) ? methodsSet(snapshot) : [];
    return [
      {
        severity: 'error',
        // A second witness beside the operator's word: its input, or the Installation's own status.
        confidence: methods.length > 0 || complaint.isSaidTwice ? 'confirmed' : 'likely',
        facts: {
          installation: complaint.about.name,
          reason: complaint.reason,
          message: complaint.message,
          methods,
        },
        affected: [complaint.about],
        evidence: [complaint.evidence, ...methodsEvidence(snapshot, methods)],
        explains: [{ id: 'rollout-blocked', affected: [complaint.about] }],
        remedies: repairInstallation(install, {
          name: complaint.about.name,
          message: complaint.message,
          methods,
        }),
      },
    ];
  },
  words: {
    en: {
      title: ({ installation, methods }) =>
        methods.length > 0
          ? `Installation/${installation} sets ${methods.map(({ methods: names }) => enumerate(names)).join('; ')} at once, and the operator takes only one`
          : `the operator does not accept Installation/${installation}`,
      summary: ({ message }) =>
        `It says: ${message}. Until that is put right the operator renders nothing: calico-node goes on with its old settings, and no change of the Installation gets through.`,
    },
  },
});

const words = { none: 'no operator renders this Calico' };
