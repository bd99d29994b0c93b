/**
 * What a strategic merge patch has to know of a field: by which members the elements of its list are told apart, and what
 * stands in them. A list of plain values that is merged has the key ''.
 */
export interface FieldSchema {
  readonly key?: string;
  readonly fields?: Schema;
}

export type Schema = { readonly [field: string]: FieldSchema };

const byName: FieldSchema = { key: 'name' };
const conditions: FieldSchema = { key: 'type' };

const container: FieldSchema = {
  key: 'name',
  fields: {
    env: byName,
    ports: { key: 'containerPort' },
    volumeMounts: { key: 'mountPath' },
    volumeDevices: { key: 'devicePath' },
  },
};

const podSpec: Schema = {
  containers: container,
  initContainers: container,
  ephemeralContainers: container,
  volumes: byName,
  imagePullSecrets: byName,
  hostAliases: { key: 'ip' },
  topologySpreadConstraints: { key: 'topologyKey' },
  schedulingGates: byName,
  resourceClaims: byName,
};

const metadata: FieldSchema = {
  fields: { ownerReferences: { key: 'uid' }, finalizers: { key: '' } },
};

const workload: Schema = {
  metadata,
  spec: { fields: { template: { fields: { metadata, spec: { fields: podSpec } } } } },
  status: { fields: { conditions } },
};

const schemas: Readonly<Record<string, Schema>> = {
  DaemonSet: workload,
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  Pod: {
    metadata,
    spec: { fields: podSpec },
    status: { fields: { conditions, hostIPs: { key: 'ip' }, podIPs: { key: 'ip' } } },
  },
  Node: {
    metadata,
    // Taints are one value: k8s.io/api gives them no patchMergeKey.
    spec: { fields: { podCIDRs: { key: '' } } },
    status: { fields: { conditions, addresses: { key: 'type' } } },
  },
  Service: {
    metadata,
    spec: { fields: { ports: { key: 'port' } } },
    status: { fields: { conditions } },
  },
  ServiceAccount: { metadata, secrets: byName },
};

/** The schema of a built-in kind, from the patchMergeKey tags of k8s.io/api (v0.36): of the others only metadata is merged. */
export const schemaOf = (kind: string): Schema => schemas[kind] ?? { metadata };
