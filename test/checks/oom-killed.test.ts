import { describe, expect, it } from 'vitest';
import { oomKilled } from '../../internal/checks/oom-killed.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  daemonSetOf,
  nodeOf,
  podOn,
  stuckInit,
  unready,
} from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { ended } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

type Change = (sample: Sample) => void;
const node = 'worker-2';
const limit =
  (memory: string): Change =>
  (sample) => {
    const pods = workers(3).map(({ name }) => podOn(sample, name).spec);
    for (const spec of [daemonSetOf(sample).spec?.template?.spec, ...pods]) {
      const [container] = spec?.containers ?? [];
      if (container) container.resources = { limits: { memory } };
    }
  };
const killed =
  (exitCode: number, ago = 40): Change =>
  (sample) =>
    crashLoop(sample, podOn(sample, node), {
      lived: 200,
      exitCode,
      reason: 'OOMKilled',
      restarts: 5,
      ago,
    });
const felix = (sample: Sample, pid: number, level: string, message: string, ago: number): string =>
  logLine(
    { start: at(sample, -ago), version: 'v3.32.1' },
    0,
    level,
    'felix',
    'daemon.go',
    message,
  ).replace('[61]', `[${pid}]`);
const churn =
  (last: string | null = null): Change =>
  (sample) => {
    unready(podOn(sample, node));
    appendLog(
      sample,
      podOn(sample, node),
      [301, 377, 452].flatMap((pid, index) => [
        felix(sample, pid, 'INFO', 'Felix starting up GOMAXPROCS=4', 300 - index * 60),
        ...(last === null ? [] : [felix(sample, pid, 'FATAL', last, 260 - index * 60)]),
      ]),
    );
  };
const sampleOf = (changes: readonly Change[], spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 3, version: 'v3.32.1', ...spec });
  for (const change of changes) change(sample);
  return sample;
};

describe('oom-killed', () => {
  it.each<[string, readonly Change[], object]>([
    [
      '137, with a limit',
      [limit('128Mi'), killed(137)],
      {
        severity: 'error',
        confidence: 'confirmed',
        facts: { limit: '128Mi', container: 'calico-node' },
      },
    ],
    ['exit code 0', [limit('48Mi'), killed(0)], { confidence: 'confirmed' }],
    ['no limit: the node ran out', [killed(137)], { confidence: 'likely', facts: { limit: null } }],
    [
      'no limit, and the node says so',
      [
        killed(137),
        (s) =>
          addEvent(
            s,
            nodeOf(s, node),
            'SystemOOM',
            'System OOM encountered, victim process: calico-node, pid: 8117',
          ),
      ],
      { confidence: 'confirmed' },
    ],
    [
      'Felix that vanishes again and again',
      [limit('64Mi'), churn()],
      { confidence: 'likely', facts: { nodes: [{ name: node, seenBy: 'processes' }] } },
    ],
    [
      'well again since some minutes',
      [
        limit('128Mi'),
        (s) =>
          ended(s, podOn(s, node), { exitCode: 137, reason: 'OOMKilled', restarts: 2, ago: 1500 }),
      ],
      { severity: 'warning', facts: { allReady: true } },
    ],
    [
      'an init container',
      [
        (s) =>
          stuckInit(podOn(s, node), 'install-cni', { waiting: { reason: 'CrashLoopBackOff' } }, 6, {
            terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: at(s, -30) },
          }),
      ],
      { severity: 'error', facts: { container: 'install-cni' } },
    ],
  ])('finds %s', (_name, changes, expected) => {
    const finding = findingIn(oomKilled, sampleOf(changes));
    expect(nodesOf(finding)).toEqual([node]);
    expect(finding).toMatchObject(expected);
  });

  it.each<[string, readonly Change[]]>([
    ['a healthy cluster with a limit', [limit('256Mi')]],
    [
      'a kill of another kind',
      [
        limit('256Mi'),
        (s) =>
          crashLoop(s, podOn(s, node), { lived: 60, exitCode: 137, reason: 'Error', restarts: 5 }),
      ],
    ],
    [
      'a kill of yesterday',
      [
        limit('256Mi'),
        (s) =>
          ended(s, podOn(s, node), {
            exitCode: 137,
            reason: 'OOMKilled',
            restarts: 1,
            ago: 80_000,
          }),
      ],
    ],
    ['Felix that says why it ends', [limit('256Mi'), churn('Exiting for config change')]],
    ['Felix that comes and goes without a limit', [churn()]],
    [
      'another process that the node killed',
      [
        (s) =>
          addEvent(
            s,
            nodeOf(s, node),
            'SystemOOM',
            'System OOM encountered, victim process: java, pid: 8117',
          ),
      ],
    ],
  ])('says nothing of %s', (_name, changes) => {
    expect(findingsIn(oomKilled, sampleOf(changes))).toEqual([]);
  });

  it.each([
    ['64Mi', '1Gi'],
    ['900Mi', '2Gi'],
    ['2G', '4Gi'],
  ])('raises %s to %s', (now, wanted) => {
    const [remedy] = findingIn(oomKilled, sampleOf([limit(now), killed(137)])).remedies;
    expect(remedy?.changes[0]?.body).toMatchObject({
      spec: { template: { spec: { containers: [{ resources: { limits: { memory: wanted } } }] } } },
    });
  });

  it('drains where the machine is out of memory', () => {
    expect(findingIn(oomKilled, sampleOf([killed(137)])).remedies[0]?.id).toBe('drain-node');
  });
});
