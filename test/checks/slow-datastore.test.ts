import { describe, expect, it } from 'vitest';
import { slowDatastore } from '../../internal/checks/slow-datastore.ts';
import { slowStartupLivenessKill } from '../../internal/checks/slow-startup-liveness-kill.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import { addEvent, appendLog, crashLoop, logOf, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { slowStartLog } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const kubeadm = (tail: string): string =>
  `failed to query kubeadm's config map error=Get "https://172.20.0.1:443/api/v1/namespaces/kube-system/configmaps/kubeadm-config?timeout=2s": ${tail}`;
const awaiting = 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)';

interface Case {
  readonly version?: string;
  readonly each?: number;
  readonly text?: string | null;
  readonly exitCode?: number;
  readonly now?: 'running' | 'waiting';
  /** Where the log of the run that gave up is; `none`: only the next start's is there. */
  readonly log?: 'current' | 'previous' | 'none';
  readonly nodes?: readonly string[];
}

function slow(more: Case): Sample {
  const { version = 'v3.32.1', each = 4.2, text = kubeadm(awaiting), now = 'waiting' } = more;
  const sample = healthyCluster({ nodes: 3, version });
  for (const name of more.nodes ?? ['worker-1']) {
    const pod = podOn(sample, name);
    const exitCode = more.exitCode ?? 1;
    crashLoop(sample, pod, { lived: 30, exitCode, reason: 'Error', restarts: 5, ago: 20, now });
    const options = { start: at(sample, -50), version };
    const start = slowStartLog(sample, { version, node: name, ago: 50, each });
    const end = [
      ...(text === null ? [] : [logLine(options, 29, 'ERROR', 'startup', 'startup.go', text)]),
      logLine(options, 29, 'WARNING', 'startup', 'utils.go', 'Terminating'),
      'Calico node failed to start',
      '',
    ].join('\n');
    sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
    const next = slowStartLog(sample, { version, node: name, ago: 18, each });
    if (more.log === 'none' || more.log === 'previous') setLog(sample, pod, 'calico-node', next);
    if (more.log !== 'none')
      setLog(sample, pod, 'calico-node', start + end, more.log === 'previous');
  }
  return sample;
}

describe('slow-datastore', () => {
  it.each<[string, Case, string]>([
    ['the question with two seconds', {}, 'confirmed'],
    ['the other wording', { text: kubeadm('context deadline exceeded') }, 'confirmed'],
    ['in the format of v3.10', { version: 'v3.10.4' }, 'confirmed'],
    ['slow, and it gave up, whatever the last line', { text: null }, 'confirmed'],
    ['the previous log', { log: 'previous', now: 'running' }, 'confirmed'],
    ['only the next start, slow as well', { log: 'none', now: 'running' }, 'likely'],
  ])('finds a start that gives up: %s', (_name, more, confidence) => {
    const finding = findingIn(slowDatastore, slow(more));
    expect(nodesOf(finding)).toEqual(['worker-1']);
    expect(finding).toMatchObject({ severity: 'error', confidence, facts: { wellNodes: 2 } });
    expect(findingsIn(slowStartupLivenessKill, slow(more))).toEqual([]);
  });

  it('tells how slow, and what is usual', () => {
    const { facts } = findingIn(slowDatastore, slow({}));
    expect(facts).toMatchObject({ nodes: [{ name: 'worker-1', seconds: 4.2 }] });
    expect(facts['usualSeconds']).toBeCloseTo(0.05);
  });

  it('finds all nodes as one', () => {
    const finding = findingIn(slowDatastore, slow({ nodes: workers(3).map(({ name }) => name) }));
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2', 'worker-3']);
    expect(finding.facts).toMatchObject({ wellNodes: 0, usualSeconds: null });
  });

  it.each<[string, Case]>([
    ['no connection', { each: 0.03, text: kubeadm('dial tcp 172.20.0.1:443: i/o timeout') }],
    [
      'a limit that ended the wait for a connection',
      {
        each: 0.03,
        text: kubeadm(
          'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
        ),
      },
    ],
    ['another error of the start', { each: 0.03, text: 'Failed to create default IPv4 IP pool' }],
    [
      'etcd',
      {
        each: 0.03,
        text: 'failed to query error=etcdserver: request timed out, context deadline exceeded',
      },
    ],
  ])('says nothing of %s', (_name, more) => {
    expect(findingsIn(slowDatastore, slow(more))).toEqual([]);
  });

  it('does not take a skipped test of the datastore for a connection', () => {
    const sample = slow({
      each: 0.03,
      text: 'Unable to query node configuration error=context deadline exceeded',
    });
    const pod = podOn(sample, 'worker-1');
    const log = logOf(sample, pod)
      .replace('Checking datastore connection', 'Skipping datastore connection test')
      .replace(/^.*Datastore connection verified\n/m, '');
    setLog(sample, pod, 'calico-node', log);
    expect(findingsIn(slowDatastore, sample)).toEqual([]);
  });

  it('says nothing where the start is through by now', () => {
    const sample = slow({ log: 'previous', now: 'running' });
    appendLog(sample, podOn(sample, 'worker-1'), [
      'Calico node started successfully',
      logLine(
        { start: at(sample, -5), version: 'v3.32.1' },
        0,
        'INFO',
        'felix',
        'health.go',
        'Health enabled.  Starting server. host="localhost" port=9099',
      ),
    ]);
    expect(findingsIn(slowDatastore, sample)).toEqual([]);
  });

  it('leaves a start that the kubelet killed to another check', () => {
    const sample = slow({ exitCode: 137, log: 'none', now: 'running' });
    addEvent(
      sample,
      podOn(sample, 'worker-1'),
      'Killing',
      'Container calico-node failed liveness probe, will be restarted',
    );
    expect(findingsIn(slowDatastore, sample)).toEqual([]);
    expect(nodesOf(findingIn(slowStartupLivenessKill, sample))).toEqual(['worker-1']);
  });
});
