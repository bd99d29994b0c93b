import { describe, expect, it } from 'vitest';
import { imagePullFailure } from '../../internal/checks/image-pull-failure.ts';
import { registryOf } from '../../internal/remediations/image-source.ts';
import { healthyCluster } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { podOn } from '../support/faults.ts';
import { findingIn } from '../support/findings.ts';
import { waitsFor } from '../support/pod-faults.ts';

describe('registryOf', () => {
  it.each([
    ['quay.io/calico/node:v3.31.0', 'quay.io'],
    ['docker.io/calico/node:v3.29.1', 'registry-1.docker.io'],
    ['calico/node:v3.8.2', 'registry-1.docker.io'],
    ['node:v1', 'registry-1.docker.io'],
    ['10.1.2.3:5000/calico/node@sha256:00', '10.1.2.3:5000'],
    ['localhost/node:v1', 'localhost'],
  ])('%s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

describe('imageSource', () => {
  it.each<[string, Kind, string, string]>([
    ['the name is wrong', 'operator', 'manifest unknown', 'change-image-source'],
    ['the way is closed', 'operator', 'dial tcp 10.0.0.1:443: i/o timeout', 'pull-by-hand'],
    ['the way is closed', 'manifest', 'dial tcp 10.0.0.1:443: i/o timeout', 'pull-by-hand'],
    ['the disk is full', 'manifest', 'no space left on device', 'pull-by-hand'],
  ])('proposes first what helps: %s, %s', (_name, install, message, first) => {
    const sample = healthyCluster({ nodes: 2, install });
    waitsFor(podOn(sample, 'worker-1'), 'calico-node', 'ErrImagePull', message);
    const { remedies } = findingIn(imagePullFailure, sample);
    expect(remedies[0]?.id).toBe(first);
    const change = remedies.find(({ id }) => id === 'change-image-source');
    expect(change?.target?.kind).toBe(install === 'operator' ? 'Installation' : 'DaemonSet');
  });

  it('pulls with docker where that is the runtime', () => {
    const sample = healthyCluster({ nodes: 1 });
    Object.assign(sample.lists.nodes?.[0]?.status?.nodeInfo ?? {}, {
      containerRuntimeVersion: 'docker://20.10.7',
    });
    waitsFor(podOn(sample, 'worker-1'), 'calico-node', 'ErrImagePull', 'i/o timeout');
    expect(findingIn(imagePullFailure, sample).remedies[0]?.manual).toContain(
      'sudo docker pull docker.io/calico/node:v3.29.1',
    );
  });
});
