import { installUses } from '../calico/install/install.ts';
import { felixSetting } from '../remediations/felix-setting.ts';
import { rebootNodes } from '../remediations/kernel-work.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly detected: string | null;
  readonly specified: string | null;
}

// felix/environment/feature_detect_linux.go (iptables/feature_detect.go before v3.22).
export const iptablesBackendMismatch = defineSignature<Facts>({
  id: 'iptables-backend-mismatch',
  title: 'Felix writes its rules where kube-proxy writes its own',
  uses: [...installUses],
  severity: 'warning',
  pattern: /Iptables backend specified does not match the detected backend.*/,
  facts: (_snapshot, sightings) => {
    const text = sightings[0]?.match[0] ?? '';
    return {
      nodes: nodesOf(sightings),
      detected: /detectedBackend="?(\w+)/.exec(text)?.[1] ?? null,
      specified: /specifiedBackend="?(\w+)/.exec(text)?.[1] ?? null,
    };
  },
  remedies: (snapshot, { nodes }) => [
    felixSetting(snapshot, {
      id: 'iptables-backend',
      title: words.auto,
      field: 'iptablesBackend',
      value: 'Auto',
      consequences: [words.leftovers],
    }),
    rebootNodes(nodes, ['iptables-legacy-save | grep -c cali-; iptables-nft-save | grep -c cali-']),
  ],
  words: {
    en: {
      title: ({ nodes, specified, detected }) =>
        `Felix uses ${specified ?? 'one'} iptables on ${someNodes(nodes)}, the rest of the node ${detected ?? 'the other'}`,
      summary: () =>
        'Rules stand in two places that do not see each other: policies or service addresses may not take effect, while everything is ready.',
    },
  },
});

const words = {
  auto: 'Let Felix follow the backend that the node uses',
  leftovers: 'Rules of the old backend stay in the kernel until the node is rebooted.',
};
