import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installUses } from '../calico/install/install.ts';
import { smallPools } from '../calico/small-pool.ts';
import { addPool } from '../remediations/add-pool.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cidr: string | null;
}

const explained = [
  'pod-not-ready',
  'crash-loop',
  'slow-startup-liveness-kill',
  'rollout-blocked',
  'cni-install-failed',
];

// A pool must hold at least one block. calico-node makes the first pool from CALICO_IPV4POOL_CIDR at its start, and ends when that
// is refused.
export const ippoolSmallerThanBlock = defineCheck<Facts>({
  id: 'ippool-smaller-than-block',
  title: 'the first IP pool is large enough for a block',
  needs: ['logs'],
  uses: ['ipPools', ...installUses],
  run: (snapshot) => {
    const found = smallPools(snapshot);
    if (found.length === 0) return [];
    const views = found.map(({ view }) => view);
    const cidr = found.find((item) => item.cidr !== null)?.cidr ?? null;
    return [
      {
        severity: 'error',
        confidence: found.some(({ isSaid }) => isSaid) ? 'confirmed' : 'likely',
        facts: { nodes: views.map(({ name }) => name), cidr },
        affected: affectedBy(views),
        evidence: found.slice(0, 3).flatMap(({ evidence }) => evidence),
        explains: consequencesOf(snapshot, views, explained),
        remedies: [addPool(snapshot, { reason: 'too-small', cidr })],
      },
    ];
  },
  words: {
    en: {
      title: ({ nodes, cidr }) =>
        `the IP pool${cidr === null ? '' : ` ${cidr}`} is smaller than one block, so calico-node does not start on ${enumerate(nodes)}`,
      summary: () =>
        'Calico gives addresses to nodes in blocks (a /26 unless set otherwise). calico-node shall make a pool at its start that is smaller than one block; that is refused, and it ends.',
    },
  },
});
