import { fieldEvidence } from '../calico/evidence.ts';
import { lacksModules, missingModuleFault, modulesIn } from '../calico/kernel-modules.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { loadModules } from '../remediations/kernel-work.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly modules: readonly string[];
  /** The kernels of these nodes. */
  readonly kernels: readonly string[];
}

const kernelOf = ({ node }: NodeView): string => node?.status?.nodeInfo?.kernelVersion ?? '';

/** The kernel of a node as evidence, if no node that is well runs the same one. */
function otherKernel(snapshot: Snapshot, view: NodeView): readonly Evidence[] {
  const well = nodeViews(snapshot).filter(
    (other) => other.health?.state === 'ready' && !lacksModules(snapshot, other),
  );
  const kernel = kernelOf(view);
  return view.node && kernel && well.length > 0 && !well.some((other) => kernelOf(other) === kernel)
    ? [fieldEvidence(view.node, 'status.nodeInfo.kernelVersion', kernel)]
    : [];
}

// Felix programs what the kernel offers; a minimal kernel, or one that was upgraded without a reboot, lacks modules.
export const kernelModulesMissing = defineSignature<Facts>({
  id: 'kernel-modules-missing',
  title: 'every kernel has the modules that Felix uses',
  ...missingModuleFault,
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    modules: [
      ...new Set(
        sightings.flatMap(({ lines }) => lines.flatMap(({ message }) => modulesIn(message))),
      ),
    ],
    kernels: [...new Set(sightings.map(({ view }) => kernelOf(view)).filter(Boolean))],
  }),
  confirms: (snapshot, { view }) => otherKernel(snapshot, view),
  explains: [
    'iptables-programming-failure',
    'nftables-programming-failure',
    'ipset-failure',
    'vxlan-device-conflict',
    'slow-startup-liveness-kill',
    'probe-timeout-too-short',
    'rollout-blocked',
  ],
  remedies: (_snapshot, { nodes, modules }) => [loadModules(nodes, modules)],
  words: {
    en: {
      title: ({ nodes, modules }) =>
        `the kernel of ${someNodes(nodes)} lacks ${modules.slice(0, 4).join(', ')}`,
      summary: ({ kernels }) =>
        `Felix cannot program the firewall, sets or tunnels of the node without it${kernels.length > 0 ? ` (kernel ${kernels.slice(0, 3).join(', ')})` : ''}. The usual reason is a kernel that was upgraded and not yet booted, or a small cloud kernel without extra modules.`,
      ruledOut: () => [
        'not the line about nf_conntrack_proto_sctp: every modern kernel prints that one',
      ],
    },
  },
});
