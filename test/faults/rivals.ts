import type { SimulatedCluster } from '../e2e/support/cluster/cluster.ts';
import { isObject } from '../support/json.ts';
import type { Json } from '../e2e/support/kube-client.ts';
import { daemonSetIn, type Rival } from './incident.ts';

const at = (object: unknown, key: string): unknown => (isObject(object) ? object[key] : undefined);

const containersOf = (daemonSet: Json): readonly Json[] => {
  const spec = at(at(at(daemonSet, 'spec'), 'template'), 'spec');
  const containers = at(spec, 'containers');
  return Array.isArray(containers) ? containers.filter(isObject) : [];
};

const withContainers = (containers: readonly Json[]): object => ({
  spec: { template: { spec: { containers } } },
});

/** Somebody who changes the first container of calico-node's DaemonSet. */
function inDaemonSet(namespace: string, change: (container: Json) => Json): Rival {
  const path = daemonSetIn(namespace);
  return {
    path,
    meddle: async ({ client }: SimulatedCluster) => {
      const old = containersOf(await client.get(path));
      const [first = {}, ...rest] = old;
      await client.patch(path, withContainers([change(first), ...rest]));
      return { undo: async () => void (await client.patch(path, withContainers(old))) };
    },
  };
}

const variable = 'IP_AUTODETECTION_METHOD';

/** Somebody who sets another method in a manifest's DaemonSet. */
export const otherMethod: Rival = inDaemonSet('kube-system', (container) => {
  const { env } = container;
  const others = (Array.isArray(env) ? env : []).filter((one) => at(one, 'name') !== variable);
  return { ...container, env: [...others, { name: variable, value: 'skip-interface=dock.*' }] };
});

/** Somebody who sets other limits of the probe in a manifest's DaemonSet. */
export const otherLimits: Rival = inDaemonSet('kube-system', (container) => {
  const { livenessProbe } = container;
  const limits = { initialDelaySeconds: 3, failureThreshold: 4, timeoutSeconds: 7 };
  return {
    ...container,
    livenessProbe: { ...(isObject(livenessProbe) ? livenessProbe : {}), ...limits },
  };
});

const installation = '/apis/operator.tigera.io/v1/installations/default';

/** Somebody who changes one field of an Installation. */
function inInstallation(way: readonly string[], value: unknown): Rival {
  const wrapped = (inner: unknown): object => ({
    spec: way.reduceRight<unknown>((made, key) => ({ [key]: made }), inner),
  });
  return {
    path: installation,
    meddle: async ({ client }: SimulatedCluster) => {
      const { spec } = await client.get(installation);
      const old = way.reduce<unknown>(at, spec) ?? null;
      // A merge patch leaves what it does not name: first away with it, then the other in its place.
      const put = async (next: unknown): Promise<void> => {
        await client.patch(installation, wrapped(null));
        if (next !== null) await client.patch(installation, wrapped(next));
      };
      await put(value);
      return { undo: () => put(old) };
    },
  };
}

/** Somebody who sets another method in an Installation. */
export const otherMethodOfOperator: Rival = inInstallation(
  ['calicoNetwork', 'nodeAddressAutodetectionV4'],
  { skipInterface: 'dock.*' },
);

/** Somebody who sets other limits of the probe in an Installation. */
export const otherLimitsOfOperator: Rival = inInstallation(['calicoNodeDaemonSet'], {
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'calico-node',
            livenessProbe: { periodSeconds: 1, failureThreshold: 4, timeoutSeconds: 7 },
          },
        ],
      },
    },
  },
});
