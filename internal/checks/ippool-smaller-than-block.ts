import { installUses } from '../calico/install/install.ts';
import { addPool } from '../remediations/add-pool.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cidr: string | null;
}

// libcalico-go/lib/validator: a pool must hold at least one block (blockSize, /26 by default). calico-node makes the first pool
// from CALICO_IPV4POOL_CIDR at its start and ends when that is refused.
export const ippoolSmallerThanBlock = defineSignature<Facts>({
  id: 'ippool-smaller-than-block',
  title: 'the first IP pool is large enough for a block',
  uses: [...installUses],
  pattern:
    /Failed to create default IPv[46] IP pool(?:: (?<cidr>[0-9a-fA-F.:]+\/\d+))?.*|IP ?[Pp]ool size is too small for use with Calico IPAM/,
  counts: (_snapshot, { found }) => /too small/.test(found.line.text),
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    cidr:
      sightings
        .map(
          ({ match, found }) =>
            match.groups?.['cidr'] ?? /CIDR = '([^']+)'/.exec(found.line.text)?.[1],
        )
        .find((cidr) => cidr !== undefined) ?? null,
  }),
  explains: ['crash-loop', 'slow-startup-liveness-kill', 'bgp-peer-down', 'rollout-blocked'],
  remedies: (snapshot, { cidr }) => [addPool(snapshot, { reason: 'too-small', cidr })],
  words: {
    en: {
      title: ({ nodes, cidr }) =>
        `the IP pool ${cidr ?? ''} is smaller than one block, so calico-node ends on ${someNodes(nodes)}`.replace(
          '  ',
          ' ',
        ),
      summary: () =>
        'Calico hands out addresses to nodes in blocks (a /26 unless set otherwise). A pool that is smaller than one block is refused, and without a pool calico-node does not start.',
    },
  },
});
