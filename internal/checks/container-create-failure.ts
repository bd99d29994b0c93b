import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import {
  refusedCreations,
  type Creation,
  type CreationCause,
} from '../calico/container-creation.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { runtimeComplaint } from '../calico/runtime.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { containerStart } from '../remediations/container-start.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: CreationCause;
  /** What the message names: a path, an image, an object; null if nothing. */
  readonly detail: string | null;
  /** True if the pod's sandbox could not be made, false if one of its containers. */
  readonly isSandbox: boolean;
}

function draftOf(snapshot: Snapshot, creations: readonly Creation[]): readonly Draft<Facts>[] {
  const [first] = creations;
  if (!first) return [];
  const views = [...new Set(creations.map(({ view }) => view))];
  const nodes = views.map(({ name }) => name);
  const { cause, detail } = first;
  // A runtime that is down as a whole refuses everything.
  const isRuntimeUp = views.every(({ node }) => runtimeComplaint(node) === null);
  return [
    {
      severity: 'error',
      confidence: cause === 'unknown' ? 'likely' : 'confirmed',
      facts: {
        nodes,
        cause,
        detail,
        isSandbox: creations.every(({ container }) => container === null),
      },
      affected: affectedBy(views),
      evidence: creations
        .slice(0, 3)
        .flatMap(({ view, evidence }) => [
          evidence,
          ...(view.pod
            ? [fieldEvidence(view.pod, 'status.phase', view.pod.status?.phase ?? '')]
            : []),
        ]),
      explains: consequencesOf(snapshot, views, [
        'pod-not-ready',
        'rollout-blocked',
        'bpf-filesystem-not-mounted',
        'cni-install-failed',
        ...(isRuntimeUp ? ['runtime-broken-init-stuck'] : []),
      ]),
      remedies: [containerStart({ cause, detail, nodes, install: installOf(snapshot) })],
    },
  ];
}

// The runtime refuses the sandbox or a container for a reason of the machine (mounts, limits, security modules, disk), or because
// the pod refers to something that is not there.
export const containerCreateFailure = defineCheck<Facts>({
  id: 'container-create-failure',
  title: 'the runtime of every node can make the containers of calico-node',
  needs: [],
  uses: ['events', 'logs', ...installUses],
  run: (snapshot) => {
    const byCause = Map.groupBy(refusedCreations(snapshot), ({ cause }) => cause);
    return [...byCause.values()].flatMap((group) => draftOf(snapshot, group));
  },
  words: {
    en: {
      title: ({ nodes, cause, detail, isSandbox }) =>
        `the runtime on ${enumerate(nodes)} cannot make ${isSandbox ? 'the sandbox' : 'a container'} of calico-node: ${words.causes[cause](detail)}`,
      summary: ({ cause }) =>
        cause === 'missing-config' || cause === 'must-be-root' || cause === 'missing-program'
          ? 'The pod asks for something that cannot be had, so every node that gets this pod fails in the same way. The kubelet tries again and again.'
          : 'The runtime was asked and refused, so the reason lies on the machine. The kubelet tries again and again.',
      ruledOut: ({ isSandbox }) =>
        isSandbox ? ['not the CNI plugin: calico-node uses the network of the host'] : [],
    },
  },
});

const named = (detail: string | null, otherwise: string): string => detail ?? otherwise;

const words = {
  causes: {
    'not-shared-mount': (detail) =>
      `${named(detail, 'a mount of the host')} is not on a shared mount`,
    'kernel-feature': (detail) => `its kernel has no ${named(detail, 'such file system')}`,
    'mount-refused': (detail) => `${named(detail, 'a path')} may not be mounted`,
    'pause-image': (detail) => `the pause image ${detail ?? ''} cannot be had`.replace('  ', ' '),
    'file-limits': () => 'the machine is at a limit of open files, processes or memory',
    'disk-full': () => 'its disk is full',
    'missing-config': (detail) => `there is no ${named(detail, 'such object')}`,
    'must-be-root': () => 'it is forbidden to run as root',
    'missing-program': (detail) => `its image has no program ${detail ?? ''}`.trim(),
    'runtime-handler': (detail) => `the runtime handler ${named(detail, '')} is not set up there`,
    'security-module': () => 'a security module or a missing permission forbids it',
    cgroup: () => 'its cgroup cannot be made',
    unknown: () => 'the message below tells why',
  } satisfies Record<CreationCause, (detail: string | null) => string>,
};
