import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { felixSetting } from './felix-setting.ts';
import { installationField } from './installation-field.ts';
import { drainFirst, readyAgain } from './kernel-work.ts';
import { nodeRunbook } from './node-runbook.ts';

/** Back to iptables, in the place that sets the dataplane; or a kernel that can do nftables, where it is too old. */
export function leaveNftables(
  snapshot: Snapshot,
  {
    nodes,
    isKernelTooOld,
  }: { readonly nodes: readonly string[]; readonly isKernelTooOld: boolean },
): readonly Remedy[] {
  const consequences = [words.switched, words.kubeProxy];
  const common = {
    id: 'use-iptables',
    title: words.title,
    consequences,
    risk: 'interrupts-traffic',
  } as const;
  return [
    installOf(snapshot).renderer === 'operator'
      ? installationField(snapshot, {
          ...common,
          path: ['calicoNetwork', 'linuxDataplane'],
          value: 'Iptables',
        })
      : felixSetting(snapshot, { ...common, field: 'nftablesMode', value: 'Disabled' }),
    ...(isKernelTooOld
      ? [
          nodeRunbook({
            id: 'newer-kernel',
            title: words.kernel,
            risk: 'interrupts-traffic',
            consequences: [words.oneByOne],
            before: drainFirst,
            after: readyAgain,
            work: nodes.map((node) => ({
              node,
              commands: [`uname -r   # ${words.install}`, 'reboot'],
            })),
          }),
        ]
      : []),
  ];
}

const words = {
  title: 'Go back to iptables until the kernel can do it',
  switched: 'The dataplane is switched on every node: connections may break for a moment.',
  kubeProxy:
    'Calico and kube-proxy have to use the same: if kube-proxy is in nftables mode, switch it back first.',
  kernel: 'Run a kernel from 5.13 on',
  install: "install a newer kernel by the distribution's own means, then",
  oneByOne: 'The pods of a node move elsewhere while it is away; one node after the other.',
};
