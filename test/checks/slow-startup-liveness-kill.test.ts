import { describe, expect, it } from 'vitest';
import { slowStartupLivenessKill } from '../../internal/checks/slow-startup-liveness-kill.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { addEvent, appendLog, crashLoop, daemonSetOf, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { lateProbe, lose, neighbourOn, slowStartLog, startUpTo } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';

interface Case extends ClusterSpec {
  readonly lived?: number;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly now?: 'running' | 'waiting';
  readonly each?: number;
  readonly until?: 'connected' | 'address' | 'tunnel';
  readonly log?: 'current' | 'previous' | 'none';
  readonly event?: boolean;
  readonly change?: (sample: Sample) => void;
}

const killing = (sample: Sample, probe = 'liveness'): void =>
  addEvent(
    sample,
    podOn(sample, 'worker-2'),
    'Killing',
    `Container calico-node failed ${probe} probe, will be restarted`,
    { type: 'Normal', count: 5 },
  );

/** worker-2 is killed while it starts; the log is that of a slow start. */
function slow(more: Case): Sample {
  const version = more.version ?? 'v3.29.3';
  const sample = healthyCluster({ nodes: 3, ...more, version });
  const pod = podOn(sample, 'worker-2');
  crashLoop(sample, pod, {
    lived: more.lived ?? 65,
    exitCode: more.exitCode ?? 137,
    reason: more.reason ?? 'Error',
    restarts: 6,
    ago: 40,
    now: more.now ?? 'waiting',
  });
  const text = slowStartLog(sample, {
    version,
    node: 'worker-2',
    ago: more.now === 'running' ? 38 : 105,
    each: more.each ?? 2,
    until: more.until ?? 'address',
  });
  sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
  if (more.log !== 'none') setLog(sample, pod, 'calico-node', text, more.log === 'previous');
  if (more.event) killing(sample);
  more.change?.(sample);
  return sample;
}

const plainLines = [
  'Skipping datastore connection test',
  'Using autodetected IPv4 address 10.31.2.40/24 on matching interface eth1',
  '',
].join('\n');

describe('slow-startup-liveness-kill', () => {
  it.each<[string, Case, string]>([
    ['by log, exit code and length', {}, 'confirmed'],
    ['the old format without a component', { version: 'v3.10.4' }, 'confirmed'],
    [
      'lines without any prefix',
      {
        install: 'etcd',
        version: 'v3.8.2',
        change: (s) => setLog(s, podOn(s, 'worker-2'), 'calico-node', plainLines),
      },
      'confirmed',
    ],
    ['while it allocates a tunnel address', { until: 'tunnel' }, 'confirmed'],
    [
      'with the previous log, the next start under way',
      { log: 'previous', now: 'running' },
      'confirmed',
    ],
    ['with the start under way alone', { now: 'running', event: true }, 'confirmed'],
    ['with the operator, 180 s', { install: 'operator', lived: 176 }, 'confirmed'],
    [
      'after a probe that was changed since, by the event',
      { lived: 240, event: true },
      'confirmed',
    ],
    [
      'exit code 0, where the kubelet and the log agree',
      { exitCode: 0, reason: 'Completed', event: true },
      'confirmed',
    ],
    ['a quick start that falls silent', { each: 0.01, until: 'tunnel' }, 'likely'],
    [
      'the next start is quick so far, and has its datastore',
      {
        now: 'running',
        each: 0.01,
        event: true,
        change: (s) =>
          setLog(
            s,
            podOn(s, 'worker-2'),
            'calico-node',
            slowStartLog(s, { version: 'v3.29.3', node: 'worker-2', ago: 3, each: 0.02 }),
          ),
      },
      'confirmed',
    ],
    ['no log at all', { log: 'none' }, 'possible'],
  ])('finds a start that is killed: %s', (_name, more, confidence) => {
    const finding = findingIn(slowStartupLivenessKill, slow(more));
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding).toMatchObject({ severity: 'error', confidence });
  });

  it('tells how long it lived, how far it came, and how slow the datastore was', () => {
    expect(findingIn(slowStartupLivenessKill, slow({ each: 2.5 })).facts).toMatchObject({
      nodes: [{ name: 'worker-2', lived: 65, restarts: 6, step: 'address', datastoreSeconds: 2.5 }],
      probe: 'liveness',
      budget: { from: 60, to: 80 },
      clusterNodes: 3,
    });
  });

  it.each<[string, Case]>([
    [
      'it gave up by itself',
      {
        exitCode: 1,
        change: (s) => appendLog(s, podOn(s, 'worker-2'), ['Calico node failed to start']),
      },
    ],
    [
      'it says Terminating',
      {
        change: (s) =>
          appendLog(s, podOn(s, 'worker-2'), [
            `${at(s, -41).replace('T', ' ').replace('Z', '.000')} [WARNING][9] startup/utils.go 48: Terminating`,
          ]),
      },
    ],
    [
      'the datastore cannot be reached',
      {
        change: (s) =>
          appendLog(s, podOn(s, 'worker-2'), [
            `${at(s, -60).replace('T', ' ').replace('Z', '.000')} [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.43.0.1:443/api/v1/nodes/foo": dial tcp 10.43.0.1:443: i/o timeout`,
          ]),
      },
    ],
    [
      'its log ends in health',
      {
        change: (s) =>
          setLog(
            s,
            podOn(s, 'worker-2'),
            'calico-node',
            startUpTo(s, podOn(s, 'worker-1'), 'Using node name'),
          ),
      },
    ],
    [
      'its Felix serves',
      {
        change: (s) =>
          setLog(
            s,
            podOn(s, 'worker-2'),
            'calico-node',
            startUpTo(s, podOn(s, 'worker-1'), 'Health enabled'),
          ),
      },
    ],
    ['OOMKilled', { reason: 'OOMKilled' }],
    ['a length by chance, and no event', { lived: 611 }],
    ['its node is lost', { change: (s) => lose(s, 'worker-2') }],
    [
      'its machine is overloaded',
      {
        change: (s) => {
          const proxy = neighbourOn(s, 'worker-2', 'kube-proxy');
          lateProbe(
            s,
            proxy,
            'Liveness probe failed: Get "http://10.20.0.12:10256/livez": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
          );
        },
      },
    ],
  ])('says nothing: %s', (name, more) => {
    const sample = slow(more);
    if (name === 'its log ends in health') {
      const healthy = sample.logs.find(
        ({ pod }) => pod === podOn(sample, 'worker-1').metadata.name,
      );
      const text = healthy?.read.state === 'read' ? healthy.read.text : '';
      setLog(sample, podOn(sample, 'worker-2'), 'calico-node', text);
    }
    expect(findingsIn(slowStartupLivenessKill, sample)).toEqual([]);
  });

  it('names a startup probe where that is what kills', () => {
    const sample = slow({
      install: 'operator',
      lived: 301,
      change: (s) => {
        const startupProbe = { periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 150 };
        for (const spec of [daemonSetOf(s).spec?.template?.spec, podOn(s, 'worker-2').spec])
          Object.assign(spec?.containers?.[0] ?? {}, { startupProbe });
        killing(s, 'startup');
      },
    });
    expect(findingIn(slowStartupLivenessKill, sample).facts).toMatchObject({ probe: 'startup' });
  });
});

describe('its remedy', () => {
  const remedyOf = (sample: Sample): Remedy | undefined =>
    findingIn(slowStartupLivenessKill, sample).remedies[0];

  it('patches the DaemonSet of a manifest, by numbers from what was seen', () => {
    const remedy = remedyOf(slow({}));
    expect(remedy).toMatchObject({
      action: 'apply',
      risk: 'restarts-pods',
      target: { kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
    });
    expect(remedy?.changes).toMatchInlineSnapshot(`
      [
        {
          "body": {
            "spec": {
              "template": {
                "spec": {
                  "containers": [
                    {
                      "livenessProbe": {
                        "failureThreshold": 10,
                        "initialDelaySeconds": 150,
                      },
                      "name": "calico-node",
                    },
                  ],
                },
              },
            },
          },
          "patchType": "strategic",
          "ref": {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "name": "calico-node",
            "namespace": "kube-system",
          },
          "verb": "patch",
        },
      ]
    `);
  });

  it('leaves the choices to a person where the operator has no field for it', () => {
    const remedy = remedyOf(slow({ install: 'operator', lived: 150 }));
    expect(remedy).toMatchObject({ action: 'manual', changes: [] });
  });
});
