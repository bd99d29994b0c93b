/* oxlint-disable max-lines -- a catalogue of types without logic: one place to see what is read of each kind */
/**
 * Kubernetes objects as the API or a dump gives them: raw JSON, never the typed models of a client library,
 * which drop what they do not know. Only the fields that somebody reads are named; all are optional, as a dump may lack any.
 * The reader in `internal/cluster` guarantees their types: what has another type there is removed with a warning.
 */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
}

export interface OwnerReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly controller?: boolean;
}

export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

/** One entry of `status.conditions`, the same in nodes, pods, TigeraStatus and others. */
export interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastHeartbeatTime?: string;
  readonly observedGeneration?: number;
}

export interface Node extends KubeObject {
  readonly spec?: {
    readonly podCIDR?: string;
    readonly podCIDRs?: readonly string[];
    readonly providerID?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: {
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[];
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: {
      readonly kernelVersion?: string;
      readonly osImage?: string;
      readonly containerRuntimeVersion?: string;
      readonly kubeletVersion?: string;
      readonly operatingSystem?: string;
      readonly architecture?: string;
      readonly bootID?: string;
    };
    readonly capacity?: Readonly<Record<string, string>>;
    readonly allocatable?: Readonly<Record<string, string>>;
  };
}

export interface Taint {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly timeAdded?: string;
}

export interface EnvVar {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: {
      readonly name?: string;
      readonly key?: string;
      readonly optional?: boolean;
    };
    readonly secretKeyRef?: { readonly name?: string; readonly key?: string };
    readonly fieldRef?: { readonly fieldPath?: string };
  };
}

export interface Probe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: {
    readonly host?: string;
    readonly path?: string;
    readonly port?: number | string;
    readonly scheme?: string;
  };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
  readonly successThreshold?: number;
}

export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name?: string };
    readonly secretRef?: { readonly name?: string };
  }[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort?: number;
    readonly hostPort?: number;
    readonly protocol?: string;
  }[];
  readonly resources?: {
    readonly limits?: Readonly<Record<string, string>>;
    readonly requests?: Readonly<Record<string, string>>;
  };
  readonly securityContext?: { readonly privileged?: boolean; readonly [field: string]: unknown };
  readonly volumeMounts?: readonly {
    readonly name?: string;
    readonly mountPath?: string;
    readonly readOnly?: boolean;
  }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}

export interface Volume {
  readonly name?: string;
  readonly hostPath?: { readonly path?: string; readonly type?: string };
  readonly configMap?: { readonly name?: string };
  readonly secret?: { readonly secretName?: string };
  readonly emptyDir?: Readonly<Record<string, unknown>>;
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly value?: string;
    readonly effect?: string;
  }[];
  readonly affinity?: Readonly<Record<string, unknown>>;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly terminationGracePeriodSeconds?: number;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name?: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly image?: string;
  readonly imageID?: string;
  readonly containerID?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface Pod extends KubeObject {
  readonly spec?: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly hostIP?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: PodSpec;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

export interface DaemonSet extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: number | string };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
    readonly numberUnavailable?: number;
    readonly numberMisscheduled?: number;
  };
}

export interface Deployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly unavailableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

/** An event of the core group (`involvedObject`) or of events.k8s.io (`regarding`); the reader maps the second to the first. */
export interface Event extends KubeObject {
  readonly involvedObject?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly fieldPath?: string;
  };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
}

export interface Service extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port?: number;
      readonly targetPort?: number | string;
    }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

export interface Endpoints extends KubeObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip?: string; readonly nodeName?: string }[];
    readonly notReadyAddresses?: readonly { readonly ip?: string; readonly nodeName?: string }[];
    readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  }[];
}

export interface EndpointSlice extends KubeObject {
  readonly addressType?: string;
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    readonly nodeName?: string;
    readonly conditions?: { readonly ready?: boolean };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface Lease extends KubeObject {
  readonly spec?: { readonly renewTime?: string; readonly holderIdentity?: string };
}

export interface NodeAddressAutodetection {
  readonly firstFound?: boolean;
  readonly interface?: string;
  readonly skipInterface?: string;
  readonly canReach?: string;
  readonly cidrs?: readonly string[];
  readonly kubernetes?: string;
}

export interface Installation extends KubeObject {
  readonly spec?: {
    readonly variant?: string;
    readonly kubernetesProvider?: string;
    readonly registry?: string;
    readonly imagePath?: string;
    readonly cni?: { readonly type?: string; readonly ipam?: { readonly type?: string } };
    readonly calicoNetwork?: {
      readonly bgp?: string;
      readonly linuxDataplane?: string;
      readonly mtu?: number;
      readonly ipPools?: readonly {
        readonly cidr?: string;
        readonly encapsulation?: string;
        readonly blockSize?: number;
        readonly nodeSelector?: string;
      }[];
      readonly nodeAddressAutodetectionV4?: NodeAddressAutodetection;
      readonly nodeAddressAutodetectionV6?: NodeAddressAutodetection;
    };
    readonly [field: string]: unknown;
  };
  readonly status?: {
    readonly calicoVersion?: string;
    readonly variant?: string;
    readonly computed?: Readonly<Record<string, unknown>>;
    readonly conditions?: readonly Condition[];
  };
}

export interface TigeraStatus extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface IPPool extends KubeObject {
  readonly spec?: {
    readonly cidr?: string;
    readonly blockSize?: number;
    readonly disabled?: boolean;
    readonly ipipMode?: string;
    readonly vxlanMode?: string;
    readonly natOutgoing?: boolean;
    readonly nodeSelector?: string;
    readonly allowedUses?: readonly string[];
  };
}

export interface IPAMBlock extends KubeObject {
  readonly spec?: {
    readonly cidr?: string;
    readonly affinity?: string;
    readonly allocations?: readonly (number | null)[];
    readonly unallocated?: readonly number[];
    readonly strictAffinity?: boolean;
  };
}

export interface BlockAffinity extends KubeObject {
  readonly spec?: {
    readonly cidr?: string;
    readonly node?: string;
    readonly state?: string;
    readonly deleted?: string | boolean;
  };
}

export interface FelixConfiguration extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface BGPConfiguration extends KubeObject {
  readonly spec?: {
    readonly asNumber?: number | string;
    readonly listenPort?: number;
    readonly nodeToNodeMeshEnabled?: boolean;
  };
}

export interface BGPPeer extends KubeObject {
  readonly spec?: {
    readonly peerIP?: string;
    readonly asNumber?: number | string;
    readonly node?: string;
    readonly nodeSelector?: string;
    readonly peerSelector?: string;
  };
}

export interface ClusterInformation extends KubeObject {
  readonly spec?: {
    readonly calicoVersion?: string;
    readonly clusterType?: string;
    readonly datastoreReady?: boolean;
    readonly clusterGUID?: string;
  };
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec?: {
    readonly group?: string;
    readonly names?: { readonly plural?: string; readonly kind?: string };
    readonly versions?: readonly {
      readonly name?: string;
      readonly served?: boolean;
      readonly schema?: Readonly<Record<string, unknown>>;
    }[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface ClusterRole extends KubeObject {
  readonly aggregationRule?: Readonly<Record<string, unknown>>;
  readonly rules?: readonly {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly verbs?: readonly string[];
    readonly resourceNames?: readonly string[];
  }[];
}

export interface ClusterRoleBinding extends KubeObject {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  }[];
}

/** metrics.k8s.io NodeMetrics. */
export interface NodeMetrics extends KubeObject {
  readonly timestamp?: string;
  readonly usage?: Readonly<Record<string, string>>;
}

/** HelmChart, HelmChartConfig, Argo CD Application, Flux objects: read for ownership only. */
export interface OwnerObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}
