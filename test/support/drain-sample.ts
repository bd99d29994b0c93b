import type { Node, OwnerReference, Pod, PodSpec, Taint } from '../../internal/model/kubernetes.ts';
import type {
  DaemonSetSight,
  DisruptionBudget,
  DrainFacts,
} from '../../internal/plan/drain-facts.ts';
import { daemonSetsOf } from '../../internal/plan/drain-facts.ts';

type Labels = Readonly<Record<string, string>>;

/** A node that is ready, has 4 cores, 8 GiB and room for 20 pods, unless told otherwise. */
export function nodeOf(
  name: string,
  parts: {
    readonly ready?: 'True' | 'False' | 'Unknown';
    readonly cordoned?: boolean;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly taints?: readonly Taint[];
    readonly allocatable?: Labels;
    readonly system?: string;
  } = {},
): Node {
  const { ready = 'True', cordoned, labels = {}, annotations = {}, taints = [] } = parts;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: '7',
      labels: { 'kubernetes.io/hostname': name, ...labels },
      annotations,
    },
    spec: { taints, ...(cordoned ? { unschedulable: true } : {}) },
    status: {
      conditions: [{ type: 'Ready', status: ready }],
      nodeInfo: { operatingSystem: parts.system ?? 'linux', architecture: 'amd64' },
      allocatable: parts.allocatable ?? { cpu: '4', memory: '8Gi', pods: '20' },
    },
  };
}

/** Of a ReplicaSet unless told otherwise; `null`: nobody's. */
export function podOf(
  name: string,
  node: string,
  parts: {
    readonly namespace?: string;
    readonly owner?: 'ReplicaSet' | 'DaemonSet' | 'StatefulSet' | 'Job' | null;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly phase?: string;
    readonly ready?: boolean;
    readonly deletedAt?: string;
    readonly requests?: Labels;
    readonly spec?: PodSpec;
  } = {},
): Pod {
  const { owner = 'ReplicaSet', namespace = 'orders', phase = 'Running', ready = true } = parts;
  const apiVersion = owner === 'Job' ? 'batch/v1' : 'apps/v1';
  const reference: OwnerReference = {
    apiVersion,
    kind: owner ?? '',
    name: `${name}-of`,
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      labels: parts.labels ?? {},
      annotations: parts.annotations ?? {},
      ...(owner === null ? {} : { ownerReferences: [reference] }),
      ...(parts.deletedAt === undefined ? {} : { deletionTimestamp: parts.deletedAt }),
    },
    spec: {
      nodeName: node,
      containers: [{ name: 'main', resources: { requests: parts.requests ?? {} } }],
      ...parts.spec,
    },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

export function budgetOf(
  name: string,
  spec: DisruptionBudget['spec'],
  status: DisruptionBudget['status'],
  namespace = 'orders',
): DisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace, generation: 1 },
    spec,
    status: { observedGeneration: 1, ...status },
  };
}

/** Facts of a cluster that was read whole; its DaemonSets are there unless told otherwise. */
export function factsOf(parts: Partial<DrainFacts>): DrainFacts {
  const pods = parts.pods ?? [];
  const there = daemonSetsOf(pods).map((one): DaemonSetSight => ({
    ...one,
    state: 'there',
    message: '',
  }));
  return {
    now: '2026-05-04T10:00:00Z',
    nodes: [],
    completeNodes: null,
    daemonSets: there,
    budgets: [],
    claims: [],
    volumes: [],
    metrics: null,
    gaps: [],
    ...parts,
    pods,
  };
}
