import type { Check, CheckDefinition, NotApplicable } from '../model/check.ts';
import type { Draft, Facts, Finding } from '../model/finding.ts';

const isNotApplicable = (result: unknown): result is NotApplicable =>
  typeof result === 'object' && result !== null && 'notApplicable' in result;

function finding<F extends Facts>(check: CheckDefinition<F>, draft: Draft<F>): Finding {
  const words = check.words.en;
  return {
    id: check.id,
    severity: draft.severity,
    confidence: draft.confidence,
    title: words.title(draft.facts),
    summary: words.summary(draft.facts),
    ruledOut: words.ruledOut?.(draft.facts) ?? [],
    facts: draft.facts,
    affected: draft.affected,
    evidence: draft.evidence,
    symptoms: draft.explains ?? [],
    ...(draft.isSymptom === true ? { isSymptom: true } : {}),
    remedies: draft.remedies,
  };
}

/** Makes the runner's form of a check: what it finds is put into words here, so that no logic holds sentences. */
export function defineCheck<F extends Facts>(definition: CheckDefinition<F>): Check {
  return {
    id: definition.id,
    title: definition.title,
    needs: definition.needs,
    uses: definition.uses ?? [],
    run: (snapshot) => {
      const result = definition.run(snapshot);
      return isNotApplicable(result) ? result : result.map((draft) => finding(definition, draft));
    },
  };
}
