/** Why no address could be had: the pools are used up, blocks may not be shared, or a node may not have more of them. */
export type ShortageKind = 'pools' | 'strict-affinity' | 'block-limit';

// "Assigned N out of M …[; <why>]" from v3.20 on (libcalico-go/lib/ipam), "IPAM allocated only N" before (cni-plugin); the
// allocator of tunnel addresses has words of its own up to v3.19 (node/pkg/allocateip). The block limit is an error by itself.
const exhausted =
  /Assigned 0 out of \d+ requested IPv[46] addresses|[Ff]ailed to request \d+ IPv[46] addresses\. IPAM allocated only 0|pools are likely exhausted|cannot allocate new block due to per host block limit/;

/** True for text that says that there was no free address. */
export const exhaustedPattern: RegExp = exhausted;

/** What sort of shortage a message tells of. */
export function shortageIn(message: string): ShortageKind {
  if (/strict affinity enabled/.test(message)) return 'strict-affinity';
  return /per host block limit/.test(message) ? 'block-limit' : 'pools';
}

/** The CIDRs behind "No IPs available in pools: […]". */
export const poolsIn = (message: string): readonly string[] =>
  (/No IPs available in pools: \[([^\]]*)\]/.exec(message)?.[1] ?? '')
    .split(/[\s,]+/)
    .filter((part) => part.includes('/'));

/**
 * No pool may be used for the request (libcalico-go/lib/ipam): none is enabled, none selects the node (the name of which is said
 * from v3.8 on), or none is for pods.
 */
export const noPoolPattern =
  /no configured Calico pools|cannot find a qualified ippool|no IP pools provided/i;

/** A pool that calico-node shall make at its start, by its settings, and cannot. */
export interface RefusedPool {
  /** The variable that it is about, where the message names one. */
  readonly variable: string | null;
  readonly value: string | null;
}

// node/pkg/lifecycle/startup: each of them ends the start. A pool that the API does not let calico-node make is another matter.
const refused: readonly RegExp[] = [
  /Invalid CIDR specified in (?<variable>CALICO_IPV[46]POOL_CIDR) '(?<value>[^']*)'/,
  /Unrecognized (?:IPIP|VXLAN) mode specified in (?<variable>CALICO_IPV[46]POOL_(?:IPIP|VXLAN)) ?'(?<value>[^']*)'/,
  /Invalid blocksize (?<value>\d+) for version [46]/,
  /Failed to create default IPv[46] IP pool: (?<value>\S+) error=(?=error with field)(?!.*too small)/,
];

/** Matches any of these messages. */
export const refusedPattern = new RegExp(
  refused.map(({ source }) => source.replaceAll(/\?<\w+>/g, '?:')).join('|'),
);

/** Reads what a refused pool was to be; null if the text tells of none. */
export function refusedPool(text: string): RefusedPool | null {
  const match = refused.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  return match
    ? {
        variable: match.groups?.['variable'] ?? null,
        value: match.groups?.['value'] ?? null,
      }
    : null;
}
