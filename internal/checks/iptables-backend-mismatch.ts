import { felixSettingOf } from '../calico/felix-configuration.ts';
import { installUses } from '../calico/install/install.ts';
import { iptablesFault, mismatchLine } from '../calico/iptables.ts';
import { lacksModules } from '../calico/kernel-modules.ts';
import { lastingSign } from '../calico/lasting-signs.ts';
import { logField } from '../calico/log.ts';
import type { NodeView } from '../calico/nodes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { cleanRules, followBackend } from '../remediations/repair-iptables.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly detected: string | null;
  readonly specified: string | null;
  /** True where Felix cannot program its rules with the backend that it was told to use. */
  readonly isFailing: boolean;
}

const isFailing = (snapshot: Snapshot, view: NodeView): boolean =>
  view.health?.state === 'sick' &&
  (lastingSign(snapshot, view, iptablesFault) !== null || lacksModules(snapshot, view));

// felix/environment/feature_detect_linux.go (iptables/feature_detect.go before v3.22): Felix looks where the kubelet's chains are,
// and says so once at its start if it was told to write elsewhere.
export const iptablesBackendMismatch = defineSignature<Facts>({
  id: 'iptables-backend-mismatch',
  title: 'Felix writes its rules where kube-proxy writes its own',
  uses: ['felixConfigurations', ...installUses],
  pattern: mismatchLine,
  saidAfter: /Felix starting up/,
  severity: (snapshot, sightings) =>
    sightings.some(({ view }) => isFailing(snapshot, view)) ? 'error' : 'warning',
  confirms: (snapshot, { view }) => {
    const setting = felixSettingOf(snapshot, view, 'iptablesBackend');
    return setting ? [setting.evidence] : [];
  },
  facts: (snapshot, sightings) => {
    const line = sightings[0]?.found.line;
    return {
      nodes: nodesOf(sightings),
      detected: line ? logField(line, 'detectedBackend') : null,
      specified: line ? logField(line, 'specifiedBackend') : null,
      isFailing: sightings.some(({ view }) => isFailing(snapshot, view)),
    };
  },
  explains: ({ isFailing: fails }) =>
    fails
      ? [
          'iptables-programming-failure',
          'kernel-modules-missing',
          'slow-startup-liveness-kill',
          'probe-timeout-too-short',
          'rollout-blocked',
        ]
      : [],
  remedies: (snapshot, { nodes, detected }) => [
    followBackend(snapshot, detected),
    cleanRules(nodes),
  ],
  words: {
    en: {
      title: ({ nodes, specified, detected }) =>
        `Felix is told to use ${specified ?? 'one'} iptables on ${someNodes(nodes)}, where the rest of the node uses ${detected ?? 'the other'}`,
      summary: ({ isFailing: fails }) =>
        fails
          ? 'It cannot write its rules there: it gives up after some tries, ends, and is started again inside the container.'
          : 'Rules stand in two places that do not see each other: policies or service addresses may not take effect, while everything is ready.',
    },
  },
});
