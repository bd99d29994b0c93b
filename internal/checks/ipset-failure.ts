import { lacksModules } from '../calico/kernel-modules.ts';
import type { NodeView } from '../calico/nodes.ts';
import { calicoContainer } from '../calico/settings.ts';
import { installUses } from '../calico/install/install.ts';
import { repairIPSets } from '../remediations/repair-ip-sets.ts';
import { defineSignature, nodesOf, saidBy, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kind: 'revision' | 'foreign-set' | 'full' | 'refused';
  /** The kernels of these nodes. */
  readonly kernels: readonly string[];
}

const fatal = /Failed to update IP sets after multiple retries/;

const isPrivileged = ({ pod }: NodeView): boolean =>
  calicoContainer(pod?.spec)?.securityContext?.privileged === true;

function kindOf(text: string): Facts['kind'] {
  if (/Kernel and userspace incompatible/.test(text)) return 'revision';
  if (/same name already exists/.test(text)) return 'foreign-set';
  return /[Hh]ash is full/.test(text) ? 'full' : 'refused';
}

// felix/ipsets/ipsets.go (v3.8–v3.32): after its retries Felix ends with PANIC; the lines before it name what ipset said. The newest
// releases make a set of an unknown revision anew by themselves, so such a line alone may pass.
export const ipsetFailure = defineSignature<Facts>({
  id: 'ipset-failure',
  title: 'Felix can program IP sets on every node',
  uses: ['felixConfigurations', ...installUses],
  pattern:
    /Failed to update IP sets after multiple retries|Bad return code from 'ipset|Failed to complete ipset restore|Kernel and userspace incompatible: settype|[Hh]ash is full, cannot add more elements|set with the same name already exists/,
  passing: /^(?!.*Failed to update IP sets after multiple retries)/,
  reason: /ipset v\d|stderr=|Kernel and userspace|[Hh]ash is full|same name already exists/,
  counts: (snapshot, { view, lines }) =>
    (view.health?.state === 'sick' || lines.some(({ message }) => fatal.test(message))) &&
    (isPrivileged(view) || !lines.some(({ message }) => /Operation not permitted/.test(message))) &&
    !lacksModules(snapshot, view),
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    kind: kindOf(saidBy(sightings)),
    kernels: [
      ...new Set(sightings.flatMap(({ view }) => view.node?.status?.nodeInfo?.kernelVersion ?? [])),
    ],
  }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short', 'rollout-blocked'],
  remedies: (snapshot, facts) => repairIPSets(snapshot, facts),
  words: {
    en: {
      title: ({ nodes, kind }) =>
        `Felix cannot program IP sets on ${someNodes(nodes)}: ${reasons[kind]}`,
      summary: ({ kernels }) =>
        `It ends with a panic after some tries and is started again inside the container, so it never reports ready.${
          kernels.length > 0 ? ` Kernel: ${kernels.slice(0, 3).join(', ')}.` : ''
        }`,
      ruledOut: () => ['not missing privileges: the kernel does not say that it is not permitted'],
    },
  },
});

const reasons: Readonly<Record<Facts['kind'], string>> = {
  revision: 'the sets in the kernel are of a newer form than its ipset knows',
  'foreign-set': 'a set of the same name belongs to somebody else',
  full: 'a set is full',
  refused: 'the kernel refuses them',
};
