import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { desiredNodes, nodeWorkloads, type NodeWorkload } from '../calico/install/workload.ts';
import { nodeViews } from '../calico/nodes.ts';
import { healthOf } from '../calico/pods.ts';
import { shownSymptoms } from '../calico/without-data.ts';
import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { keepOneInstallation } from '../remediations/keep-one-installation.ts';
import { defineCheck } from './define.ts';

type DoubleFacts = {
  /** `DaemonSet kube-system/calico-node`, … */
  readonly daemonSets: readonly string[];
  /** Nodes that run a pod of more than one. */
  readonly nodes: readonly string[];
  readonly sickPods: number;
};

const explained = [
  'health-port-in-use',
  'bgp-port-179-in-use',
  'bird-not-running',
  'bird-config-invalid',
  'bgp-as-or-id-mismatch',
  'bgp-port-179-blocked',
  'bgp-peer-down',
  'ip-address-conflict',
  'cni-install-failed',
  'cni-token-unauthorized',
  'iptables-programming-failure',
  'vxlan-device-conflict',
  'version-skew',
  'typha-unreachable',
  'network-unavailable-stale',
  'rollout-blocked',
];

const nameOf = ({ namespace, name }: NodeWorkload): string => `DaemonSet ${namespace}/${name}`;

const refOfWorkload = ({ namespace, name }: NodeWorkload): ObjectRef => ({
  kind: 'DaemonSet',
  namespace,
  name,
});

function evidenceOf(workload: NodeWorkload): Evidence {
  const desired = String(desiredNodes(workload) ?? workload.pods.length);
  return workload.daemonSet
    ? fieldEvidence(workload.daemonSet, 'status.desiredNumberScheduled', desired)
    : { from: refOfWorkload(workload), field: 'pods', text: desired };
}

// A pod may be left from a workload that runs on this node no more: it counts only while it is not being deleted.
function nodesOf(workloads: readonly NodeWorkload[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { pods } of workloads) {
    const own = pods.flatMap(({ spec, metadata }) =>
      metadata.deletionTimestamp === undefined ? (spec?.nodeName ?? []) : [],
    );
    for (const node of new Set(own)) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

const isSick = (snapshot: Snapshot, pod: Pod): boolean =>
  healthOf(pod, snapshot.takenAt).state === 'sick';

/** Two calico-node pods on a node fight for the health port, BGP's port, the CNI files and the same chains. */
export const twoInstallations = defineCheck<DoubleFacts>({
  id: 'two-installations',
  title: 'one installation of Calico serves the cluster',
  needs: [],
  uses: [...installUses, 'events'],
  run: (snapshot) => {
    const install = installOf(snapshot);
    if (install.state !== 'two-installations') return [];
    const workloads = nodeWorkloads(snapshot).filter((workload) => desiredNodes(workload) !== 0);
    const counts = nodesOf(workloads);
    const doubled = [...counts].flatMap(([node, count]) => (count > 1 ? [node] : [])).toSorted();
    const nodes = doubled.length > 0 ? doubled : [...counts.keys()].toSorted();
    const pods = workloads.flatMap((workload) =>
      workload.pods.filter(({ spec }) => nodes.includes(spec?.nodeName ?? '')),
    );
    const affected = [...nodeRefs(nodes), ...workloads.map(refOfWorkload), ...pods.map(refOf)];
    return [
      {
        severity: 'error',
        confidence: doubled.length > 0 ? 'confirmed' : 'likely',
        facts: {
          daemonSets: workloads.map(nameOf),
          nodes,
          sickPods: pods.filter((pod) => isSick(snapshot, pod)).length,
        },
        affected,
        evidence: workloads.map(evidenceOf),
        explains: [
          ...explained.map((id) => ({ id, affected })),
          ...shownSymptoms(snapshot, nodeViews(snapshot)),
        ],
        remedies: [keepOneInstallation(workloads, install)],
      },
    ];
  },
  words: {
    en: {
      title: ({ daemonSets, nodes }) =>
        `${daemonSets.length === 2 ? 'two installations' : `${daemonSets.length} installations`} of Calico run on ${enumerate(nodes)}`,
      summary: ({ daemonSets }) =>
        `${enumerate(daemonSets)} want to run on the same nodes. They fight for the health port, for BGP's port, for the CNI configuration and for the same rules, so which of them works changes from start to start.`,
      ruledOut: () => [
        'not a migration by the operator: no node carries its migration label, and no Installation is taking the other over',
      ],
    },
  },
});
