import { describe, expect, it } from 'vitest';
import { upgradeIpamMigrationStuck as check } from '../../internal/checks/upgrade-ipam-migration-stuck.ts';
import { failInit } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';

const line = (message: string, file = 'ipam/ipam_plugin.go'): string =>
  `2026-03-01 11:59:57.000 [ERROR][1] ${file} 91: ${message}`;

function migrating(message: string, version = 'v3.28.1', file?: string): Sample {
  const sample = healthyCluster({ nodes: 3, version });
  failInit(sample, 'worker-2', {
    container: 'upgrade-ipam',
    state: 'running',
    restarts: 1,
    now: [line('migrating from host-local to calico-ipam...', file), line(message, file)],
  });
  return sample;
}

describe('upgrade-ipam-migration-stuck', () => {
  it.each<[string, string | undefined, string, string]>([
    [
      'v3.28.1',
      undefined,
      'failed to migrate ipam, retrying... error=failed to get add IPIP tunnel addr 10.244.3.1: no pools node="worker-2"',
      'failed to get add IPIP tunnel addr 10.244.3.1: no pools',
    ],
    [
      'v3.13.1',
      'ipam_plugin.go',
      'failed to migrate ipam, retrying... error=PodCIDR  did not parse successfully: invalid CIDR address: ',
      'PodCIDR  did not parse successfully: invalid CIDR address: ',
    ],
    [
      'v3.25.0',
      undefined,
      'KUBERNETES_NODE_NAME not specified, refusing to migrate...',
      'KUBERNETES_NODE_NAME not specified, refusing to migrate...',
    ],
  ])('%s: reads the error', (version, file, message, error) => {
    const finding = findingIn(check, migrating(message, version, file));
    expect(finding).toMatchObject({ severity: 'error', facts: { error, isLocked: false } });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('takes a crash of the program for what stops it', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.9.3' });
    failInit(sample, 'worker-1', {
      container: 'upgrade-ipam',
      lines: [
        line('migrating from host-local to calico-ipam...', 'ipam_plugin.go'),
        'panic: runtime error: index out of range',
        'goroutine 1 [running]:',
      ],
    });
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ facts: { error: 'panic: runtime error: index out of range' } });
    expect(nodesOf(finding)).toEqual(['worker-1']);
    expect(finding.summary).not.toContain('every second');
  });

  it.each([
    'failed to migrate ipam, retrying... error=failed to get calico node resource: Get "https://10.96.0.1:443/api/v1/nodes/worker-2": dial tcp 10.96.0.1:443: i/o timeout',
    'failed to migrate ipam, retrying... error=connection is unauthorized: Unauthorized',
    'failed to migrate ipam, retrying... error=nodes "worker-2" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "nodes" in API group "" at the cluster scope',
    'host-local IPAM data dir not found; no migration necessary, successfully exiting...',
  ])('leaves to others, or to nobody: %s', (message) => {
    expect(findingsIn(check, migrating(message))).toEqual([]);
  });

  it('is over once it is through', () => {
    const sample = migrating('failed to migrate ipam, retrying... error=no pools');
    failInit(sample, 'worker-2', {
      container: 'install-cni',
      before: {
        'upgrade-ipam': [
          line('failed to migrate ipam, retrying... error=no pools'),
          line('migration from host-local to calico-ipam complete'),
        ],
      },
    });
    expect(findingsIn(check, sample)).toEqual([]);
  });
});
