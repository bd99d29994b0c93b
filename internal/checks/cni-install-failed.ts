import { affectedBy } from '../calico/affected.ts';
import { cniFaults, otherPlugins, type CniCause, type CniFault } from '../calico/cni-files.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { cniFiles } from '../remediations/cni-files.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: CniCause;
  readonly plugin: string | null;
  /** DaemonSets of other network plugins, `namespace/name`. */
  readonly others: readonly string[];
}

// install-cni writes these files anew each time calico-node's pod is made.
const rewritten = new Set<CniCause>(['plugin-missing', 'kubeconfig-missing', 'plugin-broken']);

function draftOf(snapshot: Snapshot, cause: CniCause, faults: readonly CniFault[]): Draft<Facts> {
  const views = [...new Set(faults.map(({ view }) => view))];
  const nodes = views.map(({ name }) => name);
  const affected = affectedBy(views);
  const plugin = faults.find((fault) => fault.plugin !== null)?.plugin ?? null;
  const others = cause === 'foreign-plugin' ? otherPlugins(snapshot) : [];
  const restart = restartPods(views.flatMap(({ pod }) => pod ?? []));
  const evidence = faults.flatMap((fault) => fault.evidence);
  const isInstaller = cause === 'not-writable' || cause === 'bad-config';
  return {
    severity: 'error',
    confidence: evidence.length > 1 || others.length > 0 ? 'confirmed' : 'likely',
    facts: { nodes, cause, plugin, others },
    affected,
    evidence: evidence.slice(0, 4),
    explains: ['pods-without-network', ...(isInstaller ? ['pod-not-ready', 'crash-loop'] : [])].map(
      (id) => ({ id, affected }),
    ),
    remedies: [
      ...cniFiles({ cause, plugin, nodes, others, install: installOf(snapshot) }),
      ...(restart && rewritten.has(cause) ? [restart] : []),
    ],
  };
}

// The runtime reads the first configuration in /etc/cni/net.d and runs the plugins that it names; install-cni, an init container of
// calico-node, writes both (cni-plugin/pkg/install).
export const cniInstallFailed = defineCheck<Facts>({
  id: 'cni-install-failed',
  title: "every node has Calico's CNI plugin and configuration",
  needs: ['events', 'logs'],
  uses: [...installUses],
  run: (snapshot) =>
    [...Map.groupBy(cniFaults(snapshot), ({ cause }) => cause)].map(([cause, faults]) =>
      draftOf(snapshot, cause, faults),
    ),
  words: {
    en: {
      title: ({ nodes, cause, plugin }) => `${words.causes[cause](plugin)} on ${enumerate(nodes)}`,
      summary: ({ cause, others }) =>
        [
          cause === 'not-writable' || cause === 'bad-config'
            ? 'install-cni, an init container of calico-node, gives up, so calico-node is not started there.'
            : 'The container runtime calls the CNI plugin for each new pod: without it, or with the wrong one, new pods get no network from Calico.',
          ...(others.length > 0 ? [`${enumerate(others)} runs beside Calico.`] : []),
        ].join(' '),
    },
  },
});

const words = {
  causes: {
    'not-writable': () => 'the CNI plugin and its configuration cannot be written',
    'bad-config': () => 'the CNI configuration is not valid JSON',
    'plugin-missing': (plugin) => `the CNI plugin ${plugin ?? ''} is missing`.replace('  ', ' '),
    'plugin-broken': (plugin) =>
      `the CNI plugin ${plugin ?? ''} cannot be executed`.replace('  ', ' '),
    'kubeconfig-missing': () => "the CNI plugin's kubeconfig cannot be read",
    'foreign-plugin': (plugin) =>
      `another CNI plugin (${plugin ?? 'unknown'}) is asked in place of Calico's`,
    'nodename-missing': () =>
      'calico-node is ready, but the CNI plugin does not find its node name',
    'config-not-seen': () =>
      "calico-node is ready, but the runtime does not see Calico's CNI configuration",
  } satisfies Record<CniCause, (plugin: string | null) => string>,
};
