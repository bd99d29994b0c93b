import type { RunbookStep } from './state.ts';

/** The commands of a remedy, each with the remarks (lines that begin with `#`) that stand before it. */
export function runbookOf(manual: readonly string[]): readonly RunbookStep[] {
  const steps: RunbookStep[] = [];
  let remarks: readonly string[] = [];
  for (const line of manual) {
    if (line.startsWith('#')) {
      remarks = [...remarks, line.replace(/^#\s*/, '')];
      continue;
    }
    steps.push({ remarks, command: line });
    remarks = [];
  }
  return remarks.length > 0 ? [...steps, { remarks, command: '' }] : steps;
}
