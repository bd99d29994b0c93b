import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { methodsSet, type SetMethods } from '../calico/installation-methods.ts';
import { configComplaint, type ConfigComplaint } from '../calico/operator-complaint.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { repairInstallation } from '../remediations/installation-repair.ts';
import { defineCheck } from './define.ts';

type ConfigFacts = {
  readonly installation: string;
  /** What the operator says; both null where it has not looked yet. */
  readonly reason: string | null;
  readonly message: string | null;
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

function draftOf(
  snapshot: Snapshot,
  complaint: ConfigComplaint | null,
  methods: readonly SetMethods[],
): Draft<ConfigFacts> {
  const name = methods[0]?.installation ?? 'default';
  const about = complaint?.about ?? { kind: 'Installation', name };
  const { reason = null, message = null } = complaint ?? {};
  // A second witness beside the operator's word: its input, or the Installation's own status.
  const isSure = complaint !== null && (methods.length > 0 || complaint.isSaidTwice);
  return {
    severity: 'error',
    confidence: isSure ? 'confirmed' : 'likely',
    facts: { installation: about.name, reason, message, methods },
    affected: [about],
    evidence: [...(complaint ? [complaint.evidence] : []), ...methodsEvidence(snapshot, methods)],
    explains: [{ id: 'rollout-blocked', affected: [about] }],
    remedies: repairInstallation(installOf(snapshot), { name: about.name, methods }),
  };
}

/** Degraded for its input, the operator renders nothing: https://github.com/tigera/operator pkg/controller/installation */
export const operatorDegradedConfig = defineCheck<ConfigFacts>({
  id: 'operator-degraded-config',
  title: 'the operator accepts the Installation',
  needs: ['tigeraStatuses', 'installations'],
  uses: [...installUses, 'logs'],
  run: (snapshot) => {
    const { renderer, installation } = installOf(snapshot);
    if (renderer !== 'operator' && installation === null) return { notApplicable: words.none };
    const complaint = configComplaint(snapshot);
    // Every operator that knows these fields refuses two of them (validation.go, from v1.0 on), whether it has said so yet or not.
    const methods = renderer === 'operator' ? methodsSet(snapshot) : [];
    if (!complaint) return methods.length > 0 ? [draftOf(snapshot, null, methods)] : [];
    if (severalMethods.test(complaint.message)) return [draftOf(snapshot, complaint, methods)];
    return [
      draftOf(snapshot, complaint, []),
      ...(methods.length > 0 ? [draftOf(snapshot, null, methods)] : []),
    ];
  },
  words: {
    en: {
      title: ({ installation, methods }) =>
        methods.length > 0
          ? `Installation/${installation} sets ${methods.map(({ methods: names }) => enumerate(names)).join('; ')} at once, and the operator takes only one`
          : `the operator does not accept Installation/${installation}`,
      summary: ({ message }) =>
        message === null
          ? `The operator has not said so yet. ${words.meanwhile}`
          : `It says: ${message}. ${words.meanwhile}`,
    },
  },
});

const words = {
  none: 'no operator renders this Calico',
  meanwhile:
    'Until that is put right the operator renders nothing: calico-node goes on with its old settings, and no change of the Installation gets through.',
};
