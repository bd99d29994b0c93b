import { demandAfterKey, demandKey } from './kubelets.ts';

export interface WorkloadOptions {
  readonly namespace?: string;
  readonly replicas: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** CPUs that each pod would use once it has run for a while. */
  readonly demand?: number;
  /** How long a pod is modest, in seconds; not at all unless told. */
  readonly demandAfter?: number;
  /** The only node that it runs on: as if it had grown there. */
  readonly node?: string;
  readonly hasLivenessProbe?: boolean;
  readonly hasLocalData?: boolean;
}

function podTemplate(name: string, options: WorkloadOptions): object {
  const { demand, demandAfter = 0, node, hasLivenessProbe, hasLocalData, labels = {} } = options;
  const probe = {
    exec: { command: ['/bin/check'] },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  };
  return {
    metadata: {
      labels: { app: name, ...labels },
      annotations:
        demand === undefined
          ? {}
          : { [demandKey]: String(demand), [demandAfterKey]: String(demandAfter) },
    },
    spec: {
      terminationGracePeriodSeconds: 5,
      // A preference and no rule: what is moved away finds a place elsewhere.
      ...(node === undefined
        ? {}
        : {
            affinity: {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  {
                    weight: 100,
                    preference: {
                      matchExpressions: [
                        { key: 'kubernetes.io/hostname', operator: 'In', values: [node] },
                      ],
                    },
                  },
                ],
              },
            },
          }),
      containers: [
        {
          name,
          image: `registry.example/${name}:1.4.2`,
          resources: { requests: { cpu: '10m' } },
          ...(hasLivenessProbe === true ? { livenessProbe: probe } : {}),
          ...(hasLocalData === true
            ? { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] }
            : {}),
        },
      ],
      ...(hasLocalData === true ? { volumes: [{ name: 'scratch', emptyDir: {} }] } : {}),
    },
  };
}

/** A Deployment. */
export const deployment = (name: string, options: WorkloadOptions): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name,
    namespace: options.namespace ?? 'default',
    labels: { app: name, ...options.labels },
  },
  spec: {
    replicas: options.replicas,
    selector: { matchLabels: { app: name } },
    template: podTemplate(name, options),
  },
});

const tolerations = [{ operator: 'Exists' }];

/** kube-proxy, on all nodes and on their network. */
export const kubeProxy: object = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
  spec: {
    selector: { matchLabels: { 'k8s-app': 'kube-proxy' } },
    template: {
      metadata: { labels: { 'k8s-app': 'kube-proxy' } },
      spec: {
        hostNetwork: true,
        priorityClassName: 'system-node-critical',
        tolerations,
        containers: [{ name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.36.3' }],
      },
    },
  },
};

/** A budget for the pods of a workload. */
export const disruptionBudget = (name: string, spec: object): object => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: 'default' },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});
