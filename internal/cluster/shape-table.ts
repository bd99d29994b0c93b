import type * as k8s from '../model/kubernetes.ts';
import { anyObject, base, conditions, numbers, strings } from './shape-parts.ts';
import type { ShapeOf, Shapes } from './shape-types.ts';
import { workloadShapes } from './shape-workloads.ts';

const metadataOnly: ShapeOf<k8s.KubeObject> = { fields: base };
const specOfAnything: ShapeOf<k8s.OwnerObject> = { fields: { ...base, spec: anyObject } };

const event: ShapeOf<k8s.Event> = {
  fields: {
    ...base,
    ...strings('type', 'reason', 'message', 'firstTimestamp', 'lastTimestamp', 'eventTime'),
    reportingComponent: 'string',
    count: 'number',
    involvedObject: { fields: strings('kind', 'namespace', 'name', 'uid', 'fieldPath') },
    series: { fields: { count: 'number', lastObservedTime: 'string' } },
    source: { fields: strings('component', 'host') },
  },
};

const ingress = { listOf: { fields: strings('ip', 'hostname') } } as const;

const service: ShapeOf<k8s.Service> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('type', 'clusterIP'),
        clusterIPs: 'list of strings',
        externalIPs: 'list of strings',
        selector: 'map of strings',
        ports: {
          listOf: { fields: { name: 'string', port: 'number', targetPort: 'string or number' } },
        },
      },
    },
    status: { fields: { loadBalancer: { fields: { ingress } } } },
  },
};

const namedPorts = { listOf: { fields: { name: 'string', port: 'number' } } } as const;
const addresses = { listOf: { fields: strings('ip', 'nodeName') } } as const;

const endpoints: ShapeOf<k8s.Endpoints> = {
  fields: {
    ...base,
    subsets: { listOf: { fields: { addresses, notReadyAddresses: addresses, ports: namedPorts } } },
  },
};

const endpointSlice: ShapeOf<k8s.EndpointSlice> = {
  fields: {
    ...base,
    addressType: 'string',
    endpoints: {
      listOf: {
        fields: {
          addresses: 'list of strings',
          nodeName: 'string',
          conditions: { fields: { ready: 'boolean' } },
        },
      },
    },
    ports: namedPorts,
  },
};

const crd: ShapeOf<k8s.CustomResourceDefinition> = {
  fields: {
    ...base,
    spec: {
      fields: {
        group: 'string',
        names: { fields: strings('plural', 'kind') },
        versions: { listOf: { fields: { name: 'string', served: 'boolean', schema: anyObject } } },
      },
    },
    status: { fields: { conditions } },
  },
};

const clusterRole: ShapeOf<k8s.ClusterRole> = {
  fields: {
    ...base,
    aggregationRule: anyObject,
    rules: {
      listOf: {
        fields: {
          apiGroups: 'list of strings',
          resources: 'list of strings',
          verbs: 'list of strings',
          resourceNames: 'list of strings',
        },
      },
    },
  },
};

const clusterRoleBinding: ShapeOf<k8s.ClusterRoleBinding> = {
  fields: {
    ...base,
    roleRef: { fields: strings('kind', 'name') },
    subjects: { listOf: { fields: strings('kind', 'name', 'namespace') } },
  },
};

const autodetection: ShapeOf<k8s.NodeAddressAutodetection> = {
  fields: {
    firstFound: 'boolean',
    ...strings('interface', 'skipInterface', 'canReach', 'kubernetes'),
    cidrs: 'list of strings',
  },
};

const installation: ShapeOf<k8s.Installation> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('variant', 'kubernetesProvider', 'registry', 'imagePath'),
        cni: { fields: { type: 'string', ipam: { fields: strings('type') } } },
        calicoNetwork: {
          fields: {
            ...strings('bgp', 'linuxDataplane'),
            mtu: 'number',
            ipPools: {
              listOf: {
                fields: {
                  ...strings('cidr', 'encapsulation', 'nodeSelector'),
                  blockSize: 'number',
                },
              },
            },
            nodeAddressAutodetectionV4: autodetection,
            nodeAddressAutodetectionV6: autodetection,
          },
        },
      },
    },
    status: { fields: { ...strings('calicoVersion', 'variant'), computed: anyObject, conditions } },
  },
};

const ipPool: ShapeOf<k8s.IPPool> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('cidr', 'ipipMode', 'vxlanMode', 'nodeSelector'),
        blockSize: 'number',
        disabled: 'boolean',
        natOutgoing: 'boolean',
        allowedUses: 'list of strings',
      },
    },
  },
};

const ipamBlock: ShapeOf<k8s.IPAMBlock> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('cidr', 'affinity'),
        allocations: 'numbers or nulls',
        unallocated: 'list of numbers',
        strictAffinity: 'boolean',
      },
    },
  },
};

const blockAffinity: ShapeOf<k8s.BlockAffinity> = {
  fields: {
    ...base,
    spec: { fields: { ...strings('cidr', 'node', 'state'), deleted: 'string or boolean' } },
  },
};

const bgpConfiguration: ShapeOf<k8s.BGPConfiguration> = {
  fields: {
    ...base,
    spec: {
      fields: {
        asNumber: 'string or number',
        ...numbers('listenPort'),
        nodeToNodeMeshEnabled: 'boolean',
      },
    },
  },
};

const bgpPeer: ShapeOf<k8s.BGPPeer> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('peerIP', 'node', 'nodeSelector', 'peerSelector'),
        asNumber: 'string or number',
      },
    },
  },
};

const clusterInformation: ShapeOf<k8s.ClusterInformation> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('calicoVersion', 'clusterType', 'clusterGUID'),
        datastoreReady: 'boolean',
      },
    },
  },
};

/** The types of every field that the model names, per list. */
export const shapes: Shapes = {
  ...workloadShapes,
  events: event,
  services: service,
  endpoints,
  endpointSlices: endpointSlice,
  configMaps: { fields: { ...base, data: 'map of strings' } },
  namespaces: metadataOnly,
  leases: { fields: { ...base, spec: { fields: strings('renewTime', 'holderIdentity') } } },
  controllerRevisions: metadataOnly,
  customResourceDefinitions: crd,
  clusterRoles: clusterRole,
  clusterRoleBindings: clusterRoleBinding,
  installations: installation,
  tigeraStatuses: { fields: { ...base, status: { fields: { conditions } } } },
  ipPools: ipPool,
  ipamBlocks: ipamBlock,
  blockAffinities: blockAffinity,
  felixConfigurations: specOfAnything,
  bgpConfigurations: bgpConfiguration,
  bgpPeers: bgpPeer,
  clusterInformations: clusterInformation,
  nodeMetrics: { fields: { ...base, timestamp: 'string', usage: 'map of strings' } },
  calicoNodes: specOfAnything,
  helmCharts: specOfAnything,
  helmChartConfigs: specOfAnything,
  argoApplications: specOfAnything,
  fluxObjects: specOfAnything,
};
