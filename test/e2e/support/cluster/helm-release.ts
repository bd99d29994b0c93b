import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, type Json, type KubeClient } from '../kube-client.ts';
import { twoWayPatch } from './merge-patches.ts';
import { valueAt } from './operator-rules.ts';
import type { Repository } from './repository.ts';

export interface HelmOptions {
  /** A client whose name is `helm`. */
  readonly client: KubeClient;
  /** The values of the release. */
  readonly repository: Repository;
  readonly say?: (line: string) => void;
}

/** A stand-in for somebody (or a pipeline) who upgrades a Helm release whenever its values change. */
export interface HelmRelease {
  readonly stop: () => Promise<void>;
}

const installations = '/apis/operator.tigera.io/v1/installations';
const lookMs = 500;

/** The Installation as the chart makes it from its values (projectcalico/calico, charts/tigera-operator). */
export function rendered(values: Json): Json {
  const spec = valueAt(values, 'installation');
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: {
      name: 'default',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        'meta.helm.sh/release-name': 'calico',
        'meta.helm.sh/release-namespace': 'tigera-operator',
      },
    },
    spec: typeof spec === 'object' && spec !== null ? spec : {},
  };
}

// Helm 3 compares the last release with the next one, and looks at the cluster only for kinds that it knows: what was changed
// there stays, unless the release itself changes the same field.
async function upgrade({ client, say }: HelmOptions, before: Json, after: Json): Promise<void> {
  const patch = twoWayPatch(rendered(before), rendered(after));
  if (Object.keys(patch).length > 0)
    await client.patch(`${installations}/default?fieldManager=helm`, patch);
  say?.('helm upgraded the release calico with its values');
}

/** Installs the release, and upgrades it whenever its values change. Returns when the Installation is there. */
export async function startHelm(options: HelmOptions): Promise<HelmRelease> {
  const { client, repository } = options;
  let released = repository.read();
  const ending = new AbortController();
  await client.create(`${installations}?fieldManager=helm`, rendered(released.document ?? {}));
  const look = async (): Promise<void> => {
    const next = repository.read();
    if (next.document === null || next.revision === released.revision) return;
    await upgrade(options, released.document ?? {}, next.document);
    released = next;
  };
  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await wait(lookMs);
      await look().catch((error: unknown) => {
        if (!(error instanceof ApiError) && !(error instanceof Error && 'code' in error))
          throw error;
      });
    }
  };
  const working = work();
  return {
    stop: async () => {
      ending.abort();
      await working.catch(() => {});
      client.close();
    },
  };
}
