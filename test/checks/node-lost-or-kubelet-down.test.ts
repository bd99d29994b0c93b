import { describe, expect, it } from 'vitest';
import { nodeLostOrKubeletDown } from '../../internal/checks/node-lost-or-kubelet-down.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, nodeOf, podOn, setCondition, unready } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { lose, setLeases } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';

const sampleOf = (change: (sample: Sample) => void): Sample => {
  const sample = healthyCluster({ nodes: 4, version: 'v3.28.2' });
  change(sample);
  return sample;
};

/** Ready Unknown and nothing else: no taint, no lease, fresh heartbeats. */
const onlyUnknown = (sample: Sample, name: string): void =>
  setCondition(
    sample,
    nodeOf(sample, name),
    'Ready',
    'Unknown',
    'NodeStatusUnknown',
    'Kubelet stopped posting node status.',
  );

describe('node-lost-or-kubelet-down', () => {
  it.each<[string, (sample: Sample) => void, readonly string[], string]>([
    [
      'a dead machine with stale lease',
      (s) => (lose(s, 'worker-3'), setLeases(s, { 'worker-3': 90 })),
      ['worker-3'],
      'confirmed',
    ],
    ['without leases: heartbeat and taint', (s) => lose(s, 'worker-2'), ['worker-2'], 'confirmed'],
    ['nothing but the condition', (s) => onlyUnknown(s, 'worker-1'), ['worker-1'], 'likely'],
    [
      'two at once are one finding',
      (s) => (lose(s, 'worker-2'), lose(s, 'worker-4')),
      ['worker-2', 'worker-4'],
      'confirmed',
    ],
  ])('finds %s', (_name, change, nodes, confidence) => {
    const finding = findingIn(nodeLostOrKubeletDown, sampleOf(change));
    expect(nodesOf(finding)).toEqual(nodes);
    expect(finding).toMatchObject({ severity: 'error', confidence, facts: { nodes } });
  });

  it('finds the node itself, its pod that is still shown as ready, and says so', () => {
    const sample = sampleOf((s) => lose(s, 'worker-3'));
    const finding = findingIn(nodeLostOrKubeletDown, sample);
    expect(namesOf(finding)).toEqual([
      'Node/worker-3',
      `Pod/${podOn(sample, 'worker-3').metadata.name}`,
    ]);
    expect(finding.facts).toMatchObject({ shownReady: ['worker-3'] });
  });

  it('explains the sessions that others miss with it, and with nobody else', () => {
    const sample = sampleOf((s) => {
      lose(s, 'worker-3');
      for (const [name, peers] of [
        ['worker-1', '10.20.0.13'],
        ['worker-2', '10.20.0.13,10.20.0.14'],
      ] as const) {
        unready(podOn(s, name));
        addEvent(
          s,
          podOn(s, name),
          'Unhealthy',
          `Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with ${peers}`,
        );
      }
    });
    const { symptoms } = findingIn(nodeLostOrKubeletDown, sample);
    const missing = symptoms.find(({ id }) => id === 'bgp-not-established');
    expect(missing?.affected.map(({ name }) => name)).toEqual([
      'worker-1',
      podOn(sample, 'worker-1').metadata.name,
    ]);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'a kubelet that says itself that it is not ready',
      (s) => setCondition(s, nodeOf(s, 'worker-1'), 'Ready', 'False', 'KubeletNotReady', 'x'),
    ],
    ['a lease that is half a minute late', (s) => setLeases(s, { 'worker-2': 30 })],
    [
      'a heartbeat of five minutes ago: kubelets report no more often',
      (s) => {
        for (const condition of nodeOf(s, 'worker-2').status?.conditions ?? [])
          condition.lastHeartbeatTime = at(s, -300);
      },
    ],
    [
      'an object left over from a machine that came back under another name',
      (s) => {
        lose(s, 'worker-4');
        const addresses = nodeOf(s, 'worker-4').status?.addresses;
        Object.assign(nodeOf(s, 'worker-1').status ?? {}, { addresses });
      },
    ],
  ])('says nothing of %s', (_name, change) => {
    expect(findingsIn(nodeLostOrKubeletDown, sampleOf(change))).toEqual([]);
  });

  it('names the unit that the kubelet runs in', () => {
    const sample = sampleOf((s) => {
      lose(s, 'worker-2');
      const info = nodeOf(s, 'worker-2').status?.nodeInfo;
      Object.assign(info ?? {}, { kubeletVersion: 'v1.30.4+rke2r1' });
    });
    const [remedy] = findingIn(nodeLostOrKubeletDown, sample).remedies;
    expect(remedy?.manual).toContain('sudo systemctl restart rke2-agent');
  });
});
