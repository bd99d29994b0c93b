import { describe, expect, it } from 'vitest';
import { explains } from '../../internal/checks/rank.ts';
import { typhaTlsFailure as check } from '../../internal/checks/typha-tls-failure.ts';
import { typhaUnreachable } from '../../internal/checks/typha-unreachable.ts';
import { say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { setLog } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { addTypha } from '../support/typha-sample.ts';
import type { Sample } from '../support/sample.ts';

const version = 'v3.30.1';
const refused = (error: string): string =>
  `Failed to connect to typha endpoint 10.20.0.11:5473.  Will try another if available... error=${error} myID=0x9 type=""`;

function build(messages: readonly string[], told: readonly string[] = []): Sample {
  const sample = healthyCluster({ nodes: 3, version, install: 'operator' });
  const [typha] = addTypha(sample, { on: ['worker-1'], version });
  const line = (message: string, component: string): string =>
    say(sample, { version, ago: 3, level: 'WARNING', component, file: 'sync.go' }, message);
  stayUnready(
    sample,
    'worker-2',
    messages.map((message) => line(message, 'felix')),
  );
  if (typha && told.length > 0)
    setLog(
      sample,
      typha,
      'calico-typha',
      told.map((message) => `${line(message, 'typha')}\n`).join(''),
    );
  return sample;
}

describe('typha-tls-failure', () => {
  it.each([
    [
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'unknown-authority',
    ],
    [
      'x509: certificate has expired or is not yet valid: current time 2026-03-01T12:00:00Z is after 2026-02-01T00:00:00Z',
      'expired',
    ],
    ['Peer certificate does not have required CN', 'wrong-name'],
    ['remote error: tls: bad certificate', 'rejected'],
  ])('%s', (error, reason) => {
    const finding = findingIn(check, build([refused(error)]));
    expect(finding).toMatchObject({ severity: 'error', facts: { reason, isToldByTypha: false } });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('reads a rejection after the connection, files that are not there, and what Typha says', () => {
    const late = build(
      [
        'Successfully connected to Typha at 10.20.0.11:5473 after 20ms.',
        'Failed to read from server connection={} error=remote error: tls: unknown certificate authority',
      ],
      ['Connection handler finished error=remote error: tls: bad certificate'],
    );
    expect(findingIn(check, late).facts).toMatchObject({
      reason: 'unknown-authority',
      isToldByTypha: true,
    });
    const files = build([
      'Failed to load certificate and key error=open /node-certs/tls.crt: no such file or directory',
    ]);
    expect(findingIn(check, files).facts['reason']).toBe('files');
  });

  it('explains the connections that fail with it', () => {
    const sample = build([
      refused('remote error: tls: bad certificate'),
      'Failed to connect to Typha error=failed to load next Typha address to try: tried all available discovered addresses',
    ]);
    expect(explains(findingIn(check, sample), findingIn(typhaUnreachable, sample))).toBe(true);
  });

  it.each<[string, readonly string[]]>([
    ['a blocked port', [refused('dial tcp 10.20.0.11:5473: i/o timeout')]],
    [
      'a certificate of the API server',
      [
        'Failed to get config error=Get "https://10.96.0.1:443/api": x509: certificate signed by unknown authority',
      ],
    ],
    [
      'one that is accepted by now',
      [refused('remote error: tls: bad certificate'), 'ServerHello message received serverMsg={}'],
    ],
  ])('finds nothing for %s', (_name, messages) => {
    expect(findingsIn(check, build(messages))).toEqual([]);
  });

  it('is not for clusters without Typha', () => {
    expect(isNotApplicable(check, healthyCluster({ nodes: 1 }))).toBe(true);
  });
});
