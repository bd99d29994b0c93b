import { describe, expect, it } from 'vitest';
import { cpuThrottled } from '../../internal/checks/cpu-throttled.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import { appendLog, daemonSetOf, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { lateProbe } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

type Change = (sample: Sample) => void;
const node = 'worker-2';
const limit =
  (cpu: string, where: 'everywhere' | 'pods' = 'everywhere'): Change =>
  (sample) => {
    const pods = workers(3).map(({ name }) => podOn(sample, name).spec);
    const template = where === 'pods' ? [] : [daemonSetOf(sample).spec?.template?.spec];
    for (const spec of [...template, ...pods]) {
      const [container] = spec?.containers ?? [];
      if (container) container.resources = { limits: { cpu } };
    }
  };
const sick: Change = (sample) => unready(podOn(sample, node));
const late: Change = (sample) =>
  lateProbe(
    sample,
    podOn(sample, node),
    'Readiness probe failed: command timed out: "/bin/calico-node" timed out after 10s',
  );
const said =
  (message: string): Change =>
  (sample) =>
    appendLog(sample, podOn(sample, node), [
      logLine(
        { start: at(sample, -30), version: 'v3.27.3' },
        0,
        'WARNING',
        'felix',
        'health.go',
        message,
      ),
    ]);
const timedOut = said('Reporter is not live: timed out. name="InternalDataplaneMainLoop"');

const sampleOf = (changes: readonly Change[], spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 3, version: 'v3.27.3', ...spec });
  for (const change of changes) change(sample);
  return sample;
};

describe('cpu-throttled', () => {
  it.each<[string, readonly Change[], object]>([
    [
      'probes and log',
      [limit('200m'), sick, late, timedOut],
      { severity: 'error', confidence: 'confirmed', facts: { limit: '200m', cores: 0.2 } },
    ],
    ['probes alone', [limit('1'), sick, late], { confidence: 'likely', facts: { cores: 1 } }],
    ['log alone', [limit('0.5'), sick, timedOut], { confidence: 'likely' }],
    [
      'long loops',
      [
        limit('300m'),
        sick,
        said(
          'Summarising 4 dataplane reconciliation loops over 1m30s: avg=8s longest=12.1s (resync-routes-v4)',
        ),
      ],
      { confidence: 'likely' },
    ],
    ['a wide limit', [limit('4'), sick, late, timedOut], { confidence: 'possible' }],
    [
      'ready at the moment',
      [limit('100m'), late],
      { severity: 'warning', facts: { allReady: true } },
    ],
  ])('finds a limit and what it does: %s', (_name, changes, expected) => {
    const finding = findingIn(cpuThrottled, sampleOf(changes));
    expect(nodesOf(finding)).toEqual([node]);
    expect(finding).toMatchObject(expected);
  });

  it.each<[string, readonly Change[]]>([
    ['no limit', [sick, late, timedOut]],
    ['a limit, and all is well', [limit('100m')]],
    [
      'a limit, and short loops',
      [
        limit('100m'),
        said('Summarising 40 dataplane reconciliation loops over 1m2s: avg=4ms longest=1.2s ()'),
      ],
    ],
  ])('says nothing: %s', (_name, changes) => {
    expect(findingsIn(cpuThrottled, sampleOf(changes))).toEqual([]);
  });

  it('takes the limit away where it stands', () => {
    const [remedy] = findingIn(cpuThrottled, sampleOf([limit('200m'), sick, late])).remedies;
    expect(remedy?.changes[0]?.body).toEqual({
      spec: {
        template: {
          spec: { containers: [{ name: 'calico-node', resources: { limits: { cpu: null } } }] },
        },
      },
    });
  });

  it('keeps the other overrides of an Installation', () => {
    const sample = sampleOf([limit('200m'), sick, late], { install: 'operator' });
    const containers = [
      { name: 'calico-node', resources: { limits: { cpu: '200m', memory: '1Gi' } } },
      { name: 'install-cni', resources: { limits: { cpu: '1' } } },
    ];
    Object.assign(sample.lists.installations?.[0]?.spec ?? {}, {
      calicoNodeDaemonSet: { spec: { template: { spec: { containers } } } },
    });
    const [remedy] = findingIn(cpuThrottled, sample).remedies;
    expect(remedy).toMatchObject({
      action: 'apply',
      target: { kind: 'Installation', name: 'default' },
    });
    expect(remedy?.changes[0]?.body).toEqual({
      spec: {
        calicoNodeDaemonSet: {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'calico-node', resources: { limits: { memory: '1Gi' } } },
                  { name: 'install-cni', resources: { limits: { cpu: '1' } } },
                ],
              },
            },
          },
        },
      },
    });
  });

  it('looks for who put a limit into the pods that the DaemonSet has not', () => {
    const [remedy] = findingIn(
      cpuThrottled,
      sampleOf([limit('200m', 'pods'), sick, late]),
    ).remedies;
    expect(remedy).toMatchObject({ action: 'manual', changes: [] });
    expect(remedy?.manual.join('\n')).toContain('limitrange');
  });
});
