import { describe, expect, it } from 'vitest';
import { kubernetesVersionUnsupported as check } from '../../internal/checks/kubernetes-version-unsupported.ts';
import { crdsMissing } from '../../internal/checks/crds-missing.ts';
import { explains } from '../../internal/checks/rank.ts';
import { failStart, say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';

const slices =
  'Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/kubernetesendpointslices" error=resource does not exist: KubernetesEndpointSlice with error: the server could not find the requested resource';

describe('kubernetes-version-unsupported', () => {
  it('finds the nodes that say it', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.21.4', kubernetes: 'v1.25.3' });
    for (const node of ['worker-1', 'worker-2'])
      stayUnready(sample, node, [
        say(sample, { version: 'v3.21.4', ago: 1, component: 'felix' }, slices),
      ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: {
        calicoVersion: 'v3.21.4',
        kubernetesVersion: 'v1.25.3',
        fixedIn: '3.23.0',
        isBroken: true,
      },
    });
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2']);
  });

  it.each([
    ['v3.13.2', 'v1.23.4', '3.15.0'],
    ['v3.9.1', 'v1.26.4', '3.23.0'],
  ])('takes CRDs that %s cannot make on Kubernetes %s for it', (version, kubernetes, fixedIn) => {
    const sample = healthyCluster({ nodes: 2, version, kubernetes });
    const line =
      'Unable to ensure datastore is initialized. error=resource does not exist: ClusterInformation(default) with error: the server could not find the requested resource (post clusterinformations.crd.projectcalico.org)';
    for (const node of ['worker-1', 'worker-2'])
      failStart(sample, node, [say(sample, { version, ago: 41, level: 'ERROR' }, line)]);
    const cause = findingIn(check, sample);
    expect(cause.facts).toMatchObject({ api: 'apiextensions.k8s.io/v1beta1', fixedIn });
    expect(explains(cause, findingIn(crdsMissing, sample))).toBe(true);
    const newer = healthyCluster({ nodes: 2, version: 'v3.16.1', kubernetes: 'v1.22.4' });
    failStart(newer, 'worker-1', [say(newer, { version: 'v3.16.1', ago: 41 }, line)]);
    expect(findingsIn(check, newer)).toEqual([]);
  });

  it('is likely by the versions alone, without a log', () => {
    const sample = healthyCluster({
      nodes: 2,
      version: 'v3.22.1',
      kubernetes: 'v1.27.9',
      noLogs: true,
    });
    unready(podOn(sample, 'worker-2'));
    expect(findingIn(check, sample)).toMatchObject({ severity: 'error', confidence: 'likely' });
  });

  it('says nothing of silent pods of releases that do not list it', () => {
    const sample = healthyCluster({
      nodes: 2,
      version: 'v3.18.4',
      kubernetes: 'v1.27.9',
      noLogs: true,
    });
    unready(podOn(sample, 'worker-2'));
    expect(findingsIn(check, sample)).toEqual([]);
  });

  it('warns before the next start, while all still runs', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.22.1', kubernetes: 'v1.26.1' });
    expect(findingIn(check, sample)).toMatchObject({
      severity: 'warning',
      facts: { isBroken: false },
    });
  });

  it.each([
    ['v3.23.0', 'v1.25.3'],
    ['v3.22.4', 'v1.24.17'],
    ['v3.26.5', 'v1.36.3'],
    ['v3.14.2', 'v1.22.4'],
    ['v3.20.6', 'v1.27.4'],
  ])('finds nothing for Calico %s on Kubernetes %s', (version, kubernetes) => {
    expect(findingsIn(check, healthyCluster({ nodes: 2, version, kubernetes }))).toEqual([]);
  });

  it('leaves nodes that are sick of something else alone', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.22.4', kubernetes: 'v1.29.0' });
    stayUnready(sample, 'worker-1', [
      say(sample, { version: 'v3.22.4', ago: 1, component: 'confd' }, 'BGP is not what it was'),
    ]);
    expect(findingsIn(check, sample)).toEqual([]);
  });
});
