import { describe, expect, test } from 'vitest';
import { closingParts } from '../../internal/report/closing.ts';
import { verdictSentence } from '../../internal/report/verdict.ts';
import { checkOf, diagnosisOf, installOf } from '../support/diagnosis.ts';

const none = installOf({ renderer: 'none', daemonSet: null, calicoVersion: null, namespace: null });
const elsewhere = installOf({ daemonSet: null, namespace: null });

const unknownBecause = (reason: string, failed = false) =>
  checkOf({ result: 'unknown', reason, failed });

describe('a cluster in which no Calico was seen', () => {
  test.each([
    ['because all was read', none, checkOf(), true, true],
    ['and no log', none, unknownBecause('logs: none were read'), true, true],
    ['with -n, though its operator is there', elsewhere, checkOf(), false, true],
    ['because pods were refused', none, unknownBecause('pods: no right', true), false, false],
    ['in a dump without pods', none, unknownBecause('pods: not in the dump'), false, false],
    [
      'beside a list that was refused',
      none,
      unknownBecause('events: no right', true),
      false,
      false,
    ],
  ])('%s', (_name, install, check, isAbsent, isTold) => {
    const diagnosis = diagnosisOf({ verdict: 'unknown', install, findings: [], checks: [check] });
    expect(closingParts(diagnosis, false).includes('no Calico')).toBe(isAbsent);
    expect(verdictSentence(diagnosis).startsWith('No calico-node')).toBe(isTold);
  });
});
