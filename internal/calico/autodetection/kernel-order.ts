/** Compares two interfaces by the order in which Calico tries them; both have an index. */
export type CandidateOrder = (a: number, b: number) => number;

const byIndex: CandidateOrder = (a, b) => b - a;

// Buckets of `ifindex & 255` from the last; inside one the oldest registration first, for which the lowest index stands.
const byBucket: CandidateOrder = (a, b) => (b & 255) - (a & 255) || a - b;

/**
 * The orders in which Calico may try interfaces, the likeliest first: the reverse of the kernel's dump of links. From Linux
 * 6.9 on that dump ascends by index; older kernels walk a hash table, unless a distribution carries the newer code.
 */
export function candidateOrders(kernelVersion: string | null): readonly CandidateOrder[] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernelVersion ?? '') ?? [];
  if (major === undefined || minor === undefined) return [byIndex, byBucket];
  const isNew = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 9);
  return isNew ? [byIndex] : [byBucket, byIndex];
}
