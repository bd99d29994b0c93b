import type { Diagnosis } from '../model/diagnosis.ts';
import type { Finding } from '../model/finding.ts';
import type { Glyphs, Style } from './style.ts';
import { words } from './words.ts';

const { verdict: says } = words.en;

/** Findings that decide the verdict and those that do not, each in the order of the diagnosis. */
export function bySeverity(findings: readonly Finding[]): {
  readonly errors: readonly Finding[];
  readonly remarks: readonly Finding[];
} {
  return {
    errors: findings.filter(({ severity }) => severity === 'error'),
    remarks: findings.filter(({ severity }) => severity !== 'error'),
  };
}

function faulty({ nodes, nodesWithWorkingCalico }: Diagnosis, errors: readonly Finding[]): string {
  const title = errors[0]?.title ?? '';
  const sick = nodes - nodesWithWorkingCalico;
  const more = errors.length > 1 ? says.moreFaults(errors.length - 1) : '';
  if (nodes === 0) return title + more;
  return (sick > 0 ? says.broken(sick, nodes, title) : says.hidden(nodes, title)) + more;
}

function healthy({ nodes, nodesWithWorkingCalico, findings }: Diagnosis): string {
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const remarks = says.remarks(warnings, findings.length - warnings);
  const fact =
    nodes === 0
      ? says.noFaultAtAll
      : nodesWithWorkingCalico === nodes
        ? says.works(nodes)
        : says.noFault(nodesWithWorkingCalico, nodes);
  return remarks === '' ? fact : `${fact}; ${remarks}`;
}

// Without these nobody can say that there is none.
const unseen = /\b(?:nodes|pods|daemonSets): /;

const isAllSeen = ({ checks }: Diagnosis): boolean =>
  !checks.some(
    ({ result, failed, reason }) => failed || (result === 'unknown' && unseen.test(reason)),
  );

/** True where nothing was found that could be looked at, though everything could be read. */
export const hasNoCalico = (diagnosis: Diagnosis): boolean =>
  diagnosis.install.daemonSet === null && isAllSeen(diagnosis);

// Too young to be called sick, all of them.
const isStarting = (diagnosis: Diagnosis): boolean =>
  diagnosis.nodes > 0 && diagnosis.nodesWithWorkingCalico === 0 && isAllSeen(diagnosis);

/** The diagnosis in one sentence without a stop. */
export function verdictSentence(diagnosis: Diagnosis): string {
  const { errors } = bySeverity(diagnosis.findings);
  switch (diagnosis.verdict) {
    case 'healthy':
      return healthy(diagnosis);
    case 'findings':
      return faulty(diagnosis, errors);
    case 'undetermined':
      return errors[0]?.title ?? says.blind;
    case 'unknown':
      if (hasNoCalico(diagnosis)) return says.noCalico;
      return isStarting(diagnosis) ? says.starting : says.blind;
  }
}

/** The sign before the verdict. */
export function verdictSign({ verdict }: Diagnosis, glyphs: Glyphs, style: Style): string {
  if (verdict === 'healthy') return style.ok(glyphs.ok);
  return verdict === 'findings' ? style.error(glyphs.error) : style.warning(glyphs.unknown);
}
