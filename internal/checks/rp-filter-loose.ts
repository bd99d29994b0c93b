import { installOf, installUses } from '../calico/install/install.ts';
import { isAtLeast } from '../calico/version.ts';
import { felixSetting } from '../remediations/felix-setting.ts';
import { nodeRunbook } from '../remediations/node-runbook.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
}

// felix/dataplane/linux/int_dataplane.go, v3.8 to v3.11: loose reverse-path filtering ended Felix. Later releases have a rule of
// their own, and the setting has no effect there.
export const rpFilterLoose = defineSignature<Facts>({
  id: 'rp-filter-loose',
  title: "the kernel's reverse-path filter is one that this Calico accepts",
  uses: [...installUses],
  pattern: /Kernel's RPF check is set to 'loose'/,
  excluded: (snapshot) =>
    isAtLeast(installOf(snapshot).calicoVersion, '3.12.0')
      ? 'Calico v3.12 and newer do not ask for it'
      : null,
  facts: (_snapshot, sightings) => ({ nodes: nodesOf(sightings) }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short'],
  remedies: (snapshot, { nodes }) => [
    nodeRunbook({
      id: 'set-rp-filter',
      title: words.strict,
      risk: 'none',
      consequences: [words.asymmetric],
      work: nodes.map((node) => ({
        node,
        commands: [
          'sysctl -w net.ipv4.conf.all.rp_filter=1',
          "echo 'net.ipv4.conf.all.rp_filter = 1' > /etc/sysctl.d/90-calico.conf",
        ],
      })),
    }),
    felixSetting(snapshot, {
      id: 'ignore-loose-rpf',
      title: words.ignore,
      field: 'ignoreLooseRPF',
      value: true,
      consequences: [words.spoofing],
    }),
  ],
  words: {
    en: {
      title: ({ nodes }) =>
        `Felix refuses to run on ${someNodes(nodes)}: rp_filter is set to loose`,
      summary: () =>
        'net.ipv4.conf.all.rp_filter is 2 there. This release of Calico ends itself then, as pods could send with forged addresses.',
    },
  },
});

const words = {
  strict: 'Set rp_filter to strict (1) on these nodes, now and at each boot',
  asymmetric:
    'Where a node answers over another interface than the one asked on, strict filtering drops packets.',
  ignore: 'Let Felix run with it',
  spoofing: 'Pods on these nodes could then send with addresses that are not theirs.',
};
