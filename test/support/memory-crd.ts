import type { CustomResourceDefinition } from '../../internal/model/kubernetes.ts';
import type { Mutable } from './sample.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const int: Schema = { type: 'integer', format: 'int32' };
const flag: Schema = { type: 'boolean' };
const any: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
});
const list = (items: Schema): Schema => ({ type: 'array', items });

export interface CrdOptions {
  /** `livenessProbe` and `readinessProbe` among the overrides, as from operator v1.43 on. */
  readonly hasProbes?: boolean;
  /** A rule against two methods, as from operator v1.43 on. */
  readonly refusesTwoMethods?: boolean;
  /** The method `kubernetes`, as from operator v1.25 on; true unless told. */
  readonly hasKubernetes?: boolean;
  /** `calicoNodeDaemonSet` at all, as from operator v1.28 on; true unless told. */
  readonly hasOverrides?: boolean;
}

export const methodsMessage = 'no more than one autodetection method can be specified';

const autodetection = ({
  hasKubernetes = true,
  refusesTwoMethods = false,
}: CrdOptions): Schema => ({
  ...object({
    firstFound: flag,
    interface: text,
    skipInterface: text,
    canReach: text,
    cidrs: list(text),
    ...(hasKubernetes ? { kubernetes: { type: 'string', enum: ['NodeInternalIP'] } } : {}),
  }),
  ...(refusesTwoMethods
    ? {
        'x-kubernetes-map-type': 'atomic',
        'x-kubernetes-validations': [{ rule: 'size(methods) <= 1', message: methodsMessage }],
      }
    : {}),
});

function nodeDaemonSet({ hasProbes = false }: CrdOptions): Schema {
  const probe = object({
    initialDelaySeconds: int,
    periodSeconds: int,
    timeoutSeconds: int,
    failureThreshold: int,
  });
  const container = object({
    name: { type: 'string', enum: ['calico-node'] },
    resources: any,
    ...(hasProbes ? { livenessProbe: probe, readinessProbe: probe } : {}),
  });
  const template = object({
    metadata: any,
    spec: object({
      containers: list(container),
      initContainers: list(object({ name: text, resources: any })),
      affinity: any,
      nodeSelector: any,
      tolerations: list(any),
    }),
  });
  return object({ metadata: any, spec: object({ minReadySeconds: int, template }) });
}

function specSchema(options: CrdOptions): Schema {
  const { hasOverrides = true } = options;
  return object({
    variant: text,
    kubernetesProvider: text,
    registry: text,
    imagePath: text,
    imagePrefix: text,
    flexVolumePath: text,
    nonPrivileged: text,
    typhaMetricsPort: int,
    controlPlaneReplicas: int,
    cni: object({ type: text, ipam: object({ type: text }) }),
    calicoNetwork: object({
      bgp: text,
      linuxDataplane: text,
      hostPorts: text,
      mtu: int,
      multiInterfaceMode: text,
      containerIPForwarding: text,
      ipPools: list(any),
      nodeAddressAutodetectionV4: autodetection(options),
      nodeAddressAutodetectionV6: autodetection(options),
    }),
    nodeUpdateStrategy: any,
    componentResources: list(any),
    ...(hasOverrides ? { calicoNodeDaemonSet: nodeDaemonSet(options), typhaDeployment: any } : {}),
  });
}

/** The definition of Installations, with the fields that a release of the operator knows. */
export const installationCrd = (options: CrdOptions = {}): Mutable<CustomResourceDefinition> => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'installations.operator.tigera.io', uid: 'crd-installations' },
  spec: {
    group: 'operator.tigera.io',
    names: { plural: 'installations', kind: 'Installation' },
    versions: [
      {
        name: 'v1',
        served: true,
        schema: {
          openAPIV3Schema: object({
            apiVersion: text,
            kind: text,
            metadata: { type: 'object' },
            spec: specSchema(options),
            status: any,
          }),
        },
      },
    ],
  },
  status: { conditions: [{ type: 'Established', status: 'True' }] },
});
