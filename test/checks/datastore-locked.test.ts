import { describe, expect, it } from 'vitest';
import { datastoreLocked as check } from '../../internal/checks/datastore-locked.ts';
import { explains } from '../../internal/checks/rank.ts';
import { upgradeIpamMigrationStuck } from '../../internal/checks/upgrade-ipam-migration-stuck.ts';
import { cniFails, failInit, say } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';

const refused = 'Calico is currently not ready to process requests';

const inform = (sample: Sample, datastoreReady: boolean): void =>
  add(sample, 'clusterInformations', {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'ClusterInformation',
    metadata: { name: 'default' },
    spec: { datastoreReady, calicoVersion: 'v3.29.1' },
  });

describe('datastore-locked', () => {
  it('finds the switch and the pods that wait', () => {
    const sample = healthyCluster({ nodes: 3 });
    inform(sample, false);
    cniFails(sample, 'worker-2', refused, { name: 'batch-1' });
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: { kind: 'locked', isSeen: true, waitingPods: 1, migrating: [] },
    });
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2', 'worker-3']);
    expect(namesOf(finding)).toContain('ClusterInformation/default');
  });

  it.each<[string, (sample: Sample) => void, object]>([
    ['the switch alone', (sample) => inform(sample, false), { isSeen: true }],
    [
      'a refused pod alone',
      (sample) => cniFails(sample, 'worker-1', refused),
      { isSeen: false, waitingPods: 1 },
    ],
    [
      'a Felix that waits',
      (sample) =>
        appendLog(
          sample,
          podOn(sample, 'worker-1'),
          [3, 2, 1].map((ago) =>
            say(
              sample,
              { version: 'v3.29.1', ago, level: 'WARNING', component: 'felix' },
              'Waiting for datastore to be initialized (or migrated)',
            ),
          ),
        ),
      { isSeen: false, nodes: ['worker-1'] },
    ],
    [
      'no ClusterInformation at all',
      (sample) =>
        cniFails(
          sample,
          'worker-1',
          'error getting ClusterInformation: resource does not exist: ClusterInformation(default) with error: clusterinformations.crd.projectcalico.org "default" not found',
        ),
      { kind: 'missing' },
    ],
  ])('is likely by %s', (_name, change, facts) => {
    const sample = healthyCluster({ nodes: 2 });
    change(sample);
    expect(findingIn(check, sample)).toMatchObject({ confidence: 'likely', facts });
  });

  it.each<[string, (sample: Sample) => void]>([
    ['an open one', (sample) => inform(sample, true)],
    [
      'one that was opened since',
      (sample) => {
        inform(sample, true);
        cniFails(sample, 'worker-1', refused);
      },
    ],
    [
      'a Felix that waited at its start',
      (sample) =>
        appendLog(sample, podOn(sample, 'worker-1'), [
          say(
            sample,
            { version: 'v3.29.1', ago: 500, component: 'felix' },
            'Waiting for datastore to be initialized (or migrated)',
          ),
          say(sample, { version: 'v3.29.1', ago: 1, component: 'felix' }, 'Summarising 3 loops'),
        ]),
    ],
  ])('finds nothing for %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 2 });
    change(sample);
    expect(findingsIn(check, sample)).toEqual([]);
  });

  it('is explained by a migration that is stuck', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.24.1' });
    inform(sample, false);
    cniFails(sample, 'worker-1', refused);
    failInit(sample, 'worker-2', {
      container: 'upgrade-ipam',
      state: 'running',
      restarts: 0,
      now: [
        '2026-03-01 11:59:58.000 [ERROR][1] ipam_plugin.go 95: failed to migrate ipam, retrying... error=failed to get add IPIP tunnel addr 10.244.3.1: no pools match node="worker-2"',
      ],
    });
    const finding = findingIn(check, sample);
    expect(finding.facts['migrating']).toEqual(['worker-2']);
    expect(explains(findingIn(upgradeIpamMigrationStuck, sample), finding)).toBe(true);
  });
});
