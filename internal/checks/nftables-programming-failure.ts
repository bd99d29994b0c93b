import { fieldEvidence } from '../calico/evidence.ts';
import { felixSettingOf } from '../calico/felix-configuration.ts';
import { installUses } from '../calico/install/install.ts';
import { lacksModules } from '../calico/kernel-modules.ts';
import type { LogLine } from '../calico/log.ts';
import type { NodeView } from '../calico/nodes.ts';
import { isBelow } from '../calico/version.ts';
import { leaveNftables } from '../remediations/leave-nftables.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kernels: readonly string[];
  /** True where a kernel is older than Calico's nftables mode needs. */
  readonly isKernelTooOld: boolean;
  /** `nftablesMode` as it is set; null where nothing sets it (Disabled up to v3.31, Auto from v3.32 on). */
  readonly mode: string | null;
}

const passing =
  /Failed to run (?:InsertRulesNow )?nft transaction|Failed to program nftables, will retry|nftables command failed(?! after retries)/;

// v3.32 says the same at INFO of a client that it can do without, on every node without nft.
const isFatal = ({ message, level }: LogLine): boolean =>
  !passing.test(message) &&
  (level === 'PANIC' || !/Failed to create knftables client/.test(message));

const kernelOf = ({ node }: NodeView): string => node?.status?.nodeInfo?.kernelVersion ?? '';

const isTooOld = (view: NodeView): boolean => isBelow(kernelOf(view), '5.13.0');

// felix/nftables/table.go (v3.29 and newer). From v3.32 nftablesMode is Auto, which follows kube-proxy: an upgrade may change the
// dataplane without anybody having asked for it. Needs a kernel from 5.13 on.
export const nftablesProgrammingFailure = defineSignature<Facts>({
  id: 'nftables-programming-failure',
  title: 'Felix can program nftables where it is asked to',
  uses: ['felixConfigurations', ...installUses],
  pattern:
    /Failed to run (?:InsertRulesNow )?nft transaction|Failed to program nftables|nftables command failed|Failed to create knftables client|Unable to detect kube-proxy nftables mode/,
  passing,
  reason: /Failed to run .*nft transaction|nftables command failed(?! after)|knftables client/,
  counts: (snapshot, { view, lines }) =>
    (view.health?.state === 'sick'
      ? lines.some((line) => isFatal(line) || passing.test(line.message))
      : lines.some(isFatal)) && !lacksModules(snapshot, view),
  confirms: (snapshot, { view }) => {
    const setting = felixSettingOf(snapshot, view, 'nftablesMode');
    return [
      ...(setting ? [setting.evidence] : []),
      ...(view.node && isTooOld(view)
        ? [fieldEvidence(view.node, 'status.nodeInfo.kernelVersion', kernelOf(view))]
        : []),
    ];
  },
  facts: (snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    kernels: [...new Set(sightings.map(({ view }) => kernelOf(view)).filter(Boolean))],
    isKernelTooOld: sightings.some(({ view }) => isTooOld(view)),
    mode:
      sightings
        .map(({ view }) => felixSettingOf(snapshot, view, 'nftablesMode')?.value)
        .find((value) => value !== undefined) ?? null,
  }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short', 'rollout-blocked'],
  remedies: (snapshot, facts) => leaveNftables(snapshot, facts),
  words: {
    en: {
      title: ({ nodes }) => `Felix cannot program nftables on ${someNodes(nodes)}`,
      summary: ({ kernels, isKernelTooOld }) =>
        `The kernel${kernels.length > 0 ? ` (${kernels.slice(0, 3).join(', ')})` : ''} or the nft tool refuses its rules, and Felix ends again and again.${
          isKernelTooOld ? " Calico's nftables mode needs a kernel from 5.13 on." : ''
        }`,
    },
  },
});
