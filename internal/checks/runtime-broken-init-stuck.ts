import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { overloadOf } from '../calico/load.ts';
import { isControlPlane } from '../calico/node-roles.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { isOnlyLate, runtimeComplaint, runtimeOf, type RuntimeName } from '../calico/runtime.ts';
import { runtimeEvidence, stuckPod, type StuckPod } from '../calico/stuck-pods.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { drainNode } from '../remediations/drain-node.ts';
import { restartRuntime } from '../remediations/restart-runtime.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly {
    readonly name: string;
    readonly runtime: RuntimeName | null;
    /** What the kubelet says of its runtime in the Ready condition; null if nothing. */
    readonly complaint: string | null;
    readonly stuck: StuckPod['kind'] | null;
    readonly container: string | null;
    readonly minutes: number | null;
    /** How the log of that container ends; null where there is no such container. */
    readonly log: StuckPod['log'] | null;
  }[];
}

interface Broken {
  readonly view: NodeView;
  readonly stuck: StuckPod | null;
  readonly complaint: string | null;
  readonly confidence: Draft['confidence'];
  readonly evidence: readonly Evidence[];
}

function brokenAt(snapshot: Snapshot, view: NodeView): Broken | null {
  if (view.isLost) return null;
  const stuck = stuckPod(snapshot, view);
  const complaint = runtimeComplaint(view.node);
  const others = runtimeEvidence(snapshot, view);
  // A machine that is too busy is late with its containers as well; then the load is the cause.
  const isBusy = complaint !== null && isOnlyLate(complaint) && overloadOf(snapshot, view) !== null;
  if (isBusy || (!stuck && complaint === null)) return null;
  const hasLog = stuck !== null && stuck.log !== 'unread';
  const isSure = stuck ? others.length > 0 && (hasLog || complaint !== null) : others.length > 1;
  const isLikely = complaint !== null || hasLog || others.length > 0;
  return {
    view,
    stuck,
    complaint,
    confidence: isSure ? 'confirmed' : isLikely ? 'likely' : 'possible',
    evidence: [...(stuck?.evidence ?? []), ...others],
  };
}

const order = ['confirmed', 'likely', 'possible'] as const;

function draftOf(snapshot: Snapshot, broken: readonly Broken[]): Draft<Facts> {
  const views = broken.map(({ view }) => view);
  const weakest = broken.map(({ confidence }) => order.indexOf(confidence));
  const names = new Set(views.map(({ name }) => name));
  const others = nodeViews(snapshot).filter(({ name, isReady }) => isReady && !names.has(name));
  return {
    severity: 'error',
    confidence: order[Math.max(...weakest)] ?? 'possible',
    facts: {
      nodes: broken.map(({ view, stuck, complaint }) => ({
        name: view.name,
        runtime: runtimeOf(view.node),
        complaint,
        stuck: stuck?.kind ?? null,
        container: stuck?.container ?? null,
        minutes: stuck ? Math.round(stuck.seconds / 60) : null,
        log: stuck?.log ?? null,
      })),
    },
    affected: affectedBy(views),
    evidence: broken.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: consequencesOf(snapshot, views, [
      'rollout-blocked',
      'network-unavailable-stale',
      'container-create-failure',
      'probe-timeout-too-short',
    ]),
    remedies: [
      restartRuntime(
        broken.map(({ view: { name, node, pod }, stuck }) => ({
          name,
          node,
          runtime: runtimeOf(node),
          pod: stuck ? (pod?.metadata.name ?? null) : null,
          namespace: pod?.metadata.namespace ?? 'kube-system',
        })),
      ),
      drainNode({
        nodes: views.map(({ name, node }) => ({ name, isControlPlane: isControlPlane(node) })),
        others: others.length,
        title: words.drain,
        cannotEndPods: true,
      }),
    ],
  };
}

// The kubelet can neither start nor end a container while its runtime does not answer: a pod stays where it is, and the status
// shows what was so last. A pod that waits for the API server looks the same from afar; its log tells the two apart.
export const runtimeBrokenInitStuck = defineCheck<Facts>({
  id: 'runtime-broken-init-stuck',
  title: "every node's container runtime answers its kubelet",
  needs: ['events', 'logs'],
  uses: ['nodeMetrics'],
  run: (snapshot) => {
    const broken = nodeViews(snapshot).flatMap((view) => brokenAt(snapshot, view) ?? []);
    return broken.length === 0 ? [] : [draftOf(snapshot, broken)];
  },
  words: {
    en: {
      title: ({ nodes }) => {
        const names = enumerate(nodes.map(({ name }) => name));
        const [first] = nodes;
        return nodes.every(({ complaint }) => complaint === null) && first?.container
          ? `${names}: ${first.container} is shown as running for ${first.minutes} minutes and does nothing; the container runtime hangs`
          : `${names}: the container runtime does not answer its kubelet`;
      },
      summary: ({ nodes }) =>
        [
          'No container can be started or ended there, so calico-node stays as it is.',
          ...(nodes.some(({ stuck }) => stuck === 'no-containers')
            ? ['Its pod has been scheduled, and the kubelet could not make one container of it.']
            : []),
        ].join(' '),
      ruledOut: ({ nodes }) =>
        nodes.every(({ log }) => log === 'finished' || log === 'empty')
          ? ['an API server that cannot be reached: the log of the init container does not say so']
          : [],
    },
  },
});

const words = { drain: 'If that does not help: drain the node and reboot it' };
