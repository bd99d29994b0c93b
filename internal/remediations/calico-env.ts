import { calicoContainer } from '../calico/settings.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Install } from '../model/install.ts';
import type { Container, EnvVar } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** The calico-node container as the DaemonSet has it; undefined where that was not read. */
export function templateContainer(
  snapshot: Snapshot,
  { daemonSet, namespace }: Install,
): Container | undefined {
  if (daemonSet === null) return undefined;
  const object = findObject(snapshot, 'daemonSets', daemonSet, namespace ?? undefined);
  return calicoContainer(object?.spec?.template?.spec);
}

/** Variables with values of their own: a `valueFrom` that stands there is taken away, as the API server refuses both. */
export const literalEnv = (
  env: readonly EnvVar[],
  settings: Readonly<Record<string, string>>,
): readonly object[] =>
  Object.entries(settings).map(([name, value]) =>
    env.some((entry) => entry.name === name && entry.valueFrom)
      ? { name, value, valueFrom: null }
      : { name, value },
  );
