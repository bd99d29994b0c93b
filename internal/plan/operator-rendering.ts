import type {
  Container,
  DaemonSet,
  Installation,
  KubeObject,
  NodeAddressAutodetection,
} from '../model/kubernetes.ts';
import { fieldAt, isEqual, isFields } from './fields.ts';

/** What calico-node's container must look like once the operator has taken up a change of the Installation. */
export interface Rendering {
  readonly env: Readonly<Record<string, string>>;
  /** Numbers of probes, by field: `livenessProbe.initialDelaySeconds`; resources as they are given. */
  readonly fields: readonly { readonly path: readonly string[]; readonly value: unknown }[];
}

const isInstallation = (object: KubeObject): object is Installation =>
  object.kind === 'Installation';

// In the order in which the operator looks (tigera/operator pkg/render/node.go, getAutodetectionMethod, v1.40 and v1.43).
function methodOf(fields: NodeAddressAutodetection | undefined): string | null {
  if (fields?.interface) return `interface=${fields.interface}`;
  if (fields?.skipInterface) return `skip-interface=${fields.skipInterface}`;
  if (fields?.canReach) return `can-reach=${fields.canReach}`;
  if (fields?.firstFound) return 'first-found';
  if (fields?.cidrs && fields.cidrs.length > 0) return `cidr=${fields.cidrs.join(',')}`;
  return fields?.kubernetes === 'NodeInternalIP' ? 'kubernetes-internal-ip' : null;
}

const families = [
  ['nodeAddressAutodetectionV4', 'IP', 'IP_AUTODETECTION_METHOD'],
  ['nodeAddressAutodetectionV6', 'IP6', 'IP6_AUTODETECTION_METHOD'],
] as const;

function envOf(before: Installation | null, after: Installation): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [field, source, key] of families) {
    const wanted = after.spec?.calicoNetwork?.[field];
    if (isEqual(before?.spec?.calicoNetwork?.[field], wanted)) continue;
    const method = methodOf(wanted);
    if (method === null) continue;
    env[source] = 'autodetect';
    env[key] = method;
  }
  return env;
}

function overrideOf(installation: Installation | null): unknown {
  const path = ['calicoNodeDaemonSet', 'spec', 'template', 'spec', 'containers'];
  const containers = fieldAt(installation?.spec, path);
  if (!Array.isArray(containers)) return undefined;
  return containers.find((one) => isFields(one) && one['name'] === 'calico-node');
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

function fieldsOf(before: Installation | null, after: Installation): Rendering['fields'] {
  const old = overrideOf(before);
  const wanted = overrideOf(after);
  if (!isFields(wanted) || isEqual(old, wanted)) return [];
  const ofProbes = probes.flatMap((probe) => {
    const numbers = wanted[probe];
    return isFields(numbers)
      ? Object.entries(numbers).map(([name, value]) => ({ path: [probe, name], value }))
      : [];
  });
  const resources = wanted['resources'];
  const ofResources = ['limits', 'requests'].flatMap((name) => {
    const amounts = fieldAt(resources, [name]);
    return isFields(amounts)
      ? Object.entries(amounts).map(([key, value]) => ({ path: ['resources', name, key], value }))
      : [];
  });
  return [...ofProbes, ...ofResources];
}

/**
 * What a change of the Installation makes of calico-node's container, as far as the operator's rendering is known: the method of
 * address detection, overridden probes and resources. Null where the change is about something else: then nothing can be expected.
 */
export function expectedRendering(
  before: KubeObject | null,
  after: KubeObject | null,
): Rendering | null {
  if (after === null || !isInstallation(after)) return null;
  const old = before !== null && isInstallation(before) ? before : null;
  const env = envOf(old, after);
  const fields = fieldsOf(old, after);
  return Object.keys(env).length > 0 || fields.length > 0 ? { env, fields } : null;
}

const hasEnv = (container: Container, name: string, value: string): boolean =>
  container.env?.some((entry) => entry.name === name && entry.value === value) ?? false;

/** True where a DaemonSet's template has what is expected of it. */
export function isRendered(daemonSet: DaemonSet, rendering: Rendering): boolean {
  const container = daemonSet.spec?.template?.spec?.containers?.find(
    ({ name }) => name === 'calico-node',
  );
  if (!container) return false;
  return (
    Object.entries(rendering.env).every(([name, value]) => hasEnv(container, name, value)) &&
    rendering.fields.every(({ path, value }) => isEqual(fieldAt(container, path), value))
  );
}
