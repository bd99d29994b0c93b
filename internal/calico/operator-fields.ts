import type { Installation } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { mainInstallation, overlayInstallation } from './install/objects.ts';
import { findObject } from './snapshot-lists.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function step(schema: unknown, name: string): unknown {
  if (!isObject(schema)) return undefined;
  const properties = schema['properties'];
  if (isObject(properties)) return properties[name];
  const items = schema['items'];
  return isObject(items) && isObject(items['properties']) ? items['properties'][name] : undefined;
}

/**
 * Whether the operator's Installation has a field, by the schema of its CRD (a path below `spec`; lists are stepped into). Null
 * where the CRD was not read. Sounder than the operator's version, which a mirror may have retagged.
 */
export function installationHas(snapshot: Snapshot, path: readonly string[]): boolean | null {
  const crd = findObject(snapshot, 'customResourceDefinitions', 'installations.operator.tigera.io');
  const version = crd?.spec?.versions?.find(({ name }) => name === 'v1');
  const root = version?.schema?.['openAPIV3Schema'];
  if (!isObject(root)) return null;
  return ['spec', ...path].reduce<unknown>(step, root) !== undefined;
}

const containers = ['calicoNodeDaemonSet', 'spec', 'template', 'spec', 'containers'];

const numbers = {
  liveness: 'initialDelaySeconds',
  readiness: 'timeoutSeconds',
  startup: 'failureThreshold',
} as const;

/** Whether the numbers of a probe of calico-node can be set in the Installation (operator v1.43 and later; startup: v1.44). */
export const canOverrideProbes = (
  snapshot: Snapshot,
  kind: keyof typeof numbers = 'liveness',
): boolean | null => installationHas(snapshot, [...containers, `${kind}Probe`, numbers[kind]]);

function hasAt(object: unknown, path: readonly string[]): boolean {
  const value = path.reduce<unknown>(
    (part, key) => (isObject(part) ? part[key] : undefined),
    object,
  );
  return value !== undefined;
}

/** The Installation that a field below `spec` counts in: the overlay where that one sets it, as it wins over the main one. */
export function installationWith(
  snapshot: Snapshot,
  path: readonly string[],
): Installation | undefined {
  const overlay = overlayInstallation(snapshot);
  return overlay && hasAt(overlay.spec, path) ? overlay : mainInstallation(snapshot);
}

/** The Installation that overrides for calico-node's container stand in, or would. */
export const overriddenInstallation = (snapshot: Snapshot): Installation | undefined =>
  installationWith(snapshot, containers);

/** Whether calico-node's resources can be set there (operator v1.28 and later). */
export const canOverrideResources = (snapshot: Snapshot): boolean | null =>
  installationHas(snapshot, [...containers, 'resources']);
