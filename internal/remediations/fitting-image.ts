import type { UnfitCause } from '../calico/unfit-images.ts';
import { isAtLeast } from '../calico/version.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { durablePlace } from './durable.ts';

export interface UnfitNodes {
  readonly cause: UnfitCause;
  readonly nodes: readonly string[];
  readonly images: readonly string[];
  readonly install: Install;
}

const columns = `-o custom-columns='NODE:.metadata.name,ARCH:.status.nodeInfo.architecture,KERNEL:.status.nodeInfo.kernelVersion,OS:.status.nodeInfo.osImage'`;

function commandsFor({ cause, nodes, images, install }: UnfitNodes): readonly string[] {
  const list = `kubectl get node ${columns}`;
  const onNode = `# on ${nodes[0] ?? 'the node'}:`;
  switch (cause) {
    case 'architecture':
      return [
        list,
        words.platforms,
        ...images.map((image) => `docker manifest inspect ${image} | grep -A3 platform`),
        words.mirror(durablePlace(install)),
      ];
    case 'cpu-level':
      return [
        onNode,
        'grep -m1 "model name" /proc/cpuinfo; /lib64/ld-linux-x86-64.so.2 --help | grep x86-64-v',
        words.machine,
        ...(isAtLeast(install.calicoVersion, '3.31.0') ? [words.olderRelease] : []),
      ];
    case 'library':
      return [list, words.otherPatch];
    case 'crash':
      return [
        list,
        onNode,
        'grep -m1 "model name" /proc/cpuinfo; sudo journalctl -k --since -1h | grep -i segfault | tail -5',
        words.otherPatch,
      ];
  }
}

/** An image for the processors of these nodes, or processors for the image: neither can be made by a change of the cluster alone. */
export const fittingImage = (unfit: UnfitNodes): Remedy => ({
  id: `fit-${unfit.cause}`,
  title: titles[unfit.cause],
  action: 'manual',
  risk: unfit.cause === 'cpu-level' ? 'interrupts-traffic' : 'restarts-pods',
  changes: [],
  consequences: [unfit.cause === 'cpu-level' ? words.machineRestart : words.rollout],
  manual: commandsFor(unfit),
});

const titles: Readonly<Record<UnfitCause, string>> = {
  architecture:
    'Use an image that is made for all architectures of the cluster, or mirror all of them',
  'cpu-level':
    'Give the virtual machines a newer CPU model, or run a release that does not need it',
  library: 'Run another patch release',
  crash: 'Run another patch release, and compare with a node of another CPU model',
};

const words = {
  platforms: '# for which platforms is the image made?',
  mirror: (place: string): string =>
    `# mirror with all platforms (crane copy, skopeo copy --all), or name the original image in ${place}`,
  machine:
    '# QEMU/KVM: CPU type host or x86-64-v2-AES in place of qemu64 or kvm64, then power the machine off and on',
  olderRelease: '# from v3.31 on Calico needs x86-64-v2: a release before it does not',
  otherPatch:
    '# look in the release notes of the next patch releases for this fault, and go to one of them with all components',
  machineRestart: 'The machine has to be powered off and on: drain the node before.',
  rollout: 'calico-node restarts node by node; running pods keep their network.',
};
