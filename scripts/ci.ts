import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isObject } from '../test/support/json.ts';

interface Stage {
  readonly name: string;
  /** The npm script. */
  readonly script: string;
  /** True for a vitest run: its figures are printed on a line of their own. */
  readonly isSuite: boolean;
  /** For the script; of what goes by chance always the same, so that a failure is the change's. */
  readonly args?: readonly string[];
}

const stages: readonly Stage[] = [
  { name: 'unit', script: 'test', isSuite: true },
  { name: 'lint', script: 'lint', isSuite: false },
  { name: 'types', script: 'types', isSuite: false },
  { name: 'build', script: 'build', isSuite: false },
  { name: 'e2e', script: 'test:e2e', isSuite: true },
  {
    name: 'faults',
    script: 'test:faults',
    isSuite: false,
    args: ['--runs', '100', '--seed', 'ci'],
  },
  { name: 'fuzz', script: 'fuzz', isSuite: false, args: ['--minutes', '1', '--seed', 'ci'] },
];

const root = path.join(import.meta.dirname, '..');

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

// A file that could not even be loaded has no results, and counts as one failure.
function failuresOf(file: unknown): number {
  if (!isObject(file)) return 0;
  const results = listOf(file['assertionResults']);
  const count = results.filter(
    (result) => isObject(result) && result['status'] === 'failed',
  ).length;
  return count === 0 && file['status'] === 'failed' ? 1 : count;
}

/** `unit: 12 passed, 0 failed`, from the report that vitest's JSON reporter wrote; no report is a failure. */
export function suiteLine(name: string, report: unknown): string {
  if (!isObject(report)) return `${name}: 0 passed, 1 failed`;
  const failed = listOf(report['testResults'])
    .map(failuresOf)
    .reduce((sum, count) => sum + count, 0);
  return `${name}: ${String(report['numPassedTests'])} passed, ${failed} failed`;
}

function reportOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // the run ended before it wrote a report, which suiteLine counts as a failure
  }
}

function run({ name, script, isSuite, args: own = [] }: Stage, folder: string): boolean {
  console.log(`\n== ${name}: npm run ${script}`);
  const file = path.join(folder, `${name}.json`);
  const reporters = ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', '--silent', script, ...(isSuite ? reporters : ['--', ...own])];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit' });
  if (isSuite) console.log(suiteLine(name, reportOf(file)));
  return status === 0;
}

function main(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'calico-fix-ci-'));
  const failed = stages.filter((stage) => !run(stage, folder)).map(({ name }) => name);
  rmSync(folder, { recursive: true, force: true });
  console.log(
    failed.length === 0 ? '\nci: all stages passed' : `\nci: failed: ${failed.join(', ')}`,
  );
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main();
