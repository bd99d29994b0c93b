import { felixSetting } from '../remediations/felix-setting.ts';
import { rebootNodes } from '../remediations/kernel-work.ts';
import { installUses } from '../calico/install/install.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kind: 'lock' | 'foreign-rules' | 'refused';
}

// felix/iptables/table.go (v3.8–v3.32): Felix tries for a while, then ends with PANIC; the line before says what was refused.
const pattern =
  /Failed to program iptables, giving up after retries|Another app is currently holding the xtables lock|iptables-save failed because there are incompatible nft rules|Failed to execute ip6?tables-restore command|ip6?tables-save command failed|-save command failed after retries/;

function kindOf(text: string): Facts['kind'] {
  if (/xtables lock/.test(text)) return 'lock';
  return /incompatible nft rules/.test(text) ? 'foreign-rules' : 'refused';
}

export const iptablesProgrammingFailure = defineSignature<Facts>({
  id: 'iptables-programming-failure',
  title: 'Felix can program iptables on every node',
  uses: [...installUses],
  pattern,
  counts: (_snapshot, { view }) => view.health?.state === 'sick',
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    kind: kindOf(sightings[0]?.found.line.text ?? ''),
  }),
  explains: ['iptables-backend-mismatch', 'slow-startup-liveness-kill', 'probe-timeout-too-short'],
  remedies: (snapshot, { nodes, kind }) =>
    kind === 'lock'
      ? [
          felixSetting(snapshot, {
            id: 'wait-for-lock',
            title: words.lock,
            field: 'iptablesLockTimeout',
            value: '15s',
            consequences: [words.restart],
          }),
        ]
      : [
          felixSetting(snapshot, {
            id: 'iptables-backend',
            title: words.backend,
            field: 'iptablesBackend',
            value: 'Auto',
            consequences: [words.restart],
          }),
          rebootNodes(nodes, [
            'iptables --version; iptables-legacy-save | wc -l; iptables-nft-save | wc -l',
          ]),
        ],
  words: {
    en: {
      title: ({ nodes, kind }) =>
        `Felix cannot program iptables on ${someNodes(nodes)}: ${reasons[kind]}`,
      summary: () =>
        'It gives up after some tries, ends, and is started again inside the container, so its health never turns good.',
    },
  },
});

const reasons: Readonly<Record<Facts['kind'], string>> = {
  lock: 'another program holds the xtables lock',
  'foreign-rules': 'there are nft rules that iptables cannot read',
  refused: 'the kernel or its tools refuse the rules',
};

const words = {
  lock: 'Let Felix wait longer for the lock',
  backend: 'Let Felix follow the backend that the node uses',
  restart:
    'Felix restarts inside its container on every node; the rules of the kernel stay meanwhile.',
};
