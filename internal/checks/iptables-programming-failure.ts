import { felixSettingOf } from '../calico/felix-configuration.ts';
import { installUses } from '../calico/install/install.ts';
import { iptablesFault, iptablesReason, kindOfRefusal, ownWords } from '../calico/iptables.ts';
import { lacksModules } from '../calico/kernel-modules.ts';
import { repairIptables } from '../remediations/repair-iptables.ts';
import { defineSignature, nodesOf, saidBy, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kind: 'lock' | 'foreign-rules' | 'no-program' | 'refused';
  /** What iptables itself said; null where the log does not have it. */
  readonly says: string | null;
  /** `iptablesBackend` as it is set; null where nothing sets it. */
  readonly backend: string | null;
}

// A lock that is held for good makes each try fail; one that is held for a moment is what a busy node looks like.
const manyTries = 6;

// felix/iptables/table.go (v3.8–v3.32): Felix tries for a while, then ends with PANIC; a line before says what was refused.
export const iptablesProgrammingFailure = defineSignature<Facts>({
  id: 'iptables-programming-failure',
  title: 'Felix can program iptables on every node',
  uses: ['felixConfigurations', ...installUses],
  ...iptablesFault,
  reason: iptablesReason,
  counts: (snapshot, { view, lines }) => {
    const hasEnded = lines.some(({ message }) => !iptablesFault.passing.test(message));
    const text = lines.map(({ message }) => message).join('\n');
    const isHeld = kindOfRefusal(text) === 'lock' && lines.length < manyTries;
    const mayGoOn = view.health?.state === 'sick' && !isHeld;
    return (hasEnded || mayGoOn) && !lacksModules(snapshot, view);
  },
  confirms: (snapshot, { view }) => {
    const setting = felixSettingOf(snapshot, view, 'iptablesBackend');
    return setting ? [setting.evidence] : [];
  },
  facts: (snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    kind: kindOfRefusal(saidBy(sightings)),
    says: ownWords(sightings.flatMap(({ lines }) => lines)),
    backend:
      sightings
        .map(({ view }) => felixSettingOf(snapshot, view, 'iptablesBackend')?.value)
        .find((value) => value !== undefined) ?? null,
  }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short', 'rollout-blocked'],
  remedies: (snapshot, facts) => repairIptables(snapshot, facts),
  words: {
    en: {
      title: ({ nodes, kind }) =>
        `Felix cannot program iptables on ${someNodes(nodes)}: ${reasons[kind]}`,
      summary: ({ says }) =>
        `It gives up after some tries, ends, and is started again inside the container, so its health never turns good.${says ? ` iptables says: ${says}` : ''}`,
    },
  },
});

const reasons: Readonly<Record<Facts['kind'], string>> = {
  lock: 'another program holds the xtables lock',
  'foreign-rules': 'there are nft rules that iptables cannot read',
  'no-program': 'the image has no such program',
  refused: 'the kernel or its tools refuse the rules',
};
