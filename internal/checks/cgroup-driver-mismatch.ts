import { affectedBy } from '../calico/affected.ts';
import { cgroupSign, differences, type CgroupSign } from '../calico/cgroups.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { overloadOf } from '../calico/load.ts';
import { nodeViews } from '../calico/nodes.ts';
import type { QuietDeaths } from '../calico/quiet-deaths.ts';
import { runtimeOf } from '../calico/runtime.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { sameCgroupDriver } from '../remediations/cgroup-driver.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly kind: CgroupSign['kind'];
  readonly nodes: readonly {
    readonly name: string;
    readonly runtime: string | null;
    readonly logEnd: QuietDeaths['logEnd'];
    readonly otherPods: readonly string[];
    readonly sandboxes: number;
    /** Fields of `nodeInfo` and `metadata` in which the node differs from the healthy ones. */
    readonly differs: readonly string[];
  }[];
}

const order = ['confirmed', 'likely', 'possible'] as const;

function draftOf(
  snapshot: Snapshot,
  kind: Facts['kind'],
  signs: readonly CgroupSign[],
): Draft<Facts> {
  const views = signs.map(({ view }) => view);
  const weakest = signs.map(({ confidence }) => order.indexOf(confidence));
  return {
    severity: 'error',
    confidence: order[Math.max(...weakest)] ?? 'possible',
    facts: {
      kind,
      nodes: signs.map(({ view, deaths }) => ({
        name: view.name,
        runtime: view.node?.status?.nodeInfo?.containerRuntimeVersion ?? null,
        logEnd: deaths?.logEnd ?? null,
        otherPods: deaths?.others ?? [],
        sandboxes: deaths?.sandboxes ?? 0,
        differs: differences(snapshot, view),
      })),
    },
    affected: affectedBy(views),
    evidence: [
      ...signs.slice(0, 3).flatMap(({ evidence }) => evidence),
      ...views
        .slice(0, 2)
        .flatMap(({ node }) =>
          node
            ? [
                fieldEvidence(
                  node,
                  'status.nodeInfo',
                  `${node.status?.nodeInfo?.containerRuntimeVersion ?? ''}, ${node.status?.nodeInfo?.osImage ?? ''}`,
                ),
              ]
            : [],
        ),
    ],
    explains: ['container-create-failure', 'slow-startup-liveness-kill'].map((id) => ({
      id,
      affected: affectedBy(views),
    })),
    remedies: [
      sameCgroupDriver(
        views.map(({ name, node, pod }) => ({
          name,
          node,
          runtime: runtimeOf(node),
          pod: pod?.metadata.name ?? null,
          namespace: pod?.metadata.namespace ?? 'kube-system',
        })),
      ),
    ],
  };
}

// kubelet and runtime must place containers in the same cgroup tree. Where one says systemd and the other does not, systemd
// clears away what it did not make, and containers that are well are killed (kubernetes.io, "Configuring a cgroup driver").
export const cgroupDriverMismatch = defineCheck<Facts>({
  id: 'cgroup-driver-mismatch',
  title: 'kubelet and container runtime of every node use the same cgroup driver',
  needs: ['events', 'logs'],
  uses: ['nodeMetrics'],
  run: (snapshot) => {
    const signs = nodeViews(snapshot).flatMap((view) => {
      const sign = cgroupSign(snapshot, view);
      return sign && (sign.confidence === 'confirmed' || !overloadOf(snapshot, view)) ? [sign] : [];
    });
    return [...Map.groupBy(signs, ({ kind }) => kind)].map(([kind, group]) =>
      draftOf(snapshot, kind, group),
    );
  },
  words: {
    en: {
      title: ({ kind, nodes }) => {
        const names = enumerate(nodes.map(({ name }) => name));
        return kind === 'kubelet-cgroupfs'
          ? `${names}: the container runtime refuses the cgroups of its kubelet`
          : `${names} ${nodes.length === 1 ? 'kills' : 'kill'} containers that are well: kubelet and container runtime disagree about cgroups`;
      },
      summary: ({ kind, nodes }) =>
        kind === 'kubelet-cgroupfs'
          ? 'The runtime uses the systemd driver and the kubelet cgroupfs, so no container can be created.'
          : [
              nodes.every(({ logEnd }) => logEnd === 'healthy')
                ? 'calico-node was well when it was ended from outside, again and again.'
                : 'calico-node was ended from outside, again and again, with no fault in its log.',
              ...(nodes.some(({ otherPods, sandboxes }) => otherPods.length > 0 || sandboxes > 1)
                ? ['Other pods there go the same way, so the cause lies below Calico.']
                : []),
              "The API does not show the two drivers: compare them on the node before changing anything (containerd's SystemdCgroup, the kubelet's cgroupDriver).",
            ].join(' '),
      ruledOut: ({ kind, nodes }) =>
        kind === 'runtime-cgroupfs'
          ? [
              ...(nodes.every(({ logEnd }) => logEnd === 'healthy')
                ? ['a slow start or a fault of Felix: its log ends live and ready']
                : []),
              'memory: nothing on the node was OOM-killed',
            ]
          : [],
    },
  },
});
