import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { felixSetting } from './felix-setting.ts';
import { newerRelease } from './kernel-work.ts';
import { nodeRunbook } from './node-runbook.ts';

/** The kernel's setting that Calico v3.8 to v3.11 wants, or a Felix that does without it. */
export const strictReversePath = (
  snapshot: Snapshot,
  nodes: readonly string[],
): readonly Remedy[] => [
  nodeRunbook({
    id: 'set-rp-filter',
    title: words.strict,
    risk: 'none',
    consequences: [words.recovers, words.asymmetric],
    work: nodes.map((node) => ({
      node,
      commands: [
        'sysctl -w net.ipv4.conf.all.rp_filter=1',
        "echo 'net.ipv4.conf.all.rp_filter = 1' > /etc/sysctl.d/99-zz-calico.conf",
        `grep -rs rp_filter /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d   # ${words.later}`,
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
  newerRelease(words.newer),
];

const words = {
  strict: 'Set rp_filter to strict (1) on these nodes, now and at each boot',
  recovers: 'Felix tries again every second or two: the pod becomes ready without a restart.',
  asymmetric:
    'Where a node answers over another interface than the one asked on, strict filtering drops packets.',
  later: 'what is read after the file above would win at the next boot',
  ignore: 'Let Felix run with it',
  spoofing: 'Pods on these nodes could then send with addresses that are not theirs.',
  newer: 'Upgrade: v3.12 and newer do not ask for this setting',
};
