import type { Check, CheckOutcome, Need } from '../model/check.ts';
import type { Diagnosis, Verdict } from '../model/diagnosis.ts';
import type { Finding } from '../model/finding.ts';
import type { ListName, Read, ReadError, Snapshot } from '../model/snapshot.ts';
import { installOf } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import { checks as allChecks } from './index.ts';
import { rank } from './rank.ts';
import { undetermined, undeterminedId } from './undetermined.ts';

/** Read by the shared views, hence by every check. */
export const baseNeeds: readonly ListName[] = ['nodes', 'pods', 'daemonSets'];

// The same ones for all checks: what is computed from them is shared, see memo.ts.
const noLogs: Snapshot['logs'] = [];
const untold: Read<never> = { state: 'not-asked', reason: 'not declared by this check' };

/** The snapshot as a check may see it: what it did not declare is not there. */
export function narrow(snapshot: Snapshot, check: Check): Snapshot {
  const declared = new Set<string>([...baseNeeds, ...check.needs, ...check.uses]);
  const hidden = Object.keys(snapshot.lists).filter((name) => !declared.has(name));
  const lists = { ...snapshot.lists, ...Object.fromEntries(hidden.map((name) => [name, untold])) };
  return { ...snapshot, lists, logs: declared.has('logs') ? snapshot.logs : noLogs };
}

interface Gap {
  readonly reason: string;
  readonly failed: boolean;
}

const told = ({ message, right }: ReadError): string =>
  right ? `no right to ${right.verb} ${right.resource}` : message;

function listGap(snapshot: Snapshot, name: ListName): Gap | null {
  const list = snapshot.lists[name];
  if (list.state === 'read') return null;
  return list.state === 'failed'
    ? { reason: `${name}: ${told(list.error)}`, failed: true }
    : { reason: `${name}: ${list.reason}`, failed: false };
}

// A container that never started has no log. Any other log that could not be had may be the one that tells.
function logGap({ logs }: Snapshot): Gap | null {
  const errors = logs.flatMap(({ read }) => (read.state === 'failed' ? [read.error] : []));
  const lost = errors.find(({ kind }) => kind !== 'not-found');
  if (lost) return { reason: `logs: ${told(lost)}`, failed: true };
  return logs.length === 0 ? { reason: 'logs: none were read', failed: false } : null;
}

function gapsOf(snapshot: Snapshot, check: Check): readonly Gap[] {
  const needs = new Set<Need>([...baseNeeds, ...check.needs]);
  const gapOf = (need: Need): readonly Gap[] => {
    const gap = need === 'logs' ? logGap(snapshot) : listGap(snapshot, need);
    return gap ? [gap] : [];
  };
  // What only helps may be absent; but where it is there and could not be read, to pass would be a guess.
  const used = check.uses.filter((need) => !needs.has(need));
  return [...[...needs].flatMap(gapOf), ...used.flatMap(gapOf).filter(({ failed }) => failed)];
}

interface Ran {
  readonly outcome: CheckOutcome;
  readonly findings: readonly Finding[];
}

function runOne(snapshot: Snapshot, check: Check): Ran {
  const ran = (
    result: CheckOutcome['result'],
    findings: readonly Finding[] = [],
    reason = '',
    failed = false,
  ): Ran => ({ outcome: { id: check.id, title: check.title, result, reason, failed }, findings });
  let result: ReturnType<Check['run']>;
  try {
    result = check.run(narrow(snapshot, check));
  } catch (error) {
    // A check that throws is a bug of ours; it must cost that check and not the others, and never look like a pass.
    return ran(
      'unknown',
      [],
      `internal error: ${error instanceof Error ? error.message : String(error)}`,
      true,
    );
  }
  if ('notApplicable' in result) return ran('not-applicable', [], result.notApplicable);
  if (result.length > 0) return ran('found', result);
  const gaps = gapsOf(snapshot, check);
  if (gaps.length === 0) return ran('passed');
  return ran(
    'unknown',
    [],
    gaps.map(({ reason }) => reason).join('; '),
    gaps.some(({ failed }) => failed),
  );
}

function verdictOf(
  snapshot: Snapshot,
  findings: readonly Finding[],
  outcomes: readonly CheckOutcome[],
): Verdict {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.some(({ id }) => id !== undeterminedId)) return 'findings';
  if (errors.length > 0) return 'undetermined';
  const isBlind = baseNeeds.some(
    (name) => snapshot.lists[name].state !== 'read' && name !== 'daemonSets',
  );
  // Where it works on no node it is too early to call it well, however young its pods are.
  const doesWork = nodeViews(snapshot).some(({ health }) => health?.state === 'ready');
  const hasFailed = outcomes.some(({ failed }) => failed);
  return isBlind || !doesWork || hasFailed ? 'unknown' : 'healthy';
}

export interface DiagnoseOptions {
  readonly toolVersion: string;
  /** Only findings about these nodes, and those about no node. */
  readonly nodes?: readonly string[];
}

const concerns = (finding: Finding, nodes: ReadonlySet<string>): boolean => {
  const own = finding.affected.filter(({ kind }) => kind === 'Node');
  return own.length === 0 || own.some(({ name }) => nodes.has(name));
};

/** Runs all checks over a snapshot and puts causes before symptoms. Never throws for what stands in the snapshot. */
export function diagnose(
  snapshot: Snapshot,
  options: DiagnoseOptions,
  checks: readonly Check[] = allChecks,
): Diagnosis {
  const ran = checks.map((check) => runOne(snapshot, check));
  const found = ran.flatMap(({ findings }) => findings);
  const unexplained = undetermined(snapshot, found);
  const order = checks.map(({ id }) => id);
  const ranked = rank(unexplained ? [...found, unexplained] : found, order);
  const nodes = new Set(options.nodes ?? []);
  const findings = nodes.size === 0 ? ranked : ranked.filter((finding) => concerns(finding, nodes));
  const outcomes = ran.map(({ outcome }) => outcome);
  const views = nodeViews(snapshot);
  return {
    takenAt: snapshot.takenAt,
    source: snapshot.source,
    toolVersion: options.toolVersion,
    nodes: views.length,
    nodesWithWorkingCalico: views.filter(({ health }) => health?.state === 'ready').length,
    install: installOf(snapshot),
    verdict: verdictOf(snapshot, findings, outcomes),
    findings,
    checks: outcomes,
    warnings: snapshot.warnings,
  };
}
