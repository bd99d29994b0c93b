import type { DaemonSet, Deployment, KubeObject, Pod } from '../model/kubernetes.ts';

/** The DaemonSets' pods: `calico-node` of manifest and operator, `canal` of canal (also RKE2's). */
export const nodeApps = ['calico-node', 'canal'] as const;

/** Selects the pods of Calico's DaemonSets in any namespace. */
export const nodePods = `k8s-app in (${nodeApps.join(',')})`;
/** Selects all others, also those without the label. */
export const otherPods = `k8s-app notin (${nodeApps.join(',')})`;

const daemonSetNames = new Set(['calico-node', 'canal', 'rke2-canal']);

/** The `k8s-app` label, empty where there is none. */
export const appOf = ({ metadata }: KubeObject): string => metadata.labels?.['k8s-app'] ?? '';

const isNodeApp = (object: KubeObject): boolean => nodeApps.some((app) => app === appOf(object));

export const isCalicoPod = (pod: Pod): boolean => isNodeApp(pod);

/** True for a DaemonSet that runs calico-node, by label or by name (install manifests before v3.0 and some vendors). */
export const isCalicoDaemonSet = (daemonSet: DaemonSet): boolean =>
  isNodeApp(daemonSet) || daemonSetNames.has(daemonSet.metadata.name);

export const isOperator = (deployment: Deployment): boolean =>
  appOf(deployment) === 'tigera-operator';

/** Reasons of events that tell of a pod's network, in any namespace: the CNI plugin failed to make it or to take it away. */
export const networkReasons: readonly string[] = ['FailedCreatePodSandBox', 'FailedKillPod'];
