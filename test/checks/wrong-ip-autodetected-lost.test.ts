import { describe, expect, it } from 'vitest';
import { wrongIpAutodetected } from '../../internal/checks/wrong-ip-autodetected.ts';
import { meshName } from '../support/bird-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn } from '../support/faults.ts';
import { findingIn, findingsIn } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';
import { misses } from '../support/wrong-address.ts';

const changed = (change: (sample: Sample) => void): Sample => {
  const sample = healthyCluster({ nodes: 4 });
  change(sample);
  return sample;
};

describe('an address that the machine has lost', () => {
  const without = (error: string, up = false): Sample =>
    changed((s) => {
      const peers = ['10.20.0.11', '10.20.0.12', '10.20.0.13'];
      for (const peer of peers) {
        const session = `bird: ${meshName(peer)}`;
        appendLog(s, podOn(s, 'worker-4'), [
          `${session}: State changed to down`,
          `${session}: Starting`,
          `${session}: State changed to start`,
          `${session}: ${error}`,
          ...(up && peer === '10.20.0.12' ? [`${session}: State changed to up`] : []),
        ]);
      }
      misses(s, 'worker-4', peers);
    });

  it.each([
    'Socket error: bind: Cannot assign requested address',
    'Socket error: bind: Address not available',
  ])('is told by BIRD: %s', (error) => {
    const finding = findingIn(wrongIpAutodetected, without(error));
    expect(finding).toMatchObject({ confidence: 'confirmed', facts: { kind: 'gone' } });
    expect(finding.affected[0]).toMatchObject({ kind: 'Node', name: 'worker-4' });
    expect(finding.remedies.map(({ id }) => id)).toEqual(['restore-address']);
    expect(finding.symptoms.map(({ id }) => id)).toContain('bgp-port-179-blocked');
  });

  it('is not lost where one session is up, or BIRD says something else', () => {
    expect(
      findingsIn(wrongIpAutodetected, without('Socket error: bind: Address not available', true)),
    ).toEqual([]);
    expect(findingsIn(wrongIpAutodetected, without('Socket error: bind: Address in use'))).toEqual(
      [],
    );
    expect(findingsIn(wrongIpAutodetected, without('Received: Connection rejected'))).toEqual([]);
  });
});
