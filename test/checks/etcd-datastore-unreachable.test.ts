import { describe, expect, it } from 'vitest';
import { etcdDatastoreUnreachable as check } from '../../internal/checks/etcd-datastore-unreachable.ts';
import { failStart, say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import type { Volume } from '../../internal/model/kubernetes.ts';
import type { Mutable, Sample } from '../support/sample.ts';

const version = 'v3.21.2';
const etcd = (): Sample => healthyCluster({ nodes: 3, version, install: 'etcd' });

const unary = (error: string): string =>
  `{"level":"warn","ts":"2026-03-01T11:59:50.000Z","caller":"clientv3/retry_interceptor.go:62","msg":"retrying of unary invoker failed","target":"endpoint://client-1/10.20.0.5:2379","attempt":0,"error":"rpc error: code = Unavailable desc = ${error}"}`;

describe('etcd-datastore-unreachable', () => {
  it.each<[string, string, string]>([
    [
      'no answer',
      'Hit error connecting to datastore - retry error=context deadline exceeded',
      'no-answer',
    ],
    [
      'a file that is not there',
      'Failed to create datastore client error=could not initialize etcdv3 client: open /calico-secrets/etcd-cert: no such file or directory',
      'certificate-file',
    ],
    [
      'another CA',
      unary(
        'connection error: desc = \\"transport: authentication handshake failed: x509: certificate signed by unknown authority\\"',
      ),
      'tls',
    ],
    [
      'a full etcd',
      'Unable to set global default configuration error=etcdserver: mvcc: database space exceeded, datastore',
      'no-space',
    ],
    [
      'no leader',
      'Hit error connecting to datastore - retry error=etcdserver: no leader',
      'no-leader',
    ],
    [
      'nobody who listens',
      unary(
        'connection error: desc = \\"transport: Error while dialing dial tcp 10.20.0.5:2379: connect: connection refused\\"',
      ),
      'refused',
    ],
    [
      'an empty setting',
      'Failed to create datastore client error=no etcd endpoints specified',
      'no-endpoints',
    ],
  ])('%s', (_name, message, cause) => {
    const sample = etcd();
    for (const node of ['worker-1', 'worker-2'])
      failStart(sample, node, [
        message.startsWith('{') ? message : say(sample, { version, ago: 8 }, message),
      ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      facts: { cause, endpoints: 'https://10.20.0.5:2379', nodesTotal: 3 },
    });
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2']);
    expect(finding.remedies[0]?.manual.length).toBeGreaterThan(1);
  });

  it.each<[string, Mutable<Volume> | null, object | null, RegExp]>([
    [
      'a Secret',
      { secret: { secretName: 'etcd-client' } },
      { kind: 'secret', name: 'etcd-client' },
      /get secret etcd-client/,
    ],
    [
      'a folder of the node',
      { hostPath: { path: '/etc/calico/certs' } },
      { kind: 'node', path: '/etc/calico/certs' },
      /sudo ls -l \/etc\/calico\/certs/,
    ],
    ['nothing that was read', null, null, /get daemonset calico-node.*\n.*\n.*calico-etcd-secrets/],
  ])('looks for the files in %s', (_name, volume, files, command) => {
    const sample = etcd();
    const pod = failStart(sample, 'worker-3', [
      'Calico node failed to start',
      'ERROR: Error accessing the Calico datastore: could not initialize etcdv3 client: open /secrets/client.crt: no such file or directory',
    ]);
    const container = pod.spec?.containers?.[0];
    if (container) {
      container.env?.push({ name: 'ETCD_CERT_FILE', value: '/secrets/client.crt' });
      container.volumeMounts = [
        { name: 'lib-modules', mountPath: '/lib/modules' },
        { name: 'certs', mountPath: '/secrets' },
      ];
    }
    if (pod.spec) pod.spec.volumes = volume ? [{ name: 'certs', ...volume }] : [];
    const finding = findingIn(check, sample);
    expect(finding.facts).toMatchObject({ cause: 'certificate-file', files });
    expect(finding.remedies[0]?.manual.join('\n')).toMatch(command);
  });

  it('takes the sharper of two reasons', () => {
    const sample = etcd();
    failStart(sample, 'worker-1', [
      unary(
        'connection error: desc = \\"transport: authentication handshake failed: remote error: tls: bad certificate\\"',
      ),
      say(
        sample,
        { version, ago: 2 },
        'Hit error connecting to datastore - retry error=context deadline exceeded',
      ),
    ]);
    expect(findingIn(check, sample).facts['cause']).toBe('tls');
  });

  it('leaves the API server, Typha and what is over alone', () => {
    const sample = etcd();
    failStart(sample, 'worker-1', [
      say(
        sample,
        { version, ago: 9 },
        'Failed to get config from datastore error=Get "https://10.96.0.1:443/api/v1/nodes": x509: certificate has expired',
      ),
      say(
        sample,
        { version, ago: 9 },
        'Failed to connect to typha endpoint error=tls: bad certificate, datastore',
      ),
    ]);
    stayUnready(sample, 'worker-2', [
      say(
        sample,
        { version, ago: 60 },
        'Hit error connecting to datastore - retry error=context deadline exceeded',
      ),
      say(sample, { version, ago: 50 }, 'Datastore connection verified'),
    ]);
    expect(findingsIn(check, sample)).toEqual([]);
  });

  it('is not for the Kubernetes datastore', () => {
    expect(isNotApplicable(check, healthyCluster({ nodes: 1 }))).toBe(true);
  });
});
