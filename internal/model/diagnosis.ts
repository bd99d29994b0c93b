import type { CheckOutcome } from './check.ts';
import type { Finding } from './finding.ts';
import type { Install } from './install.ts';
import type { Source } from './snapshot.ts';

export type Verdict = 'healthy' | 'findings' | 'undetermined' | 'unknown';

/** The result of `diagnose`, before it is printed in any format. */
export interface Diagnosis {
  readonly takenAt: string;
  readonly source: Source;
  readonly toolVersion: string;
  readonly nodes: number;
  readonly nodesWithWorkingCalico: number;
  readonly install: Install;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckOutcome[];
  readonly warnings: readonly string[];
}
