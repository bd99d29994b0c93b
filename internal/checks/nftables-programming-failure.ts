import { fieldEvidence } from '../calico/evidence.ts';
import { felixSetting } from '../remediations/felix-setting.ts';
import { installationField } from '../remediations/installation-field.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kernels: readonly string[];
}

// felix/nftables/table.go (v3.29 and newer). From v3.32 nftablesMode is Auto, which follows kube-proxy: an upgrade may change the
// dataplane without anybody having asked for it. Needs a kernel from 5.13 on.
export const nftablesProgrammingFailure = defineSignature<Facts>({
  id: 'nftables-programming-failure',
  title: 'Felix can program nftables where it is asked to',
  uses: [...installUses],
  pattern: /Failed to run nft transaction|Failed to program nftables, giving up after retries/,
  counts: (_snapshot, { view }) => view.health?.state === 'sick',
  confirms: (_snapshot, { view }) =>
    view.node
      ? [
          fieldEvidence(
            view.node,
            'status.nodeInfo.kernelVersion',
            view.node.status?.nodeInfo?.kernelVersion ?? '',
          ),
        ]
      : [],
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    kernels: [
      ...new Set(sightings.map(({ view }) => view.node?.status?.nodeInfo?.kernelVersion ?? '?')),
    ],
  }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short'],
  remedies: (snapshot) => [
    installOf(snapshot).renderer === 'operator'
      ? installationField(snapshot, {
          id: 'use-iptables',
          title: words.title,
          path: ['calicoNetwork', 'linuxDataplane'],
          value: 'Iptables',
          consequences: [words.consequence],
        })
      : felixSetting(snapshot, {
          id: 'use-iptables',
          title: words.title,
          field: 'nftablesMode',
          value: 'Disabled',
          consequences: [words.consequence],
        }),
  ],
  words: {
    en: {
      title: ({ nodes }) => `Felix cannot program nftables on ${someNodes(nodes)}`,
      summary: ({ kernels }) =>
        `The kernel (${kernels.join(', ')}) or the nft tool refuses its rules, and Felix ends again and again. Calico's nftables mode needs a kernel from 5.13 on.`,
    },
  },
});

const words = {
  title: 'Go back to iptables until the kernel can do it',
  consequence:
    'The dataplane is switched on every node: connections may break for a moment. Keep it in step with the mode of kube-proxy.',
};
