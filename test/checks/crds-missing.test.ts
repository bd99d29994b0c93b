import { describe, expect, it } from 'vitest';
import { crdsMissing as check } from '../../internal/checks/crds-missing.ts';
import { cniFails, failStart, say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { addEvent, appendLog, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';

const noTier =
  'Unable to initialize default Tier error=resource does not exist: Tier(default) with error: the server could not find the requested resource (post Tiers.crd.projectcalico.org)';

function failAll(sample: Sample, version: string, text: string): void {
  for (const { metadata } of sample.lists.nodes ?? [])
    failStart(sample, metadata.name, [
      say(sample, { version, ago: 60, file: 'client.go' }, text),
      say(sample, { version, ago: 60, level: 'WARNING', file: 'utils.go' }, 'Terminating'),
    ]);
}

const crd = (name: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
});

describe('crds-missing', () => {
  it('finds the type that ends start-up on every node', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.30.3' });
    failAll(sample, 'v3.30.3', noTier);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: { types: ['tiers.crd.projectcalico.org'], isAbsent: false },
    });
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2', 'worker-3']);
  });

  it('knows the types of the v3 group, and several', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.32.1', install: 'operator' });
    failStart(
      sample,
      'worker-1',
      ['get FelixConfigurations.projectcalico.org default', 'post ippools.projectcalico.org'].map(
        (what) =>
          say(
            sample,
            { version: 'v3.32.1', ago: 9 },
            `x error=the server could not find the requested resource (${what})`,
          ),
      ),
    );
    expect(findingIn(check, sample).facts['types']).toEqual([
      'felixconfigurations.projectcalico.org',
      'ippools.projectcalico.org',
    ]);
  });

  it('believes the list of CRDs', () => {
    const build = (names: readonly string[]): Sample => {
      const sample = healthyCluster({ nodes: 2, version: 'v3.29.4' });
      failAll(sample, 'v3.29.4', noTier);
      sample.lists.customResourceDefinitions = names.map(crd);
      return sample;
    };
    expect(findingIn(check, build(['ippools.crd.projectcalico.org'])).facts['isAbsent']).toBe(true);
    expect(findingsIn(check, build(['tiers.crd.projectcalico.org']))).toEqual([]);
  });

  it('takes the word of other parts where calico-node has no log', () => {
    const sample = healthyCluster({ nodes: 2, noLogs: true });
    unready(podOn(sample, 'worker-1'));
    const controllers = runningPod(sample, {
      name: 'calico-kube-controllers-5b8c-x2x2x',
      namespace: 'kube-system',
      node: 'worker-2',
      hostIP: '10.20.0.12',
      age: 500,
      labels: { 'k8s-app': 'calico-kube-controllers' },
      spec: { containers: [{ name: 'calico-kube-controllers' }] },
    });
    add(sample, 'pods', controllers);
    addEvent(
      sample,
      controllers,
      'Unhealthy',
      'Readiness probe failed: Error initializing datastore: resource does not exist: Tier(default) with error: the server could not find the requested resource (post Tiers.crd.projectcalico.org)',
    );
    const finding = findingIn(check, sample);
    expect(finding.confidence).toBe('likely');
    expect(nodesOf(finding)).toEqual(['worker-1']);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['nothing', () => {}],
    [
      'a type of Calico 2, asked for on every start',
      (sample) =>
        stayUnready(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.29.1', ago: 4 },
            'Error getting resource Key=GlobalFelixConfig(name=CalicoVersion) error=the server could not find the requested resource (get GlobalFelixConfigs.crd.projectcalico.org calicoversion)',
          ),
        ]),
    ],
    [
      'a type that is merely listed, on a working node',
      (sample) =>
        appendLog(sample, podOn(sample, 'worker-1'), [
          say(
            sample,
            { version: 'v3.26.5', ago: 3, component: 'confd' },
            'Full resync is required ListRoot="/calico/resources/v3/projectcalico.org/bgpfilters"',
          ),
        ]),
    ],
    [
      'an object that does not exist',
      (sample) =>
        cniFails(
          sample,
          'worker-1',
          'clusterinformations.crd.projectcalico.org "default" not found',
        ),
    ],
    [
      'a type of Kubernetes',
      (sample) =>
        stayUnready(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.29.1', ago: 4 },
            'x error=the server could not find the requested resource (get endpointslices.discovery.k8s.io)',
          ),
        ]),
    ],
  ])('finds nothing for %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 2 });
    change(sample);
    expect(findingsIn(check, sample)).toEqual([]);
  });

  it('is not for etcd', () => {
    expect(isNotApplicable(check, healthyCluster({ nodes: 2, install: 'etcd' }))).toBe(true);
  });
});
