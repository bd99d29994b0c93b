import { installOf } from '../calico/install/install.ts';
import { isAtLeast, isBelow } from '../calico/version.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { felixSetting } from './felix-setting.ts';
import { rebootNodes } from './kernel-work.ts';
import { nodeRunbook } from './node-runbook.ts';
import { outsideCluster } from './outside.ts';

/** What Felix could not do, on which nodes, and how it is set. */
export interface IptablesTrouble {
  readonly nodes: readonly string[];
  readonly kind: 'lock' | 'foreign-rules' | 'no-program' | 'refused';
  readonly backend: string | null;
}

// `Auto` is understood from v3.12 on and the default from v3.17 on (felix/config/config_params.go).
/** Lets Felix use the backend that the node uses. */
export function followBackend(snapshot: Snapshot, detected: string | null = null): Remedy {
  const isOld = isBelow(installOf(snapshot).calicoVersion, '3.12.0');
  return felixSetting(snapshot, {
    id: 'iptables-backend',
    title: words.backend,
    field: 'iptablesBackend',
    value: isOld ? (detected?.toLowerCase() === 'legacy' ? 'Legacy' : 'NFT') : 'Auto',
    consequences: [words.restart, words.leftovers],
  });
}

/** Looks at both rule sets of a node, then reboots it. */
export const cleanRules = (nodes: readonly string[]): Remedy =>
  rebootNodes(nodes, [
    'iptables --version; iptables-legacy-save | grep -c cali-; iptables-nft-save | grep -c cali-',
  ]);

const lockHolder = (nodes: readonly string[]): Remedy =>
  nodeRunbook({
    id: 'find-lock-holder',
    title: words.holder,
    risk: 'none',
    consequences: [],
    work: nodes.map((node) => ({
      node,
      commands: [
        `ls -ld /run/xtables.lock   # ${words.file}`,
        `fuser -v /run/xtables.lock   # ${words.often}`,
      ],
    })),
  });

const foreignRules = (nodes: readonly string[]): Remedy =>
  nodeRunbook({
    id: 'remove-nft-rules',
    title: words.foreign,
    risk: 'interrupts-traffic',
    consequences: [words.owner],
    work: nodes.map((node) => ({
      node,
      commands: [
        `iptables-nft-save 2>&1 | grep -i incompatible   # ${words.names}`,
        `nft list tables; nft -a list table ip filter   # ${words.handles}`,
      ],
    })),
  });

/** What to do where iptables does not take Felix' rules, the likeliest cure first. */
export function repairIptables(
  snapshot: Snapshot,
  { nodes, kind, backend }: IptablesTrouble,
): readonly Remedy[] {
  const { calicoVersion } = installOf(snapshot);
  switch (kind) {
    case 'lock':
      // FelixConfiguration lost the field in v3.32.
      return [
        lockHolder(nodes),
        ...(isAtLeast(calicoVersion, '3.32.0')
          ? []
          : [
              felixSetting(snapshot, {
                id: 'wait-for-lock',
                title: words.lock,
                field: 'iptablesLockTimeout',
                value: '30s',
                consequences: [words.restart],
              }),
            ]),
      ];
    case 'foreign-rules':
      return [foreignRules(nodes), followBackend(snapshot)];
    case 'no-program':
      return [outsideCluster(words.image, [`# ${words.official}`])];
    case 'refused': {
      const isSet = backend !== null && backend.toLowerCase() !== 'auto';
      // Before v3.17 the default was a fixed backend, so there may be nothing to see.
      const isFixed = isSet || isBelow(calicoVersion, '3.17.0');
      return [...(isFixed ? [followBackend(snapshot)] : []), cleanRules(nodes)];
    }
  }
}

const words = {
  backend: 'Let Felix follow the backend that the node uses',
  restart:
    'Felix restarts inside its container on every node; the rules of the kernel stay meanwhile.',
  leftovers: 'Rules of the other backend stay in the kernel until the node is rebooted.',
  lock: 'Let Felix wait longer for the lock',
  holder: 'Find the program that holds the xtables lock',
  file: 'must be a file; a directory is left from a wrong mount: remove it and start calico-node anew',
  often:
    'kube-proxy and network agents hold it for moments; one that keeps it hangs, or is called too often',
  foreign: 'Take the rules that iptables cannot read out of its tables',
  owner:
    'Whatever made these rules makes them again: stop it first, or let it use tables of its own.',
  names: 'names the table',
  handles:
    'rules that no iptables command would write; "nft delete rule ip filter CHAIN handle N" removes one',
  image: 'Use an image of calico-node that has the iptables programs',
  official: "the project's own images have both, legacy and nft; see what was changed in yours",
};
