import { describe, expect, it } from 'vitest';
import { suiteLine } from '../../scripts/ci.ts';

const result = (status: string) => ({ status });

describe('suiteLine', () => {
  it.each([
    {
      name: 'all passed',
      report: {
        numPassedTests: 2,
        testResults: [{ status: 'passed', assertionResults: [result('passed'), result('passed')] }],
      },
      line: 'unit: 2 passed, 0 failed',
    },
    {
      name: 'failures of several files',
      report: {
        numPassedTests: 1,
        testResults: [
          { status: 'failed', assertionResults: [result('passed'), result('failed')] },
          { status: 'failed', assertionResults: [result('failed'), result('failed')] },
        ],
      },
      line: 'unit: 1 passed, 3 failed',
    },
    {
      name: 'a file that cannot be loaded',
      report: {
        numPassedTests: 1,
        testResults: [
          { status: 'passed', assertionResults: [result('passed')] },
          { status: 'failed', assertionResults: [] },
        ],
      },
      line: 'unit: 1 passed, 1 failed',
    },
    { name: 'no report', report: null, line: 'unit: 0 passed, 1 failed' },
  ])('$name', ({ report, line }) => {
    expect(suiteLine('unit', report)).toBe(line);
  });
});
