import { outsideCluster } from '../remediations/outside.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** What BIRD or confd said about it. */
  readonly reason: string;
}

// confd/pkg/resource/template: the check command is `bird -p`. That a file it includes is not there yet is part of every start.
const pattern =
  /Error from checkcmd "bird6? -p[^"]*": (?!.*(?:Unable to open included file|No such file))(?<check>.*)|unable to process template .*|Template processing error.*|bird6?: .*syntax error.*/;

export const birdConfigInvalid = defineSignature<Facts>({
  id: 'bird-config-invalid',
  title: 'BIRD accepts the configuration that Calico makes for it',
  pattern,
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    reason: (sightings[0]?.match.groups?.['check'] ?? sightings[0]?.match[0] ?? '').slice(0, 200),
  }),
  explains: [
    'bird-not-running',
    'bgp-port-179-blocked',
    'bgp-peer-down',
    'slow-startup-liveness-kill',
  ],
  remedies: () => [
    outsideCluster(words.title, [
      '# what was changed last? names with odd characters, prefixes with host bits, templates of your own',
      'kubectl get bgppeers,bgpfilters,bgpconfigurations -o yaml',
      'kubectl get configmap bird-templates -A',
      '# take the last change back; confd renders again by itself within seconds',
    ]),
  ],
  words: {
    en: {
      title: ({ nodes }) => `BIRD refuses its configuration on ${someNodes(nodes)}`,
      summary: ({ reason }) =>
        `confd made a file that BIRD does not accept, so BGP runs with the old one or not at all. It says: ${reason}`,
      ruledOut: () => [
        'not the "No such file" of every start: this is about what stands in the file',
      ],
    },
  },
});

const words = { title: 'Take back the BGP resource or template that makes the file invalid' };
