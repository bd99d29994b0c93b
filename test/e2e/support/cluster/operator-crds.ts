import { openCrd } from './calico-objects.ts';

/** The kinds of the operator, with schemas of our own writing that know the fields that the tool and its tests touch. */

export interface InstallationSchema {
  /** Whether probes of calico-node can be set (operator v1.43 and later), and two methods are refused at once. */
  readonly hasProbeOverride: boolean;
}

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const integer: Schema = { type: 'integer', format: 'int32' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const intOrString: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};
const quantities: Schema = { type: 'object', additionalProperties: intOrString };
const resources = object({
  claims: list(object({ name: text, request: text })),
  limits: quantities,
  requests: quantities,
});
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const texts: Schema = { type: 'object', additionalProperties: text };

const methodRule = {
  rule: `[has(self.interface) && self.interface != '', has(self.skipInterface) && self.skipInterface != '', has(self.canReach) && self.canReach != '', has(self.firstFound) && self.firstFound, has(self.cidrs) && self.cidrs.size() > 0, has(self.kubernetes)].filter(set, set).size() <= 1`,
  message: 'no more than one autodetection method can be specified',
};

const detection = ({ hasProbeOverride }: InstallationSchema): Schema =>
  object(
    {
      canReach: { ...text, maxLength: 253 },
      cidrs: { ...list({ ...text, maxLength: 64 }), maxItems: 64 },
      firstFound: flag,
      interface: { ...text, maxLength: 253 },
      kubernetes: oneOf('NodeInternalIP'),
      skipInterface: { ...text, maxLength: 253 },
    },
    hasProbeOverride
      ? { 'x-kubernetes-map-type': 'atomic', 'x-kubernetes-validations': [methodRule] }
      : {},
  );

const probe = object({
  failureThreshold: integer,
  initialDelaySeconds: integer,
  periodSeconds: integer,
  timeoutSeconds: integer,
});

const initContainers = [
  'install-cni',
  'hostpath-init',
  'flexvol-driver',
  'ebpf-bootstrap',
  'mount-bpffs',
];

const toleration = object({
  effect: text,
  key: text,
  operator: text,
  tolerationSeconds: { type: 'integer', format: 'int64' },
  value: text,
});

function nodeOverride({ hasProbeOverride }: InstallationSchema): Schema {
  const container = object(
    {
      name: oneOf('calico-node'),
      resources,
      ...(hasProbeOverride ? { livenessProbe: probe, readinessProbe: probe } : {}),
    },
    { required: ['name'] },
  );
  const init = object({ name: oneOf(...initContainers), resources }, { required: ['name'] });
  const metadata = object({ annotations: texts, labels: texts });
  const podSpec = object({
    affinity: open,
    containers: list(container),
    initContainers: list(init),
    nodeSelector: texts,
    tolerations: list(toleration),
  });
  return object({
    metadata,
    spec: object({ minReadySeconds: integer, template: object({ metadata, spec: podSpec }) }),
  });
}

const poolFields = {
  allowedUses: list(text),
  assignmentMode: text,
  blockSize: integer,
  cidr: text,
  disableBGPExport: flag,
  disableNewAllocations: flag,
  encapsulation: oneOf('IPIPCrossSubnet', 'IPIP', 'VXLAN', 'VXLANCrossSubnet', 'None'),
  name: text,
  natOutgoing: oneOf('Enabled', 'Disabled'),
  nodeSelector: text,
};
const pool = object(poolFields, { required: ['cidr'] });

const providers = ['', 'EKS', 'GKE', 'AKS', 'OpenShift', 'DockerEnterprise', 'RKE2', 'TKG', 'Kind'];

const installationSpec = (schema: InstallationSchema): Schema =>
  object({
    calicoNetwork: object({
      bgp: oneOf('Enabled', 'Disabled'),
      containerIPForwarding: oneOf('Enabled', 'Disabled'),
      hostPorts: oneOf('Enabled', 'Disabled'),
      ipPools: { ...list(pool), maxItems: 25 },
      linuxDataplane: oneOf('Iptables', 'BPF', 'VPP', 'Nftables'),
      linuxPolicySetupTimeoutSeconds: integer,
      mtu: integer,
      multiInterfaceMode: oneOf('None', 'Multus'),
      nodeAddressAutodetectionV4: detection(schema),
      nodeAddressAutodetectionV6: detection(schema),
      windowsDataplane: oneOf('HNS', 'Disabled'),
    }),
    calicoNodeDaemonSet: nodeOverride(schema),
    cni: object(
      {
        binDir: text,
        confDir: text,
        ipam: object(
          { type: oneOf('Calico', 'HostLocal', 'AmazonVPC', 'AzureVNET') },
          { required: ['type'] },
        ),
        type: oneOf('Calico', 'GKE', 'AmazonVPC', 'AzureVNET'),
      },
      { required: ['type'] },
    ),
    componentResources: list(
      object(
        { componentName: text, resourceRequirements: resources },
        { required: ['componentName', 'resourceRequirements'] },
      ),
    ),
    controlPlaneReplicas: integer,
    flexVolumePath: text,
    imagePath: text,
    kubeletVolumePluginPath: text,
    kubernetesProvider: oneOf(...providers),
    nodeMetricsPort: integer,
    nodeUpdateStrategy: object({
      type: text,
      rollingUpdate: object({ maxSurge: intOrString, maxUnavailable: intOrString }),
    }),
    nonPrivileged: text,
    registry: text,
    typhaDeployment: open,
    variant: oneOf('Calico', 'TigeraSecureEnterprise'),
  });

/** The CRD of Installations. */
export const installationCrd = (schema: InstallationSchema): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'installations.operator.tigera.io' },
  spec: {
    group: 'operator.tigera.io',
    scope: 'Cluster',
    names: {
      plural: 'installations',
      singular: 'installation',
      kind: 'Installation',
      listKind: 'InstallationList',
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: object({
            apiVersion: text,
            kind: text,
            metadata: { type: 'object' },
            spec: installationSpec(schema),
            status: open,
          }),
        },
      },
    ],
  },
});

/** The CRD of the operator's report. */
export const tigeraStatusCrd: object = openCrd(
  'operator.tigera.io',
  'v1',
  'tigerastatuses',
  'TigeraStatus',
);
