import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { mountFailures, type MountFailure, type Mounting } from '../calico/mounts.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { mountSource } from '../remediations/mount-source.ts';
import { defineCheck } from './define.ts';

interface Facts extends Mounting {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
}

function draftOf(snapshot: Snapshot, failures: readonly MountFailure[]): readonly Draft<Facts>[] {
  const [first] = failures;
  if (!first) return [];
  const views = failures.map(({ view }) => view);
  const nodes = views.map(({ name }) => name);
  const { volume, kind, what, wanted } = first;
  return [
    {
      severity: 'error',
      // A time-out alone names the volume and not the reason.
      confidence:
        kind === 'other' || failures.every(({ evidence }) => evidence.length < 2)
          ? 'likely'
          : 'confirmed',
      facts: { nodes, volume, kind, what, wanted },
      affected: affectedBy(views),
      evidence: failures.slice(0, 3).flatMap(({ evidence }) => evidence),
      explains: consequencesOf(snapshot, views, [
        'pod-not-ready',
        'rollout-blocked',
        'runtime-broken-init-stuck',
        'container-create-failure',
        'cni-install-failed',
      ]),
      remedies: mountSource({ volume, kind, what, wanted, nodes, install: installOf(snapshot) }),
    },
  ];
}

// The kubelet mounts each volume before it makes the pod's sandbox: a hostPath of the wrong type keeps all containers from starting.
export const hostpathMountFailure = defineCheck<Facts>({
  id: 'hostpath-mount-failure',
  title: 'calico-node gets all its mounts on every node',
  needs: ['events'],
  uses: ['logs', ...installUses],
  run: (snapshot) => {
    const byMount = Map.groupBy(
      mountFailures(snapshot),
      ({ volume, kind, what, wanted }) =>
        `${kind} ${volume ?? ''} ${what ?? ''} ${kind === 'other' ? '' : (wanted ?? '')}`,
    );
    return [...byMount.values()].flatMap((group) => draftOf(snapshot, group));
  },
  words: {
    en: {
      title: (facts) => words.titles[facts.kind](facts, enumerate(facts.nodes)),
      summary: ({ kind, wanted }) =>
        [
          'The kubelet mounts everything before it starts the first container: until that works the pod stays Pending, and a rolling update stops here.',
          ...(kind === 'other' && wanted !== null ? [`It says: ${wanted}`] : []),
        ].join(' '),
      ruledOut: () => ['not the container runtime: the mount comes before the first container'],
    },
  },
});

const words = {
  titles: {
    'wrong-type': ({ what, wanted }, where) =>
      `${what ?? 'a path'} is not a ${wanted ?? 'directory'} on ${where}, so calico-node cannot be started`,
    'missing-object': ({ what }, where) =>
      `calico-node on ${where} waits for ${what ?? 'an object'}, which does not exist`,
    'missing-key': ({ wanted, volume }, where) =>
      `calico-node on ${where} waits for the key ${wanted ?? ''} of volume "${volume ?? ''}", which does not exist`,
    'missing-path': ({ what }, where) =>
      `${what ?? 'a path'} does not exist on ${where}, so calico-node cannot be started`,
    'read-only': ({ what }, where) =>
      `${what ?? 'a directory'} cannot be made on ${where}: the file system is read-only`,
    other: ({ volume }, where) =>
      `volume "${volume ?? ''}" of calico-node cannot be mounted on ${where}`,
  } satisfies Record<Mounting['kind'], (facts: Facts, where: string) => string>,
};
