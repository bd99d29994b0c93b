import type { Family } from '../../internal/calico/autodetection/address.ts';
import type { Proposal } from '../../internal/calico/autodetection/propose.ts';
import { judgeOn, methodProposals } from '../../internal/calico/method-proposals.ts';
import type { Finding } from '../../internal/model/finding.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { addressForecasts } from '../../internal/remediations/address-forecast.ts';
import { methodRemedy } from '../../internal/remediations/method-remedy.ts';
import { listNames } from '../../internal/report/layout.ts';
import { words as reportWords } from '../../internal/report/words.ts';
import type { MethodColumn } from './core.ts';

const mostNames = 60;

/** The nodes that a finding is about: those whose address a method has to put right. */
export const sickNodes = ({ affected }: Finding): ReadonlySet<string> =>
  new Set(affected.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : [])));

/** The address family that a finding's remedies are about; IPv4 where they do not say. */
export const familyOf = ({ remedies }: Finding): Family =>
  remedies.flatMap(({ addresses = [] }) => addresses)[0]?.family ?? 4;

/** The methods worth a look for a finding, the best first. */
export function methodsFor(snapshot: Snapshot, finding: Finding): readonly Proposal[] {
  const { safe, unsafe } = methodProposals(snapshot, sickNodes(finding), familyOf(finding));
  return [...safe, ...unsafe];
}

/** A method, simulated on every node. */
export function simulatedColumn(
  snapshot: Snapshot,
  finding: Finding,
  proposal: Proposal,
): MethodColumn {
  return {
    method: proposal.method,
    cells: addressForecasts(snapshot, proposal, familyOf(finding)),
    objections: proposal.objections.map(({ kind, nodes }) =>
      reportWords.en.objections[kind](listNames(nodes, mostNames, 3)),
    ),
  };
}

/** A method that was typed, simulated; a sentence where Calico would not take it. */
export function typedColumn(
  snapshot: Snapshot,
  finding: Finding,
  method: string,
): MethodColumn | string {
  const family = familyOf(finding);
  const sick = sickNodes(finding);
  const answer = methodRemedy(snapshot, method, { sick, isForced: true, family });
  if ('refused' in answer) return answer.refused.join(' ');
  return simulatedColumn(snapshot, finding, judgeOn(snapshot, method, sick, family));
}
