import { describe, expect, test } from 'vitest';
import { closingParts } from '../../internal/report/closing.ts';
import { checkOf, diagnosisOf, installOf } from '../support/diagnosis.ts';

const none = installOf({ renderer: 'none', daemonSet: null, calicoVersion: null, namespace: null });

describe('a cluster in which no Calico was seen', () => {
  test.each<[string, boolean, boolean]>([
    ['because all was read', false, true],
    ['because lists were refused', true, false],
  ])('%s', (_name, failed, isTold) => {
    const checks = [checkOf({ result: 'unknown', reason: 'pods: no right to list pods', failed })];
    const diagnosis = diagnosisOf({ verdict: 'unknown', install: none, findings: [], checks });
    expect(closingParts(diagnosis, false).includes('no Calico')).toBe(isTold);
  });
});
