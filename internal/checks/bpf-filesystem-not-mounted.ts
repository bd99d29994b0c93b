import { affectedBy } from '../calico/affected.ts';
import { failedBpfInits, type BpfStep, type FailedBpfInit } from '../calico/bpf-init.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { settingsOf } from '../calico/settings.ts';
import { findObject, itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft } from '../model/finding.ts';
import type { PodSpec } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { mountBpf } from '../remediations/mount-bpf.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly container: string;
  readonly step: BpfStep;
  /** True if the kernel has no such file system. */
  readonly isMissing: boolean;
}

function draftOf(
  snapshot: Snapshot,
  step: BpfStep,
  failed: readonly FailedBpfInit[],
): Draft<Facts> {
  const views = failed.map(({ view }) => view);
  const nodes = views.map(({ name }) => name);
  const container = failed[0]?.container ?? 'mount-bpffs';
  const isMissing = failed.some((one) => one.isMissing);
  return {
    severity: 'error',
    // An exit code alone could also be a usage error.
    confidence: failed.some(({ evidence }) => evidence.length > 1) ? 'confirmed' : 'likely',
    facts: { nodes, container, step, isMissing },
    affected: affectedBy(views),
    evidence: failed.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: consequencesOf(snapshot, views, [
      'pod-not-ready',
      'crash-loop',
      'rollout-blocked',
      'hostpath-mount-failure',
      'cni-install-failed',
      'runtime-broken-init-stuck',
    ]),
    remedies: mountBpf({
      step,
      container,
      nodes,
      isMissing,
      isUsed: usesBpf(snapshot),
      template: templateOf(snapshot),
      install: installOf(snapshot),
    }),
  };
}

const templateOf = (snapshot: Snapshot): PodSpec | undefined => {
  const { daemonSet, namespace } = installOf(snapshot);
  return findObject(snapshot, 'daemonSets', daemonSet ?? '', namespace ?? undefined)?.spec?.template
    ?.spec;
};

// The variable beats the FelixConfiguration (felix/config); where neither is set eBPF is off.
function usesBpf(snapshot: Snapshot): boolean | null {
  const { namespace } = installOf(snapshot);
  const settings = settingsOf(snapshot, templateOf(snapshot), null, namespace ?? undefined);
  const own = settings.env.get('FELIX_BPFENABLED');
  if (own !== undefined) return own === null ? null : /^(?:true|1|yes|y|t)$/i.test(own);
  if (snapshot.lists.felixConfigurations.state !== 'read') return null;
  return itemsOf(snapshot, 'felixConfigurations').some(({ spec }) => spec?.['bpfEnabled'] === true);
}

// The init container prepares the eBPF dataplane, whether it is used or not; it needs a kernel with the file system and shared mounts.
export const bpfFilesystemNotMounted = defineCheck<Facts>({
  id: 'bpf-filesystem-not-mounted',
  title: 'every node has the BPF file system that calico-node mounts',
  needs: [],
  uses: ['events', 'logs', 'felixConfigurations', ...installUses],
  run: (snapshot) =>
    [...Map.groupBy(failedBpfInits(snapshot), ({ step }) => step)].map(([step, failed]) =>
      draftOf(snapshot, step, failed),
    ),
  words: {
    en: {
      title: ({ nodes, step }) => `${words.steps[step]} on ${enumerate(nodes)}`,
      summary: ({ container, isMissing }) =>
        [
          `The init container ${container} cannot do its work, so calico-node is not started. It prepares the eBPF dataplane even where that is not in use.`,
          ...(isMissing ? ['The kernel there seems to have no such file system.'] : []),
        ].join(' '),
    },
  },
});

const words = {
  steps: {
    'bpf-filesystem': 'the BPF file system cannot be mounted',
    cgroup2: 'the cgroup2 file system cannot be mounted',
    'bpf-network': 'the eBPF network cannot be set up',
  } satisfies Record<BpfStep, string>,
};
