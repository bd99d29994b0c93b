import { affectedBy } from '../calico/affected.ts';
import { cniFailures } from '../calico/cni-failures.ts';
import { eventEvidence, fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { presentSign } from '../calico/signs.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { nodeRunbook } from '../remediations/node-runbook.ts';
import { defineCheck } from './define.ts';

type Cause =
  | 'not-writable'
  | 'bad-config'
  | 'plugin-missing'
  | 'foreign-plugin'
  | 'nodename-missing';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: Cause;
  readonly plugin: string | null;
}

interface Case {
  readonly view: NodeView;
  readonly cause: Cause;
  readonly plugin: string | null;
  readonly evidence: Evidence;
}

// cni-plugin/pkg/install: what it cannot do on the node itself; errors of the API are told by other checks.
const installer =
  /found no writeable directory|no writable directory|CNI config is not valid JSON|Failed to (?:install|write)|permission denied|read-only file system|text file busy/;

function fromInstaller(snapshot: Snapshot, view: NodeView): readonly Case[] {
  const sign =
    view.health?.state === 'sick' ? presentSign(snapshot, view, installer, 'install-cni') : null;
  if (!sign || !view.pod || !/FATAL|ERROR|PANIC/.test(sign.line.level ?? '')) return [];
  const cause = /not valid JSON/.test(sign.line.text) ? 'bad-config' : 'not-writable';
  return [
    {
      view,
      cause,
      plugin: null,
      evidence: logEvidence(view.pod, 'install-cni', sign.line, sign.previous),
    },
  ];
}

function causeOf(message: string): { cause: Cause; plugin: string | null } | null {
  const missing = /failed to find plugin "([^"]+)" in path/.exec(message)?.[1];
  if (missing)
    return {
      cause:
        missing.startsWith('calico') || missing === 'loopback'
          ? 'plugin-missing'
          : 'foreign-plugin',
      plugin: missing,
    };
  const foreign = /plugin type="(?!calico)([^"]+)" failed/.exec(message)?.[1];
  if (foreign && /flannel|weave|cilium|bridge|kindnet|aws-cni|antrea/.test(foreign))
    return { cause: 'foreign-plugin', plugin: foreign };
  return /stat \/var\/lib\/calico\/nodename: no such file/.test(message)
    ? { cause: 'nodename-missing', plugin: null }
    : null;
}

function fromPods(snapshot: Snapshot, view: NodeView): readonly Case[] {
  return cniFailures(snapshot).flatMap(({ node, event }) => {
    const told = node === view.name ? causeOf(event.message) : null;
    return told ? [{ view, ...told, evidence: eventEvidence(event) }] : [];
  });
}

function draftOf(cause: Cause, cases: readonly Case[]): Draft<Facts> {
  const views = [...new Set(cases.map(({ view }) => view))];
  const affected = affectedBy(views);
  const plugin = cases[0]?.plugin ?? null;
  const sick = views.find(({ health }) => health?.state === 'sick');
  return {
    severity: 'error',
    confidence: cases.length > 1 || (sick && cause !== 'foreign-plugin') ? 'confirmed' : 'likely',
    facts: { nodes: views.map(({ name }) => name), cause, plugin },
    affected,
    evidence: [
      ...cases.slice(0, 3).map(({ evidence }) => evidence),
      ...(sick?.pod && sick.health?.state === 'sick'
        ? [fieldEvidence(sick.pod, 'status', sick.health.trouble)]
        : []),
    ],
    explains: [{ id: 'pods-without-network', affected }],
    // The file is written by calico-node itself: as long as that does not start, it is calico-node that needs help.
    isSymptom: cause === 'nodename-missing',
    remedies: [
      nodeRunbook({
        id: 'repair-cni-files',
        title: titles[cause],
        risk: 'none',
        consequences: [words.again],
        work: views.map(({ name }) => ({ node: name, commands: commands[cause] })),
      }),
    ],
  };
}

export const cniInstallFailed = defineCheck<Facts>({
  id: 'cni-install-failed',
  title: "every node has Calico's CNI plugin and configuration",
  needs: ['events', 'logs'],
  run: (snapshot) => {
    const cases = nodeViews(snapshot).flatMap((view) => [
      ...fromInstaller(snapshot, view),
      ...fromPods(snapshot, view),
    ]);
    return [...Map.groupBy(cases, ({ cause }) => cause)].map(([cause, group]) =>
      draftOf(cause, group),
    );
  },
  words: {
    en: {
      title: ({ nodes, cause, plugin }) =>
        `${causeWords[cause](plugin)} on ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')}`,
      summary: () =>
        'The container runtime calls the CNI plugin for each new pod: without it, or with the wrong one, pods get no network from Calico.',
    },
  },
});

const causeWords: Readonly<Record<Cause, (plugin: string | null) => string>> = {
  'not-writable': () => 'the CNI plugin cannot be written',
  'bad-config': () => 'the CNI configuration is not valid JSON',
  'plugin-missing': (plugin) => `the CNI plugin ${plugin ?? ''} is missing`,
  'foreign-plugin': (plugin) =>
    `another CNI plugin (${plugin ?? '?'}) is asked in place of Calico's`,
  'nodename-missing': () => 'the CNI plugin waits for calico-node, which has not started',
};

const titles: Readonly<Record<Cause, string>> = {
  'not-writable': 'Let install-cni write to its directories',
  'bad-config': 'Repair cni_network_config',
  'plugin-missing': 'Bring the plugin back',
  'foreign-plugin': "Remove the other plugin's configuration",
  'nodename-missing': 'Get calico-node to start on this node',
};

const commands: Readonly<Record<Cause, readonly string[]>> = {
  'not-writable': [
    'findmnt -T /opt/cni/bin; findmnt -T /etc/cni/net.d; ls -ldZ /opt/cni/bin /etc/cni/net.d',
  ],
  'bad-config': [
    'ls -l /etc/cni/net.d; cat /etc/cni/net.d/10-calico.conflist',
    '# the template stands in ConfigMap calico-config, key cni_network_config',
  ],
  'plugin-missing': [
    'ls -l /opt/cni/bin; grep -n bin_dir /etc/containerd/config.toml',
    '# delete the calico-node pod of this node: install-cni writes the plugins again',
  ],
  'foreign-plugin': [
    'ls /etc/cni/net.d   # the first file in this order is used',
    '# move the other file away, restart the runtime, recreate the pods',
  ],
  'nodename-missing': ['ls -l /var/lib/calico'],
};

const words = { again: 'The kubelet tries again by itself within a minute.' };
