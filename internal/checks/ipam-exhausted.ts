import { affectedBy } from '../calico/affected.ts';
import { cniFailures } from '../calico/cni-failures.ts';
import { eventEvidence, fieldEvidence, logEvidence, refOf } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { enabledPools, prefixOf } from '../calico/pools.ts';
import { presentSign } from '../calico/signs.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence, ObjectRef } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addPool } from '../remediations/add-pool.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** True if calico-node itself gets no tunnel address. */
  readonly isTunnel: boolean;
  readonly pods: readonly string[];
  /** Why there is none: the pools are used up, blocks may not be shared, or a node may not have more of them. */
  readonly kind: 'pools' | 'strict-affinity' | 'block-limit';
  readonly pools: readonly string[];
}

// libcalico-go/lib/ipam: "Assigned N out of M requested IPv4 addresses[; <why>]"; the allocator of the tunnel address says it in
// words of its own up to v3.19 (node/pkg/allocateip).
const exhausted =
  /Assigned 0 out of \d+ requested IPv[46] addresses|pools are likely exhausted|No (?:more free affine blocks|IPs available in pools)|cannot allocate new block due to per host block limit/;

function kindOf(text: string): Facts['kind'] {
  if (/strict affinity/.test(text)) return 'strict-affinity';
  return /per host block limit/.test(text) ? 'block-limit' : 'pools';
}

function tunnelEvidence(snapshot: Snapshot, view: NodeView): readonly Evidence[] {
  const sign = view.health?.state === 'sick' ? presentSign(snapshot, view, exhausted) : null;
  return sign && view.pod ? [logEvidence(view.pod, sign.container, sign.line, sign.previous)] : [];
}

/** Pools whose blocks are all made and have no free address left, by the blocks of the snapshot. */
function fullPools(snapshot: Snapshot): readonly Evidence[] {
  const blocks = itemsOf(snapshot, 'ipamBlocks');
  if (blocks.length === 0) return [];
  return enabledPools(itemsOf(snapshot, 'ipPools')).flatMap((pool) => {
    const size = pool.spec?.blockSize ?? 26;
    const prefix = prefixOf(pool.spec?.cidr ?? '');
    const own = blocks.filter(({ spec }) => spec?.cidr?.endsWith(`/${size}`));
    const free = own.reduce((sum, { spec }) => sum + (spec?.unallocated?.length ?? 0), 0);
    const possible = prefix === null ? Infinity : 2 ** (size - prefix);
    return own.length >= possible && free === 0
      ? [
          fieldEvidence(
            pool,
            'spec.cidr',
            `${pool.spec?.cidr}: ${own.length} of ${possible} blocks, none free`,
          ),
        ]
      : [];
  });
}

function draftOf(snapshot: Snapshot): readonly Draft<Facts>[] {
  const tunnels = nodeViews(snapshot)
    .map((view) => ({ view, evidence: tunnelEvidence(snapshot, view) }))
    .filter(({ evidence }) => evidence.length > 0);
  const failures = cniFailures(snapshot).filter(
    ({ event, operation }) => operation === 'add' && exhausted.test(event.message),
  );
  if (tunnels.length === 0 && failures.length === 0) return [];
  const names = new Set([
    ...tunnels.map(({ view }) => view.name),
    ...failures.map(({ node }) => node),
  ]);
  const views = nodeViews(snapshot).filter(({ name }) => names.has(name));
  const texts = [
    ...tunnels.flatMap(({ evidence }) => evidence.map(({ text }) => text)),
    ...failures.map(({ event }) => event.message),
  ];
  const pods: readonly ObjectRef[] = failures.map(({ pod }) => refOf(pod));
  const full = fullPools(snapshot);
  const affected = affectedBy(views);
  const kind = kindOf(texts.join('\n'));
  return [
    {
      severity: 'error',
      // The plugin's own words, and the pods (or calico-node) that wait: two objects say the same.
      confidence: 'confirmed',
      facts: {
        nodes: views.map(({ name }) => name),
        isTunnel: tunnels.length > 0,
        pods: pods.map(({ namespace, name }) => `${namespace ?? ''}/${name}`),
        kind,
        pools: [
          ...new Set(
            texts.flatMap((text) =>
              [...text.matchAll(/\d+\.\d+\.\d+\.\d+\/\d+/g)].map(([cidr]) => cidr),
            ),
          ),
        ],
      },
      affected,
      evidence: [
        ...tunnels.slice(0, 2).flatMap(({ evidence }) => evidence),
        ...failures.slice(0, 2).map(({ event }) => eventEvidence(event)),
        ...full.slice(0, 2),
      ],
      explains: [
        { id: 'pods-without-network', affected: [...affected, ...pods] },
        ...[
          'pod-not-ready',
          'crash-loop',
          'slow-startup-liveness-kill',
          'bgp-peer-down',
          'node-without-routes',
          'rollout-blocked',
          'cni-install-failed',
        ].map((id) => ({ id, affected })),
      ],
      remedies: [addPool(snapshot, { reason: kind, cidr: null })],
    },
  ];
}

// Addresses come from blocks, blocks from pools. With the last one gone no pod starts, and calico-node that needs a tunnel address of
// its own does not start either.
export const ipamExhausted = defineCheck<Facts>({
  id: 'ipam-exhausted',
  title: 'there are free pod addresses',
  needs: ['events', 'logs'],
  uses: ['ipPools', 'ipamBlocks', ...installUses],
  run: draftOf,
  words: {
    en: {
      title: ({ kind, pools }) =>
        kind === 'pools'
          ? `no free addresses are left${pools.length > 0 ? ` in ${pools.slice(0, 3).join(', ')}` : ''}`
          : kinds[kind],
      summary: ({ isTunnel, pods, nodes }) =>
        [
          ...(pods.length > 0
            ? [
                `${pods.length === 1 ? `Pod ${pods[0]} waits` : `${pods.length} pods wait`} for an address.`,
              ]
            : []),
          ...(isTunnel
            ? [
                `calico-node needs one for its tunnel and does not start without it (${nodes.slice(0, 3).join(', ')}).`,
              ]
            : []),
        ].join(' '),
    },
  },
});

const kinds: Readonly<Record<'strict-affinity' | 'block-limit', string>> = {
  'strict-affinity': 'nodes have used up their own blocks, and may not borrow from others',
  'block-limit': 'a node has as many blocks as it may have, and all are full',
};
