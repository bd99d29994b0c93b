import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { felixSetting } from './felix-setting.ts';
import { newerRelease, rebootNodes } from './kernel-work.ts';

export interface IPSetTrouble {
  readonly nodes: readonly string[];
  readonly kind: 'revision' | 'foreign-set' | 'full' | 'refused';
}

// Calico's sets are called cali40… and cali60…; a set that rules still use cannot be removed, so a reboot is the clean way.
const look: Readonly<Record<IPSetTrouble['kind'], string>> = {
  revision:
    "ipset --version; ipset list -t | grep -E 'Name|Revision'   # the host's ipset is newer than the one in the image",
  'foreign-set': "ipset list -name | grep '^cali'   # who made them? a former installation, a copy",
  full: "ipset list -t | grep -E 'Name|maxelem|Number'",
  refused: 'ipset --version; ipset list -name | head; dmesg | grep -i set | tail',
};

/** What to do where the kernel does not take Felix' IP sets, the likeliest cure first. */
export function repairIPSets(snapshot: Snapshot, { nodes, kind }: IPSetTrouble): readonly Remedy[] {
  const reboot = rebootNodes(nodes, [look[kind]]);
  switch (kind) {
    case 'full':
      return [
        // felix/config: 1048576 unless set otherwise.
        felixSetting(snapshot, {
          id: 'larger-ip-sets',
          title: words.larger,
          field: 'maxIpsetSize',
          value: 4_194_304,
          consequences: [words.memory],
        }),
      ];
    case 'revision':
      return [newerRelease(words.newer), reboot];
    case 'refused':
      return [reboot, newerRelease(words.newer)];
    case 'foreign-set':
      return [reboot];
  }
}

const words = {
  newer: 'Run a Calico release whose ipset is new enough for this kernel',
  larger: 'Allow larger IP sets',
  memory:
    'Felix restarts inside its container on every node. Look for the selector that matches so many pods first: a set of a million members is rarely meant.',
};
