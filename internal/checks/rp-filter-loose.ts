import { installOf, installUses } from '../calico/install/install.ts';
import { isAtLeast } from '../calico/version.ts';
import { strictReversePath } from '../remediations/strict-reverse-path.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
}

// felix/dataplane/linux/int_dataplane.go, v3.8 to v3.11: loose reverse-path filtering ended Felix. Later releases have a rule of
// their own, and the setting has no effect there. With IgnoreLooseRPF the same words come as a warning, and Felix goes on.
export const rpFilterLoose = defineSignature<Facts>({
  id: 'rp-filter-loose',
  title: "the kernel's reverse-path filter is one that this Calico accepts",
  uses: ['felixConfigurations', ...installUses],
  pattern: /Kernel's RPF check is set to 'loose'(?! and IgnoreLooseRPF)/,
  excluded: (snapshot) =>
    isAtLeast(installOf(snapshot).calicoVersion, '3.12.0')
      ? 'Calico v3.12 and newer do not ask for it'
      : null,
  facts: (_snapshot, sightings) => ({ nodes: nodesOf(sightings) }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short', 'rollout-blocked'],
  remedies: (snapshot, { nodes }) => strictReversePath(snapshot, nodes),
  words: {
    en: {
      title: ({ nodes }) =>
        `Felix refuses to run on ${someNodes(nodes)}: rp_filter is set to loose`,
      summary: () =>
        'net.ipv4.conf.all.rp_filter is 2 there. This release of Calico ends itself then, as pods could send with forged addresses.',
    },
  },
});
