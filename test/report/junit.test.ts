import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../internal/report/junit.ts';
import {
  checkOf,
  diagnosisOf,
  evidenceOf,
  findingOf,
  richDiagnosis,
} from '../support/diagnosis.ts';
import { parseXml, type Element } from '../support/xml.ts';

const suiteOf = (xml: string): Element => {
  const suite = parseXml(xml).children[0];
  if (!suite) throw new Error('no suite');
  return suite;
};

const statesOf = (xml: string): Record<string, string> =>
  Object.fromEntries(
    suiteOf(xml)
      .children.filter(({ name }) => name === 'testcase')
      .map(({ attributes, children }) => [attributes['name'] ?? '', children[0]?.name ?? 'passed']),
  );

describe('JUnit', () => {
  it('has a case for each check', () => {
    const xml = renderJunit(richDiagnosis());
    expect(statesOf(xml)).toEqual({
      'address-conflict': 'passed',
      'wrong-ip-autodetected': 'failure',
      'slow-start': 'failure',
      'right-by-luck': 'system-out',
      'pool-smaller': 'system-out',
      'bgp-peer-blocked': 'skipped',
      'ipam-exhausted': 'error',
      'crds-missing': 'skipped',
      'typha-tls': 'skipped',
    });
    expect(suiteOf(xml).attributes).toMatchObject({
      tests: '9',
      failures: '2',
      errors: '1',
      skipped: '3',
    });
  });

  it('counts warnings as failures where they decide the exit code', () => {
    const xml = renderJunit(richDiagnosis(), new Set(['error', 'warning']));
    expect(statesOf(xml)['right-by-luck']).toBe('failure');
    expect(statesOf(xml)['pool-smaller']).toBe('system-out');
    expect(suiteOf(xml).attributes['failures']).toBe('3');
  });

  it('has a case for a finding that no check made', () => {
    const diagnosis = diagnosisOf({
      verdict: 'undetermined',
      findings: [findingOf({ id: 'undetermined' })],
    });
    expect(statesOf(renderJunit(diagnosis))).toEqual({
      'address-conflict': 'passed',
      undetermined: 'failure',
    });
  });

  it('says what a nested finding is explained by', () => {
    const nested = suiteOf(renderJunit(richDiagnosis())).children.find(
      ({ attributes }) => attributes['name'] === 'bgp-peer-blocked',
    );
    expect(nested?.children[0]?.attributes['message']).toContain('wrong-ip-autodetected');
  });

  it('is well-formed, whatever the cluster says', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const xml = renderJunit(
          diagnosisOf({
            verdict: 'findings',
            findings: [
              findingOf({ id: 'a', title: text, summary: text, evidence: [evidenceOf({ text })] }),
            ],
            checks: [
              checkOf({ id: 'a', result: 'found' }),
              checkOf({ id: 'b', result: 'unknown', reason: text }),
            ],
          }),
        );
        expect(statesOf(xml)).toEqual({ a: 'failure', b: 'skipped' });
      }),
    );
  });
});
