import { daemonSetOf } from './faults.ts';
import type { Sample, Scenario } from './sample.ts';

/** Sets numbers in the DaemonSet's status. */
export function setCounts(sample: Sample, status: Record<string, number>): void {
  const daemonSet = daemonSetOf(sample);
  daemonSet.status = { ...daemonSet.status, ...status };
}

/** What noise may be taken for. */
const tempting: readonly string[] = [
  'undetermined',
  'apiserver-service-ip-unreachable',
  'bgp-peer-down',
  'bgp-port-179-blocked',
  'bird-config-invalid',
  'bird-not-running',
  'cni-install-failed',
  'daemonset-not-scheduled',
  'iptables-programming-failure',
  'network-unavailable-stale',
  'node-without-routes',
  'oom-killed',
  'rollout-blocked',
  'slow-startup-liveness-kill',
  'typha-unreachable',
  'wrong-ip-autodetected',
];

/** A healthy cluster as a scenario: nothing is to be found in it, and who made it is to be told. */
export const healthy = (
  name: string,
  title: string,
  build: () => Sample,
  more: Partial<Pick<Scenario, 'layout' | 'demo'>> & {
    readonly renderer?: string;
    readonly owner?: string;
  } = {},
): Scenario => ({
  name: `healthy-${name}`,
  title: `All is well: ${title}.`,
  layout: more.layout ?? 'objects',
  ...(more.demo === true ? { demo: true } : {}),
  expect: {
    verdict: 'healthy',
    first: null,
    nodes: [],
    renderer: more.renderer ?? 'manifest',
    owner: more.owner ?? 'user',
    never: tempting,
  },
  build,
});
