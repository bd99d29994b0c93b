import { describe, expect, it } from 'vitest';
import { installLines } from '../../internal/report/install-text.ts';
import { renderWide } from '../../internal/report/wide.ts';
import {
  checkOf,
  diagnosisOf,
  evidenceOf,
  findingOf,
  plainText,
  richDiagnosis,
} from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';

describe('wide', () => {
  it.each([80, 120])('looks as agreed in %i columns', (width) => {
    const text = renderWide(richDiagnosis(), plainText(width));
    expect(text).toBe(golden(`rich.wide.${width}.txt`, text));
  });

  it('has all evidence, uncut', () => {
    const evidence = Array.from({ length: 30 }, (_, index) =>
      evidenceOf({ text: `begin-${index} ${'x '.repeat(200)}end-${index}` }),
    );
    const text = renderWide(
      diagnosisOf({ verdict: 'findings', findings: [findingOf({ evidence })] }),
      plainText(100),
    );
    for (let index = 0; index < 30; index += 1) {
      expect(text).toContain(`begin-${index} `);
      expect(text).toContain(`end-${index}\n`);
    }
  });

  it('tells the installation', () => {
    const diagnosis = diagnosisOf();
    const text = renderWide(diagnosis, plainText(160));
    for (const line of installLines(diagnosis.install)) expect(text).toContain(line);
  });

  it('lists every check, what is open before what is well', () => {
    const text = renderWide(
      diagnosisOf({
        checks: [
          checkOf({ id: 'a-passed' }),
          checkOf({ id: 'b-open', result: 'unknown', reason: 'because of this' }),
          checkOf({ id: 'c-found', result: 'found' }),
          checkOf({ id: 'd-not', result: 'not-applicable', reason: 'no such thing' }),
        ],
      }),
      plainText(),
    );
    const places = ['c-found', 'b-open', 'd-not', 'a-passed'].map((id) =>
      text.indexOf(`\n  ${id}`),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text).toContain('because of this');
    expect(text).toContain('no such thing');
  });
});
