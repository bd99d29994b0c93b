import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import { addEvent, logOf, nodeOf, podOn, setLog, storeAddress, unready } from './faults.ts';
import type { Sample } from './sample.ts';

const keyOf = (ip: string): string => `Mesh_${ip.replaceAll(/[.:]/g, '_')}`;

const bare = (address: string): string => address.split('/')[0] ?? '';

/** Takes what says that a session came up out of a log. */
export function withoutSession(sample: Sample, node: string, peer: string): void {
  const pod = podOn(sample, node);
  const up = new RegExp(`${keyOf(peer)}: State changed to (up|feed)`);
  const lines = logOf(sample, pod).split('\n');
  setLog(sample, pod, 'calico-node', lines.filter((line) => !up.test(line)).join('\n'));
}

/** The nodes that have a calico-node pod, without one of them. */
export const othersOf = (sample: Sample, node: string): readonly string[] =>
  (sample.lists.pods ?? []).flatMap((pod) => {
    const name = pod.spec?.nodeName;
    return isCalicoNodePod(pod) && name !== undefined && name !== node ? [name] : [];
  });

const ipOf = (sample: Sample, node: string): string =>
  nodeOf(sample, node).status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';

/**
 * Makes calico-node on a node settle on another address: in its log (if `iface` is given), in the annotation, and in the
 * sessions of BIRD on all nodes, none of which comes up with it.
 */
export function giveOut(
  sample: Sample,
  node: string,
  address: string,
  iface: string | null = null,
): void {
  const pod = podOn(sample, node);
  const own = ipOf(sample, node);
  storeAddress(nodeOf(sample, node), address);
  if (iface !== null) {
    const text = logOf(sample, pod).replaceAll(
      /(Using autodetected IPv4 address) on interface \S+: \S+/g,
      `$1 on interface ${iface}: ${address}`,
    );
    setLog(sample, pod, 'calico-node', text);
  }
  for (const other of othersOf(sample, node)) {
    withoutSession(sample, node, ipOf(sample, other));
    withoutSession(sample, other, own);
    const log = logOf(sample, podOn(sample, other));
    if (log !== '')
      setLog(
        sample,
        podOn(sample, other),
        'calico-node',
        log.replaceAll(keyOf(own), keyOf(bare(address))),
      );
  }
}

/** Makes a pod unready because BGP sessions with these peers are missing. */
export function misses(
  sample: Sample,
  node: string,
  peers: readonly string[],
  wording = 'calico/node',
): void {
  const pod = podOn(sample, node);
  unready(pod);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    `Readiness probe failed: ${wording} is not ready: BIRD is not ready: BGP not established with ${peers.join(',')}`,
    { count: 14 },
  );
}
