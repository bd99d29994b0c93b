import { newerRelease, rebootNodes } from '../remediations/kernel-work.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kind: 'revision' | 'foreign-set' | 'full' | 'refused';
}

// felix/ipsets/ipsets.go: after its retries Felix ends with PANIC; the line names what the kernel said.
const pattern =
  /Failed to update IP sets after multiple retries|Bad return code from 'ipset (?:list|restore)|Kernel and userspace incompatible: settype|hash is full, cannot add more elements|set with the same name already exists/;

function kindOf(texts: readonly string[]): Facts['kind'] {
  const text = texts.join('\n');
  if (/Kernel and userspace incompatible/.test(text)) return 'revision';
  if (/same name already exists/.test(text)) return 'foreign-set';
  return /hash is full/.test(text) ? 'full' : 'refused';
}

export const ipsetFailure = defineSignature<Facts>({
  id: 'ipset-failure',
  title: 'Felix can program IP sets on every node',
  pattern,
  counts: (_snapshot, { view }) => view.health?.state === 'sick',
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    kind: kindOf(sightings.map(({ found }) => found.line.text)),
  }),
  explains: ['slow-startup-liveness-kill', 'probe-timeout-too-short'],
  remedies: (_snapshot, { nodes, kind }) => [
    ...(kind === 'revision' ? [newerRelease(words.newer)] : []),
    rebootNodes(nodes, ['ipset --version; ipset list -name | head']),
  ],
  words: {
    en: {
      title: ({ nodes, kind }) =>
        `Felix cannot program IP sets on ${someNodes(nodes)}: ${reasons[kind]}`,
      summary: () =>
        'It ends with a panic after some tries and is started again inside the container, so it never reports ready.',
      ruledOut: () => ['not missing privileges: the kernel does not say that it is not permitted'],
    },
  },
});

const reasons: Readonly<Record<Facts['kind'], string>> = {
  revision: 'the sets in the kernel are of a newer form than its ipset knows',
  'foreign-set': 'a set of the same name belongs to somebody else',
  full: 'a set is full',
  refused: 'the kernel refuses them',
};

const words = { newer: 'Run a Calico release whose ipset is new enough for this kernel' };
