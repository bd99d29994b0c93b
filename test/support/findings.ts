import { narrow } from '../../internal/checks/run.ts';
import type { Check } from '../../internal/model/check.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { snapshotFrom, type Sample } from './sample.ts';

/** What a check finds in a sample when it is given only what it declares; an error where it does not apply. */
export function findingsIn(check: Check, sample: Sample): readonly Finding[] {
  const result = check.run(narrow(snapshotFrom(sample), check));
  if ('notApplicable' in result) throw new Error(result.notApplicable);
  return result;
}

/** The one finding that a check must have; an error where there is none or several. */
export function findingIn(check: Check, sample: Sample): Finding {
  const findings = findingsIn(check, sample);
  const [first] = findings;
  if (!first || findings.length > 1) throw new Error(`${findings.length} findings`);
  return first;
}

/** True if the check says that it does not apply. */
export const isNotApplicable = (check: Check, sample: Sample): boolean =>
  'notApplicable' in check.run(narrow(snapshotFrom(sample), check));

/** `Node/worker-1`, `Pod/calico-node-abcde`: what a finding is about. */
export const namesOf = ({ affected }: Finding): readonly string[] =>
  affected.map(({ kind, name }) => `${kind}/${name}`);

/** The nodes that a finding is about. */
export const nodesOf = ({ affected }: Finding): readonly string[] =>
  affected.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : []));
