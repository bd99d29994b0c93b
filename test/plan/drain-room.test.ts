import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../internal/model/kubernetes.ts';
import type { DrainFacts, Volume, VolumeClaim } from '../../internal/plan/drain-facts.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { requestsOf } from '../../internal/plan/drain-room.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import { factsOf, nodeOf, podOf } from '../support/drain-sample.ts';

function concerns(parts: Partial<DrainFacts>): readonly string[] {
  const options = drainOptionsOf({ ignoreDaemonSets: true, deleteEmptyDirData: true, force: true });
  return drainStep('n', factsOf(parts), options).concerns.map(
    ({ id, isBlocking }) => `${id}${isBlocking ? '!' : ''}`,
  );
}

const asks = (cpu: string, memory = '1Gi') => ({ requests: { cpu, memory } });
const two = [nodeOf('n'), nodeOf('m')];

describe('requestsOf', () => {
  const of = (spec: object) => Object.fromEntries(requestsOf(podOf('p', 'n', { spec })));
  const box = (cpu: string, more = {}) => ({ resources: { requests: { cpu } }, ...more });

  it.each([
    ['containers add up', { containers: [box('1'), box('500m')] }, 1.5],
    [
      'the largest init container counts alone',
      { containers: [box('1')], initContainers: [box('3'), box('2')] },
      3,
    ],
    [
      'a sidecar stays',
      { containers: [box('1')], initContainers: [box('2', { restartPolicy: 'Always' })] },
      3,
    ],
    ['the overhead comes on top', { containers: [box('1')], overhead: { cpu: '250m' } }, 1.25],
  ])('%s', (_name, spec, cpu) => {
    expect(of(spec)).toEqual({ cpu, pods: 1 });
  });
});

describe('room elsewhere', () => {
  it.each<readonly [string, readonly Node[], readonly Pod[], readonly string[]]>([
    ['is enough', two, [podOf('a', 'n', asks('1')), podOf('b', 'm', asks('1'))], []],
    ['is not enough', two, [podOf('a', 'n', asks('3')), podOf('b', 'm', asks('2'))], ['no-room']],
    [
      'is spread over two nodes',
      [...two, nodeOf('k')],
      [podOf('a', 'n', asks('3')), podOf('b', 'n', asks('3')), podOf('c', 'm', asks('1'))],
      ['others-nearly-full'],
    ],
    [
      'is not where a node is cordoned',
      [...two, nodeOf('k', { cordoned: true })],
      [podOf('a', 'n', asks('3')), podOf('b', 'm', asks('2'))],
      ['no-room', 'others-out'],
    ],
    [
      'is freed by pods that ended',
      two,
      [podOf('a', 'n', asks('3')), podOf('b', 'm', { ...asks('2'), phase: 'Succeeded' })],
      [],
    ],
    [
      'is short of pods',
      [nodeOf('n'), nodeOf('m', { allocatable: { cpu: '9', memory: '9Gi', pods: '1' } })],
      [podOf('a', 'n'), podOf('b', 'm')],
      ['no-room'],
    ],
    [
      'has no such device',
      two,
      [podOf('a', 'n', { requests: { 'gpu.example/card': '1' } })],
      ['no-room'],
    ],
    [
      'is not told by a node without figures',
      [nodeOf('n'), nodeOf('m', { allocatable: {} })],
      [podOf('a', 'n', asks('3'))],
      [],
    ],
  ])('%s', (_name, nodes, pods, expected) => {
    expect(concerns({ nodes, pods })).toEqual(expected);
  });

  it('says nothing of nodes whose pods were not read, but that', () => {
    const pods = [podOf('a', 'n', asks('3'))];
    expect(concerns({ nodes: two, pods, completeNodes: ['n'] })).toEqual(['room-unknown']);
    expect(concerns({ nodes: two, pods, completeNodes: ['n', 'm'] })).toEqual([]);
  });

  const used = (name: string, cpu: string) => ({
    kind: 'NodeMetrics',
    metadata: { name },
    usage: { cpu, memory: '1Gi' },
  });

  it.each([
    ['moves with the pods', '1500m', ['overload-moves']],
    ['finds its place', '100m', []],
  ])('an overload %s', (_name, other, expected) => {
    const metrics = [used('n', '3'), used('m', other)];
    expect(concerns({ nodes: two, metrics })).toEqual(expected);
  });
});

describe('places', () => {
  const host = (name: string) => ({ nodeSelector: { 'kubernetes.io/hostname': name } });
  const affinity = (...matchExpressions: object[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions }],
        },
      },
    },
  });
  const disk = { taints: [{ key: 'disk', value: 'fast', effect: 'NoSchedule' }] };

  it.each<readonly [string, readonly Node[], object, readonly string[]]>([
    ['by node selector', two, host('n'), ['only-this-node']],
    [
      'by affinity',
      two,
      affinity({ key: 'kubernetes.io/hostname', operator: 'In', values: ['n'] }),
      ['only-this-node'],
    ],
    [
      'elsewhere by affinity',
      two,
      affinity({ key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['n'] }),
      [],
    ],
    [
      'on a node that is cordoned',
      [...two, nodeOf('k', { cordoned: true })],
      host('k'),
      ['no-room', 'others-out'],
    ],
    [
      'not where it does not bear the taint',
      [nodeOf('n', disk), nodeOf('m', disk)],
      {},
      ['only-this-node'],
    ],
    [
      'on a node that is cordoned, with the taint of it',
      [
        ...two,
        nodeOf('k', {
          cordoned: true,
          taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
        }),
      ],
      host('k'),
      ['no-room', 'others-out'],
    ],
    [
      'not where it bears another effect of the taint',
      [nodeOf('n', disk), nodeOf('m', disk)],
      { tolerations: [{ key: 'disk', operator: 'Exists', effect: 'NoExecute' }] },
      ['only-this-node'],
    ],
    [
      'where it bears the taint',
      [nodeOf('n', disk), nodeOf('m', disk)],
      { tolerations: [{ key: 'disk', operator: 'Exists' }] },
      [],
    ],
  ])('%s', (_name, nodes, spec, expected) => {
    expect(concerns({ nodes, pods: [podOf('a', 'n', { spec })] })).toEqual(expected);
  });
});

describe('data', () => {
  const claim: VolumeClaim = {
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'orders' },
    spec: { volumeName: 'v' },
  };
  const zone = 'topology.kubernetes.io/zone';
  const bound = (key: string, value: string, more: Volume['spec'] = {}): Volume => ({
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: {
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }],
        },
      },
      ...more,
    },
  });
  const claiming = {
    volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'c' } }],
  };
  const zoned = (name: string, where: string) => nodeOf(name, { labels: { [zone]: where } });
  const stateful = podOf('a', 'n', { owner: 'StatefulSet', spec: claiming });

  it.each<readonly [string, Partial<DrainFacts>, readonly string[]]>([
    [
      'emptyDir is lost',
      { nodes: two, pods: [podOf('a', 'n', { spec: { volumes: [{ emptyDir: {} }] } })] },
      ['empty-dirs-lost'],
    ],
    [
      'pods of nobody are lost',
      { nodes: two, pods: [podOf('a', 'n', { owner: null })] },
      ['unmanaged-pods'],
    ],
    [
      'directories of the machine stay',
      {
        nodes: two,
        pods: [podOf('a', 'n', { spec: { volumes: [{ hostPath: { path: '/x' } }] } })],
      },
      ['host-paths'],
    ],
    [
      'a local volume stays',
      {
        nodes: two,
        pods: [podOf('a', 'n', { spec: claiming })],
        claims: [claim],
        volumes: [bound('kubernetes.io/hostname', 'n', { local: { path: '/x' } })],
      },
      ['local-volumes', 'only-this-node'],
    ],
    [
      'a volume of the zone can be used in it',
      {
        nodes: [zoned('n', 'a'), zoned('m', 'a')],
        pods: [stateful],
        claims: [claim],
        volumes: [bound(zone, 'a')],
      },
      ['stateful-pods'],
    ],
    [
      'a volume of the zone keeps its last node',
      {
        nodes: [zoned('n', 'a'), zoned('m', 'b')],
        pods: [stateful],
        claims: [claim],
        volumes: [bound(zone, 'a')],
      },
      ['last-in-zone!', 'stateful-pods', 'only-this-node'],
    ],
    [
      'a volume that goes everywhere',
      {
        nodes: [zoned('n', 'a'), zoned('m', 'b')],
        pods: [stateful],
        claims: [claim],
        volumes: [{ kind: 'PersistentVolume', metadata: { name: 'v' }, spec: {} }],
      },
      ['stateful-pods'],
    ],
  ])('%s', (_name, parts, expected) => {
    expect(concerns(parts)).toEqual(expected);
  });

  it('follows the claim of an ephemeral volume', () => {
    const spec = { volumes: [{ name: 'd', ephemeral: {} }] };
    const pods = [podOf('a', 'n', { spec })];
    const own = { ...claim, metadata: { ...claim.metadata, name: 'a-d' } };
    const volumes = [bound('kubernetes.io/hostname', 'n')];
    expect(concerns({ nodes: two, pods, claims: [own], volumes })).toEqual([
      'local-volumes',
      'only-this-node',
    ]);
  });
});
