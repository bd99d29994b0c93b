import { describe, expect, it } from 'vitest';
import { kubernetesServiceEnvMissing as check } from '../../internal/checks/kubernetes-service-env-missing.ts';
import { failInit, failStart, say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';

const text =
  'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined';

describe('kubernetes-service-env-missing', () => {
  it('finds it in calico-node', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.9.6' });
    failStart(sample, 'worker-2', [
      say(
        sample,
        { version: 'v3.9.6', ago: 30, level: 'ERROR' },
        `Failed to build Kubernetes config error=${text}`,
      ),
    ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: { nodes: ['worker-2'], containers: ['calico-node'] },
    });
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding.remedies.map(({ id }) => id)).toEqual([
      'restart-pods',
      'kubernetes-services-endpoint',
    ]);
  });

  it('finds it in install-cni of two nodes as one finding', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.31.2', install: 'operator' });
    for (const node of ['worker-1', 'worker-3'])
      failInit(sample, node, {
        lines: [
          say(
            sample,
            { version: 'v3.31.2', ago: 30, level: 'FATAL', component: 'cni-installer' },
            `x error=${text}`,
          ),
        ],
      });
    expect(nodesOf(findingIn(check, sample))).toEqual(['worker-1', 'worker-3']);
  });

  it('finds nothing once the pod got an answer', () => {
    const sample = healthyCluster({ nodes: 2 });
    stayUnready(sample, 'worker-1', [
      say(sample, { version: 'v3.29.1', ago: 80 }, `x error=${text}`),
      say(sample, { version: 'v3.29.1', ago: 70 }, 'Datastore connection verified'),
    ]);
    expect(findingsIn(check, sample)).toEqual([]);
    expect(findingsIn(check, healthyCluster({ nodes: 2 }))).toEqual([]);
  });
});
