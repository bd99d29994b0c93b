import ipaddr from 'ipaddr.js';
import type { IPAMBlock, IPPool } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { containsCidr, prefixOf } from './pools.ts';
import { itemsOf } from './snapshot-lists.ts';

/** How full a pool is. Calico cuts a pool into blocks, gives blocks to nodes and addresses out of blocks. */
export interface PoolRoom {
  readonly pool: IPPool;
  readonly cidr: string;
  /** Blocks that nodes have, and blocks that the pool has room for. */
  readonly blocks: number;
  readonly possible: number;
  /** Addresses given out, and those still to be had. */
  readonly used: number;
  readonly free: number;
}

const isIPv6 = (cidr: string): boolean => cidr.includes(':');

/** The prefix length of a pool's blocks: /26 and /122 unless set (libcalico-go/lib/apis/v3, IPPoolSpec). */
export const blockSizeOf = ({ spec }: IPPool): number =>
  spec?.blockSize ?? (isIPv6(spec?.cidr ?? '') ? 122 : 26);

function freeIn(block: IPAMBlock, size: number): number {
  const { unallocated, allocations } = block.spec ?? {};
  if (unallocated) return unallocated.length;
  return allocations ? allocations.filter((entry) => entry === null).length : size;
}

const blocksIn = (snapshot: Snapshot, cidr: string): readonly IPAMBlock[] =>
  itemsOf(snapshot, 'ipamBlocks').filter(({ spec }) => containsCidr(cidr, spec?.cidr ?? ''));

/** What is left in a pool, by its blocks; null where the blocks were not read, or the pool's CIDR cannot be. */
export function roomIn(snapshot: Snapshot, pool: IPPool): PoolRoom | null {
  const cidr = pool.spec?.cidr ?? '';
  const prefix = prefixOf(cidr);
  if (snapshot.lists.ipamBlocks.state !== 'read' || prefix === null) return null;
  const size = blockSizeOf(pool);
  const perBlock = 2 ** ((isIPv6(cidr) ? 128 : 32) - size);
  const possible = Math.max(2 ** (size - prefix), 1);
  const blocks = blocksIn(snapshot, cidr);
  const freeInBlocks = blocks.reduce((sum, block) => sum + freeIn(block, perBlock), 0);
  return {
    pool,
    cidr,
    blocks: blocks.length,
    possible,
    used: blocks.length * perBlock - freeInBlocks,
    free: freeInBlocks + Math.max(possible - blocks.length, 0) * perBlock,
  };
}

function addressAt(cidr: string, index: number): string | null {
  const base = cidr.split('/')[0] ?? '';
  if (!ipaddr.isValid(base)) return null;
  const bytes = ipaddr.parse(base).toByteArray();
  let carry = index;
  for (let place = bytes.length - 1; place >= 0 && carry > 0; place -= 1) {
    const sum = (bytes[place] ?? 0) + carry;
    bytes[place] = sum % 256;
    carry = Math.floor(sum / 256);
  }
  return ipaddr.fromByteArray(bytes).toString();
}

const normal = (ip: string): string => (ipaddr.isValid(ip) ? ipaddr.parse(ip).toString() : ip);

/** Addresses that somebody has: pods that have not ended, and the nodes' tunnels. */
function heldAddresses(snapshot: Snapshot): ReadonlySet<string> {
  const pods = itemsOf(snapshot, 'pods')
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .flatMap(({ status }) => [status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)]);
  const tunnels = itemsOf(snapshot, 'nodes').flatMap(({ metadata }) =>
    Object.entries(metadata.annotations ?? {}).flatMap(([key, value]) =>
      /^projectcalico\.org\/.*(?:TunnelAddr|InterfaceAddr)$/.test(key) ? [value] : [],
    ),
  );
  return new Set([...pods, ...tunnels].flatMap((ip) => (ip ? [normal(ip)] : [])));
}

/**
 * Addresses that a pool has given out and that no pod and no tunnel of the snapshot has: leaked ones, as a rule. 0 where not
 * all pods were read.
 */
export function strayAddresses(snapshot: Snapshot, pool: IPPool): number {
  if (snapshot.lists.pods.state !== 'read' || snapshot.partial?.includes('pods')) return 0;
  const held = heldAddresses(snapshot);
  return blocksIn(snapshot, pool.spec?.cidr ?? '').reduce((sum, { spec }) => {
    const given = (spec?.allocations ?? []).flatMap((entry, index) =>
      entry === null ? [] : [addressAt(spec?.cidr ?? '', index)],
    );
    return sum + given.filter((ip) => ip !== null && !held.has(ip)).length;
  }, 0);
}
