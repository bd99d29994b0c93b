import type * as k8s from '../model/kubernetes.ts';
import { anyObject, base, conditions, numbers, strings } from './shape-parts.ts';
import type { ShapeOf, Shapes } from './shape-types.ts';

const node: ShapeOf<k8s.Node> = {
  fields: {
    ...base,
    spec: {
      fields: {
        ...strings('podCIDR', 'providerID'),
        podCIDRs: 'list of strings',
        unschedulable: 'boolean',
        taints: { listOf: { fields: strings('key', 'value', 'effect', 'timeAdded') } },
      },
    },
    status: {
      fields: {
        addresses: { listOf: { fields: strings('type', 'address') } },
        conditions,
        nodeInfo: {
          fields: strings(
            'kernelVersion',
            'osImage',
            'containerRuntimeVersion',
            'kubeletVersion',
            'operatingSystem',
            'architecture',
            'bootID',
          ),
        },
        capacity: 'map of strings',
        allocatable: 'map of strings',
      },
    },
  },
};

const probe: ShapeOf<k8s.Probe> = {
  fields: {
    exec: { fields: { command: 'list of strings' } },
    httpGet: { fields: { ...strings('host', 'path', 'scheme'), port: 'string or number' } },
    ...numbers('initialDelaySeconds', 'periodSeconds', 'timeoutSeconds'),
    ...numbers('failureThreshold', 'successThreshold'),
  },
};

const env: ShapeOf<k8s.EnvVar> = {
  fields: {
    ...strings('name', 'value'),
    valueFrom: {
      fields: {
        configMapKeyRef: { fields: { ...strings('name', 'key'), optional: 'boolean' } },
        secretKeyRef: { fields: strings('name', 'key') },
        fieldRef: { fields: strings('fieldPath') },
      },
    },
  },
};

const container: ShapeOf<k8s.Container> = {
  fields: {
    ...strings('name', 'image'),
    command: 'list of strings',
    args: 'list of strings',
    env: { listOf: env },
    envFrom: {
      listOf: {
        fields: {
          configMapRef: { fields: strings('name') },
          secretRef: { fields: strings('name') },
        },
      },
    },
    ports: {
      listOf: {
        fields: { ...strings('name', 'protocol'), ...numbers('containerPort', 'hostPort') },
      },
    },
    resources: { fields: { limits: 'map of strings', requests: 'map of strings' } },
    securityContext: { fields: { privileged: 'boolean' } },
    volumeMounts: { listOf: { fields: { ...strings('name', 'mountPath'), readOnly: 'boolean' } } },
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
  },
};

const podSpec: ShapeOf<k8s.PodSpec> = {
  fields: {
    ...strings('nodeName', 'serviceAccountName', 'priorityClassName'),
    hostNetwork: 'boolean',
    nodeSelector: 'map of strings',
    tolerations: { listOf: { fields: strings('key', 'operator', 'value', 'effect') } },
    affinity: anyObject,
    containers: { listOf: container },
    initContainers: { listOf: container },
    volumes: {
      listOf: {
        fields: {
          name: 'string',
          hostPath: { fields: strings('path', 'type') },
          configMap: { fields: strings('name') },
          secret: { fields: strings('secretName') },
          emptyDir: anyObject,
        },
      },
    },
    terminationGracePeriodSeconds: 'number',
  },
};

const containerState: ShapeOf<k8s.ContainerState> = {
  fields: {
    waiting: { fields: strings('reason', 'message') },
    running: { fields: strings('startedAt') },
    terminated: {
      fields: { exitCode: 'number', ...strings('reason', 'message', 'startedAt', 'finishedAt') },
    },
  },
};

const containerStatuses: { readonly listOf: ShapeOf<k8s.ContainerStatus> } = {
  listOf: {
    fields: {
      ...strings('name', 'image', 'imageID', 'containerID'),
      ready: 'boolean',
      started: 'boolean',
      restartCount: 'number',
      state: containerState,
      lastState: containerState,
    },
  },
};

const pod: ShapeOf<k8s.Pod> = {
  fields: {
    ...base,
    spec: podSpec,
    status: {
      fields: {
        ...strings('phase', 'reason', 'message', 'hostIP', 'podIP', 'startTime'),
        podIPs: { listOf: { fields: strings('ip') } },
        conditions,
        containerStatuses,
        initContainerStatuses: containerStatuses,
      },
    },
  },
};

const template: ShapeOf<k8s.PodTemplate> = {
  fields: {
    metadata: { fields: { labels: 'map of strings', annotations: 'map of strings' } },
    spec: podSpec,
  },
};

const selector: ShapeOf<k8s.LabelSelector> = { fields: { matchLabels: 'map of strings' } };

const daemonSet: ShapeOf<k8s.DaemonSet> = {
  fields: {
    ...base,
    spec: {
      fields: {
        selector,
        template,
        updateStrategy: {
          fields: {
            type: 'string',
            rollingUpdate: { fields: { maxUnavailable: 'string or number' } },
          },
        },
      },
    },
    status: {
      fields: {
        ...numbers('observedGeneration', 'desiredNumberScheduled', 'currentNumberScheduled'),
        ...numbers('updatedNumberScheduled', 'numberReady', 'numberAvailable'),
        ...numbers('numberUnavailable', 'numberMisscheduled'),
      },
    },
  },
};

const deployment: ShapeOf<k8s.Deployment> = {
  fields: {
    ...base,
    spec: { fields: { replicas: 'number', selector, template } },
    status: {
      fields: {
        ...numbers('observedGeneration', 'replicas', 'readyReplicas', 'availableReplicas'),
        unavailableReplicas: 'number',
        conditions,
      },
    },
  },
};

/** Types of the fields that the model names, for Kubernetes' own workloads and nodes. */
export const workloadShapes = {
  nodes: node,
  pods: pod,
  daemonSets: daemonSet,
  deployments: deployment,
} as const satisfies Partial<Shapes>;
