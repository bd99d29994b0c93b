import { describe, expect, it } from 'vitest';
import { typhaUnreachable as check } from '../../internal/checks/typha-unreachable.ts';
import { failStart, say, setEnv, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';
import { addTypha, type TyphaSpec } from '../support/typha-sample.ts';

const timeout = (address: string): string =>
  `Failed to connect to typha endpoint ${address}:5473.  Will try another if available... error=dial tcp ${address}:5473: i/o timeout myID=0x11b5 type=""`;
const none = [
  "Didn't find any ready Typha instances.",
  'Typha discovery enabled but discovery failed. error=Kubernetes service missing IP or port',
];

function cut(
  spec: TyphaSpec,
  node: string,
  messages: readonly string[],
  version = 'v3.29.1',
): Sample {
  const sample = healthyCluster({ nodes: 4, version });
  addTypha(sample, { version, ...spec });
  stayUnready(
    sample,
    node,
    messages.map((message) =>
      say(
        sample,
        { version, ago: 2, level: 'WARNING', component: 'felix', file: 'sync_client.go' },
        message,
      ),
    ),
  );
  return sample;
}

describe('typha-unreachable', () => {
  it.each<[string, Sample, object]>([
    [
      'a closed port',
      cut({ on: ['worker-1', 'worker-2'] }, 'worker-3', [
        timeout('10.20.0.11'),
        timeout('10.20.0.12'),
      ]),
      {
        cause: 'blocked',
        addresses: ['10.20.0.11:5473', '10.20.0.12:5473'],
        ready: 2,
        typhaNodes: ['worker-1', 'worker-2'],
      },
    ],
    [
      'a port without a listener',
      cut({ on: ['worker-1'] }, 'worker-3', [
        'Failed to connect to typha endpoint 10.20.0.12:5473.  Will try another if available... error=dial tcp 10.20.0.12:5473: connect: connection refused',
      ]),
      { cause: 'refused' },
    ],
    [
      'the words of older clients',
      cut(
        { on: ['worker-1'] },
        'worker-3',
        [
          'error connecting to typha endpoint (1 of 1) 10.20.0.11:5473 error=dial tcp 10.20.0.11:5473: connect: no route to host',
          'connection to typhas ([{10.20.0.11:5473}]) failed',
        ],
        'v3.20.2',
      ),
      { cause: 'blocked' },
    ],
    [
      'a service without endpoints',
      cut({ on: ['worker-1'] }, 'worker-3', none),
      { cause: 'no-endpoints' },
    ],
    ['Typha at 0', cut({ replicas: 0 }, 'worker-3', none), { cause: 'scaled-down', desired: 0 }],
    [
      'an image that cannot be pulled',
      cut({ failing: [{ node: 'worker-2', how: 'image' }] }, 'worker-3', none),
      { cause: 'image', ready: 0 },
    ],
    [
      'a Typha that crashes',
      cut({ failing: [{ node: 'worker-2', how: 'crash' }] }, 'worker-3', none),
      { cause: 'failing' },
    ],
    [
      'pods that cannot be placed',
      cut(
        { pending: ['0/4 nodes are available: 4 node(s) had untolerated taint(s).'] },
        'worker-3',
        none,
      ),
      { cause: 'unscheduled' },
    ],
  ])('finds %s', (_name, sample, facts) => {
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ severity: 'error', confidence: 'confirmed', facts });
    expect(nodesOf(finding)).toEqual(['worker-3']);
    expect(finding.remedies[0]?.manual.length).toBeGreaterThan(0);
  });

  it('is one finding for all nodes, start-up included', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.31.4', install: 'operator' });
    addTypha(sample, { on: ['worker-1'], version: 'v3.31.4' });
    for (const node of ['worker-2', 'worker-3'])
      failStart(sample, node, [
        say(
          sample,
          {
            version: 'v3.31.4',
            ago: 30,
            level: 'FATAL',
            component: 'tunnel-ip-allocator',
            file: 'startsyncerclient.go',
          },
          'Failed to connect to Typha error=failed to load next Typha address to try: tried all available discovered addresses',
        ),
        say(
          sample,
          { version: 'v3.31.4', ago: 31, level: 'WARNING', component: 'tunnel-ip-allocator' },
          timeout('10.20.0.11'),
        ),
      ]);
    const finding = findingIn(check, sample);
    expect(finding.facts['cause']).toBe('blocked');
    expect(nodesOf(finding)).toEqual(['worker-2', 'worker-3']);
  });

  it('is likely without a log, where no Typha is ready', () => {
    const sample = healthyCluster({ nodes: 2, noLogs: true });
    addTypha(sample, { failing: [{ node: 'worker-1', how: 'crash' }] });
    unready(podOn(sample, 'worker-2'));
    expect(findingIn(check, sample)).toMatchObject({
      confidence: 'likely',
      facts: { cause: 'failing' },
    });
  });

  it('finds a Typha that is not there at all', () => {
    const sample = healthyCluster({ nodes: 2 });
    setEnv(sample, { name: 'FELIX_TYPHAK8SSERVICENAME', value: 'calico-typha' });
    stayUnready(sample, 'worker-1', [
      say(
        sample,
        { version: 'v3.29.1', ago: 3, level: 'ERROR', component: 'felix' },
        none[1] ?? '',
      ),
    ]);
    expect(findingIn(check, sample).facts['cause']).toBe('no-typha');
  });

  it.each<[string, Sample]>([
    [
      'a client that found another one',
      cut({ on: ['worker-1'] }, 'worker-3', [
        timeout('10.20.0.12'),
        'Successfully connected to Typha at 10.20.0.11:5473 after 3.1s.',
      ]),
    ],
    [
      'TLS',
      cut({ on: ['worker-1'] }, 'worker-3', [
        'Failed to connect to typha endpoint 10.20.0.11:5473.  Will try another if available... error=x509: certificate signed by unknown authority',
      ]),
    ],
    [
      'a discovery that the API server does not answer',
      cut({ on: ['worker-1'] }, 'worker-3', [
        'Typha discovery enabled but discovery failed. error=Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/endpoints/calico-typha": dial tcp 10.96.0.1:443: i/o timeout',
      ]),
    ],
    [
      'working nodes',
      (() => {
        const sample = healthyCluster({ nodes: 3 });
        addTypha(sample, { on: ['worker-1', 'worker-2'] });
        return sample;
      })(),
    ],
  ])('finds nothing for %s', (_name, sample) => {
    expect(findingsIn(check, sample)).toEqual([]);
  });

  it('is not for clusters without Typha', () => {
    expect(isNotApplicable(check, healthyCluster({ nodes: 1 }))).toBe(true);
  });
});
