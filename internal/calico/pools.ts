import ipaddr from 'ipaddr.js';
import type { IPPool, Node } from '../model/kubernetes.ts';
import { selects } from './selector.ts';

type Parsed = [ipaddr.IPv4 | ipaddr.IPv6, number];

function parse(cidr: string): Parsed | null {
  try {
    return cidr.includes('/')
      ? ipaddr.parseCIDR(cidr)
      : [ipaddr.parse(cidr), cidr.includes(':') ? 128 : 32];
  } catch {
    return null;
  }
}

const isSameKind = (a: Parsed, b: Parsed): boolean => a[0].kind() === b[0].kind();

/** True if `outer` contains all of `inner` (a CIDR or an address); false if one of them cannot be read or the families differ. */
export function containsCidr(outer: string, inner: string): boolean {
  const a = parse(outer);
  const b = parse(inner);
  if (!a || !b || !isSameKind(a, b) || a[1] > b[1]) return false;
  return b[0].match(a[0], a[1]);
}

/** True if the two have an address in common. */
export const overlaps = (a: string, b: string): boolean => containsCidr(a, b) || containsCidr(b, a);

/** True for two CIDRs of one address family. */
export function isSameFamily(a: string, b: string): boolean {
  const first = parse(a);
  const second = parse(b);
  return first !== null && second !== null && isSameKind(first, second);
}

/** The prefix length of a CIDR; null if it is none. */
export const prefixOf = (cidr: string): number | null => parse(cidr)?.[1] ?? null;

/** Pools that give out addresses. */
export const enabledPools = (pools: readonly IPPool[]): readonly IPPool[] =>
  pools.filter(({ spec }) => spec?.disabled !== true && spec?.cidr !== undefined);

/** Enabled pools that pods get addresses from; pools for tunnels or load balancers alone (`allowedUses`, v3.21 and newer) are none. */
export const workloadPools = (pools: readonly IPPool[]): readonly IPPool[] =>
  enabledPools(pools).filter(({ spec }) => {
    const uses = spec?.allowedUses ?? [];
    return uses.length === 0 || uses.includes('Workload');
  });

/** The pools among them that select this node; null if a selector cannot be read. */
export function poolsFor(pools: readonly IPPool[], node: Node): readonly IPPool[] | null {
  const labels = node.metadata.labels ?? {};
  const answers = workloadPools(pools).map((pool) => ({
    pool,
    isSelected: selects(pool.spec?.nodeSelector, labels),
  }));
  if (answers.some(({ isSelected }) => isSelected === null)) return null;
  return answers.filter(({ isSelected }) => isSelected === true).map(({ pool }) => pool);
}
