import { describe, expect, it } from 'vitest';
import { imagePullFailure } from '../../internal/checks/image-pull-failure.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { addEvent, daemonSetOf, podOn, stuckInit, unready } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { replaced, waitsFor } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const image = 'docker.io/calico/node:v3.29.1';
const backOff = `Back-off pulling image "${image}"`;

/** A pod that waits for the image of its main container, with or without a word of the registry. */
function waiting(
  sample: Sample,
  node: string,
  reason: string,
  message?: string,
  event?: string,
): void {
  const pod = podOn(sample, node);
  replaced(sample, pod, 300);
  waitsFor(pod, 'calico-node', reason, message);
  if (event) addEvent(sample, pod, 'Failed', event, { count: 4 });
}

const refused = 'rpc error: desc = failed to resolve reference: 429 Too Many Requests';

describe('image-pull-failure', () => {
  it.each<[string, string, string | undefined, string | undefined, string, string]>([
    [
      'the event tells',
      'ImagePullBackOff',
      backOff,
      `Failed to pull image "${image}": ${refused}`,
      'rate-limit',
      'confirmed',
    ],
    [
      'the status tells',
      'ErrImagePull',
      `rpc error: ${image}: not found`,
      undefined,
      'no-such-image',
      'confirmed',
    ],
    [
      'the status of v1.31 and newer tells',
      'ImagePullBackOff',
      `${backOff}: ErrImagePull: dial tcp: lookup quay.io: no such host`,
      undefined,
      'unreachable',
      'confirmed',
    ],
    ['nobody tells', 'ImagePullBackOff', backOff, undefined, 'unknown', 'likely'],
    ['no message at all', 'ErrImagePull', undefined, undefined, 'unknown', 'likely'],
    [
      'a broken name',
      'InvalidImageName',
      'invalid reference format',
      undefined,
      'invalid-name',
      'confirmed',
    ],
    [
      'never to be pulled',
      'ErrImageNeverPull',
      `Container image "${image}" is not present with pull policy of Never`,
      undefined,
      'never-pull',
      'confirmed',
    ],
  ])('%s', (_name, reason, message, event, cause, confidence) => {
    const sample = healthyCluster({ nodes: 3 });
    waiting(sample, 'worker-2', reason, message, event);
    const finding = findingIn(imagePullFailure, sample);
    expect(finding).toMatchObject({ severity: 'error', confidence, facts: { cause } });
    expect(namesOf(finding)).toEqual([
      'Node/worker-2',
      `Pod/${podOn(sample, 'worker-2').metadata.name}`,
    ]);
  });

  it.each<[Kind, string, string]>([
    ['operator', 'v3.28.0', 'install-cni'],
    ['manifest', 'v3.8.9', 'upgrade-ipam'],
    ['canal', 'v3.26.1', 'install-cni'],
    ['etcd', 'v3.20.0', 'install-cni'],
    ['canal', 'v3.24.5', 'kube-flannel'],
  ])('%s %s: the image of %s', (install, version, container) => {
    const sample = healthyCluster({ nodes: 2, install, version });
    waitsFor(podOn(sample, 'worker-1'), container, 'ErrImagePull', 'manifest unknown');
    const finding = findingIn(imagePullFailure, sample);
    expect(finding.facts['images']).toEqual([
      expect.objectContaining({ container, elsewhere: null }),
    ]);
  });

  it('makes one finding of a cause, and two of two causes', () => {
    const sample = healthyCluster({ nodes: 4 });
    waiting(sample, 'worker-1', 'ErrImagePull', 'x509: certificate signed by unknown authority');
    waiting(sample, 'worker-2', 'ErrImagePull', 'x509: certificate has expired');
    waiting(sample, 'worker-4', 'ErrImagePull', 'write layer: no space left on device');
    const found = findingsIn(imagePullFailure, sample).map((item) => [
      item.facts['cause'],
      nodesOf(item),
    ]);
    expect(found).toEqual([
      ['certificate', ['worker-1', 'worker-2']],
      ['disk-full', ['worker-4']],
    ]);
  });

  it('names the image that the pods before the update run, and leaves the odd version to it', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.29.1' });
    const pod = podOn(sample, 'worker-2');
    waiting(sample, 'worker-2', 'ImagePullBackOff', 'manifest unknown');
    const template = daemonSetOf(sample).spec?.template?.spec?.containers?.[0];
    for (const container of [pod.spec?.containers?.[0], template]) {
      if (container) container.image = 'docker.io/calico/node:v3.92.1';
    }
    const finding = findingIn(imagePullFailure, sample);
    expect(finding.facts['images']).toEqual([
      { container: 'calico-node', image: 'docker.io/calico/node:v3.92.1', elsewhere: image },
    ]);
    expect(finding.remedies[0]).toMatchObject({ id: 'change-image-source', action: 'apply' });
    expect(finding.remedies[0]?.manual).toContain(
      `kubectl -n kube-system set image daemonset/calico-node calico-node=${image}`,
    );
    const all = diagnose(snapshotFrom(sample), { toolVersion: 'test' }).findings;
    expect(all.map(({ id }) => id)).toEqual(['image-pull-failure']);
  });

  it('shows the state of the container and the event that tells the reason, of that image alone', () => {
    const sample = healthyCluster({ nodes: 2 });
    waiting(
      sample,
      'worker-2',
      'ImagePullBackOff',
      backOff,
      `Failed to pull image "${image}": ${refused}`,
    );
    const pod = podOn(sample, 'worker-2');
    addEvent(
      sample,
      pod,
      'Failed',
      'Failed to pull image "docker.io/calico/cni:v3.29.1": no space left on device',
      { ago: 5 },
    );
    addEvent(sample, pod, 'Failed', 'Error: ImagePullBackOff', { ago: 3 });
    addEvent(sample, pod, 'BackOff', `${backOff} x509:`, { ago: 2 });
    const { evidence, facts } = findingIn(imagePullFailure, sample);
    expect(facts['cause']).toBe('rate-limit');
    expect(evidence.map(({ field, text }) => [field, text])).toEqual([
      ['status.containerStatuses[calico-node].state.waiting', `ImagePullBackOff: ${backOff}`],
      ['event Failed', `Failed to pull image "${image}": ${refused}`],
    ]);
  });

  it('names the field of an init container, and the reason alone where there is no message', () => {
    const sample = healthyCluster({ nodes: 2 });
    waitsFor(podOn(sample, 'worker-2'), 'install-cni', 'ErrImagePull');
    expect(findingIn(imagePullFailure, sample).evidence).toMatchObject([
      { field: 'status.initContainerStatuses[install-cni].state.waiting', text: 'ErrImagePull' },
    ]);
  });

  it('finds a pull that does not come to an end', () => {
    const sample = healthyCluster({ nodes: 2 });
    const pod = podOn(sample, 'worker-2');
    replaced(sample, pod, 900);
    waitsFor(pod, 'calico-node', 'PodInitializing');
    addEvent(sample, pod, 'Pulling', `Pulling image "${image}"`, { ago: 800, type: 'Normal' });
    expect(findingIn(imagePullFailure, sample)).toMatchObject({
      confidence: 'likely',
      facts: { cause: 'slow', images: [{ container: 'calico-node', image, elsewhere: null }] },
    });
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'a pull that has just begun',
      (sample) => {
        const pod = podOn(sample, 'worker-2');
        replaced(sample, pod, 130);
        waitsFor(pod, 'calico-node', 'PodInitializing');
        addEvent(sample, pod, 'Pulling', `Pulling image "${image}"`, { ago: 120, type: 'Normal' });
      },
    ],
    [
      'an old failure of a pod that is ready now',
      (sample) =>
        addEvent(
          sample,
          podOn(sample, 'worker-2'),
          'Failed',
          `Failed to pull image "${image}": not found`,
          { ago: 1200 },
        ),
    ],
    [
      'an old failure of a pod that is sick for another reason',
      (sample) => {
        const pod = podOn(sample, 'worker-2');
        unready(pod);
        addEvent(sample, pod, 'Failed', `Failed to pull image "${image}": not found`, {
          ago: 1200,
        });
      },
    ],
    [
      'a pull that has come to its end, long ago',
      (sample) => {
        const pod = podOn(sample, 'worker-2');
        replaced(sample, pod, 900);
        waitsFor(pod, 'calico-node', 'PodInitializing');
        addEvent(sample, pod, 'Pulling', `Pulling image "${image}"`, { ago: 800, type: 'Normal' });
        addEvent(sample, pod, 'Pulled', `Successfully pulled image "${image}"`, {
          ago: 790,
          type: 'Normal',
        });
      },
    ],
    [
      'a pull of the run before: the container was started since',
      (sample) => {
        const pod = podOn(sample, 'worker-2');
        unready(pod);
        addEvent(sample, pod, 'Pulling', `Pulling image "${image}"`, { ago: 800, type: 'Normal' });
      },
    ],
    [
      'an image of another processor, told by the event',
      (sample) => {
        const event = `Failed to pull image "${image}": no match for platform in manifest`;
        waiting(sample, 'worker-2', 'ImagePullBackOff', backOff, event);
      },
    ],
    [
      'an image of another processor',
      (sample) =>
        waiting(sample, 'worker-2', 'ErrImagePull', 'no match for platform in manifest: not found'),
    ],
    [
      'an init container that runs',
      (sample) => {
        const running = { running: { startedAt: at(sample, -400) } };
        stuckInit(podOn(sample, 'worker-2'), 'install-cni', running, 1);
      },
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(imagePullFailure, sample)).toEqual([]);
  });

  it('leaves nothing for the check of the runtime, with events and without', () => {
    for (const event of [undefined, `Failed to pull image "${image}": ${refused}`]) {
      const sample = healthyCluster({ nodes: 3 });
      waiting(sample, 'worker-2', 'ImagePullBackOff', backOff, event);
      const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
      expect(findings.map(({ id }) => id)).toEqual(['image-pull-failure']);
    }
  });
});
