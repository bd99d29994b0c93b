import { hasPoolAddresses } from '../calico/address-source.ts';
import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, logEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { sickViews } from '../calico/nodes.ts';
import { poolTrouble, type PoolTrouble } from '../calico/operator-pools.ts';
import { refusedPattern, refusedPool } from '../calico/pool-errors.ts';
import { gapKind, poolGaps, selectorEvidence, type GapKind } from '../calico/pool-gaps.ts';
import { enabledPools } from '../calico/pools.ts';
import { presentSign } from '../calico/signs.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  correctPoolSettings,
  letOperatorMakePools,
  serveNode,
} from '../remediations/serve-node.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** `refused`: calico-node cannot make the pool that its settings ask for, and does not start. */
  readonly kind: GapKind | 'refused' | PoolTrouble['cause'];
  readonly selectors: readonly string[];
  /** Pods that wait, `namespace/name`. */
  readonly pods: readonly string[];
  readonly variable: string | null;
  readonly value: string | null;
}

function gapDrafts(snapshot: Snapshot): readonly Draft<Facts>[] {
  const gaps = poolGaps(snapshot);
  if (gaps.length === 0) return [];
  const nodes = gaps.map(({ view }) => view.name);
  const pods = gaps.flatMap(({ waiting }) => waiting.map(refOf));
  const told = gaps.flatMap((gap) => gap.told);
  const isSeen = gaps.some((gap) => gap.isSeen);
  const kind = gapKind(snapshot);
  const affected = [...nodeRefs(nodes), ...pods];
  const pools = enabledPools(itemsOf(snapshot, 'ipPools'));
  return [
    {
      severity: pods.length > 0 ? 'error' : 'warning',
      // The plugin's word and the waiting pod, or the pools and the pod; without a pod that waits, what the pools say is all.
      confidence: told.length > 0 || isSeen ? 'confirmed' : 'likely',
      facts: {
        nodes,
        kind,
        selectors: [...new Set(pools.map(({ spec }) => spec?.nodeSelector ?? 'all()'))],
        pods: pods.map(({ namespace, name }) => `${namespace ?? 'default'}/${name}`),
        variable: null,
        value: null,
      },
      affected,
      evidence: [
        ...told.slice(0, 3),
        ...gaps.slice(0, 2).flatMap(({ evidence }) => evidence),
        ...selectorEvidence(snapshot).slice(0, 3),
      ],
      explains: [
        { id: 'pods-without-network', affected },
        ...['cni-install-failed', 'node-without-routes'].map((id) => ({
          id,
          affected: [...affected, ...affectedBy(gaps.map(({ view }) => view))],
        })),
      ],
      remedies: [serveNode(snapshot, kind, nodes)],
    },
  ];
}

function refusedDrafts(snapshot: Snapshot): readonly Draft<Facts>[] {
  const found = sickViews(snapshot).flatMap((view) => {
    const sign = presentSign(snapshot, view, refusedPattern);
    const pool = refusedPool(sign?.line.message ?? '');
    return sign && pool && view.pod ? [{ view, pod: view.pod, sign, pool }] : [];
  });
  const [first] = found;
  if (!first) return [];
  const views = found.map(({ view }) => view);
  const affected = affectedBy(views);
  return [
    {
      severity: 'error',
      confidence: 'confirmed',
      facts: {
        nodes: views.map(({ name }) => name),
        kind: 'refused',
        selectors: [],
        pods: [],
        ...first.pool,
      },
      affected,
      evidence: found
        .slice(0, 3)
        .flatMap(({ view, pod, sign }) => [
          logEvidence(pod, sign.container, sign.line, sign.previous),
          ...(view.health?.state === 'sick'
            ? [fieldEvidence(pod, 'status', view.health.trouble)]
            : []),
        ]),
      explains: consequencesOf(snapshot, views, [
        'pod-not-ready',
        'crash-loop',
        'slow-startup-liveness-kill',
        'rollout-blocked',
        'cni-install-failed',
      ]),
      remedies: [correctPoolSettings(snapshot, first.pool)],
    },
  ];
}

function operatorDrafts(snapshot: Snapshot): readonly Draft<Facts>[] {
  const trouble = poolTrouble(snapshot);
  if (!trouble) return [];
  const { cause, evidence } = trouble;
  const affected = [{ kind: 'Installation', name: installOf(snapshot).installation ?? 'default' }];
  return [
    {
      severity: 'error',
      confidence: 'likely',
      facts: { nodes: [], kind: cause, selectors: [], pods: [], variable: null, value: null },
      affected,
      evidence: [evidence],
      explains: ['operator-degraded-config', 'rollout-blocked'].map((id) => ({ id, affected })),
      remedies: [letOperatorMakePools(snapshot, cause)],
    },
  ];
}

// A pool counts for a node if it is enabled, for pods, and its selector takes the node's labels.
export const ippoolNoneForNode = defineCheck<Facts>({
  id: 'ippool-none-for-node',
  title: 'every node has an IP pool that its pods may use',
  needs: ['ipPools'],
  uses: ['events', 'logs', ...installUses],
  run: (snapshot) =>
    hasPoolAddresses(snapshot)
      ? [...refusedDrafts(snapshot), ...operatorDrafts(snapshot), ...gapDrafts(snapshot)]
      : { notApplicable: words.otherSource },
  words: {
    en: {
      title: ({ nodes, kind }) => titles[kind](enumerate(nodes)),
      summary: ({ nodes, kind, selectors, pods, variable, value }) => {
        if (kind === 'refused')
          return `It shall make a pool at its start (${variable === null ? '' : `${variable}=`}${value ?? '?'}), and that is no valid one; so it ends.`;
        if (nodes.length === 0) return words.operator;
        const waiting =
          pods.length > 0
            ? `${pods.length === 1 ? `Pod ${pods[0]} waits` : `${pods.length} pods wait`} for an address.`
            : 'Running pods keep their address; the next one to start gets none.';
        return selectors.length > 0 && kind === 'not-selected'
          ? `${waiting} The pools are for nodes with: ${selectors.join('; ')}.`
          : waiting;
      },
    },
  },
});

const titles: Readonly<Record<Facts['kind'], (nodes: string) => string>> = {
  none: (nodes) => `there is no IP pool for the pods of ${nodes}`,
  'all-disabled': (nodes) => `every IP pool is disabled, so new pods on ${nodes} get no address`,
  'not-for-pods': (nodes) => `no IP pool is for pods, so new ones on ${nodes} get no address`,
  'not-selected': (nodes) => `no IP pool selects ${nodes}`,
  'no-pools': () => 'the operator waits for an IP pool, and there is none',
  'no-api-server': () => 'the operator cannot make the IP pools: there is no Calico API server',
  'not-owned': () => 'the operator does not change an IP pool that somebody else made',
  refused: (nodes) => `calico-node on ${nodes} refuses the IP pool of its own settings`,
};

const words = {
  otherSource: 'pods do not get their addresses from IP pools here',
  operator:
    'It renders calico-node only when there is a pool, and makes pools through the Calico API server alone.',
};
