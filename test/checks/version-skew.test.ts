import { describe, expect, it } from 'vitest';
import { versionSkew as check } from '../../internal/checks/version-skew.ts';
import { failInit } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, daemonSetOf, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';
import { addTypha } from '../support/typha-sample.ts';

describe('version-skew', () => {
  it('finds an init container that is told what its image does not know', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.26.1' });
    for (const node of ['worker-1', 'worker-2'])
      failInit(sample, node, {
        container: 'mount-bpffs',
        lines: ['flag provided but not defined: -best-effort', 'Usage of /usr/bin/mountns:'],
      });
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ severity: 'error', facts: { unknown: '-best-effort' } });
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2']);
  });

  it('finds a probe of another release', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.8.5' });
    const pod = podOn(sample, 'worker-1');
    unready(pod);
    addEvent(
      sample,
      pod,
      'Unhealthy',
      'Liveness probe failed: flag provided but not defined: -bird-live\nUsage of Calico:\n  -felix-live',
    );
    expect(findingIn(check, sample)).toMatchObject({
      severity: 'error',
      facts: { unknown: '-bird-live' },
    });
  });

  it('finds a subcommand of a newer manifest', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.31.0' });
    failInit(sample, 'worker-1', {
      container: 'ebpf-bootstrap',
      lines: ['Error: unknown command "component" for "calico"'],
    });
    expect(findingIn(check, sample).facts['unknown']).toBe('component');
  });

  it('warns of parts of other releases', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.29.1' });
    addTypha(sample, { on: ['worker-1'], version: 'v3.26.0' });
    const cni = daemonSetOf(sample).spec?.template?.spec?.initContainers?.find(
      ({ name }) => name === 'install-cni',
    );
    if (cni) cni.image = 'docker.io/calico/cni:v3.27.3';
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ severity: 'warning', confidence: 'confirmed' });
    expect(finding.facts['differing']).toEqual([
      { component: 'cni', version: 'v3.27.3' },
      { component: 'typha', version: 'v3.26.0' },
    ]);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['one release', () => {}],
    [
      'Typha of the same release',
      (sample) => addTypha(sample, { on: ['worker-1'], version: 'v3.29.1' }),
    ],
    [
      'a rollout under way',
      (sample) => {
        const container = podOn(sample, 'worker-1').spec?.containers?.[0];
        if (container) container.image = 'docker.io/calico/node:v3.29.0';
      },
    ],
  ])('finds nothing for %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.29.1' });
    change(sample);
    expect(findingsIn(check, sample)).toEqual([]);
  });
});
