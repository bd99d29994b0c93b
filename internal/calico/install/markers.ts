import type { Node } from '../../model/kubernetes.ts';
import { calicoContainer } from '../settings.ts';
import { findObject, itemsOf } from '../snapshot-lists.ts';
import { nameOf } from './objects.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';

const says = words.en;

/** Looks for one marker: the sentence that names it and the object it is on, or null. */
export type MarkerTest = (view: InstallView) => string | null;

/** The first of several tests that finds something. */
export const anyOf =
  (...tests: readonly MarkerTest[]): MarkerTest =>
  (view) => {
    for (const test of tests) {
      const reason = test(view);
      if (reason !== null) return reason;
    }
    return null;
  };

const onNodes =
  (find: (node: Node) => string | null): MarkerTest =>
  ({ snapshot }) => {
    for (const node of itemsOf(snapshot, 'nodes')) {
      const reason = find(node);
      if (reason !== null) return reason;
    }
    return null;
  };

export const nodeLabel = (pattern: RegExp): MarkerTest =>
  onNodes((node) => {
    const found = Object.entries(node.metadata.labels ?? {}).find(([key, value]) =>
      pattern.test(`${key}=${value}`),
    );
    return found ? says.label(nameOf(node), ...found) : null;
  });

export const nodeAnnotation = (pattern: RegExp): MarkerTest =>
  onNodes((node) => {
    const key = Object.keys(node.metadata.annotations ?? {}).find((name) => pattern.test(name));
    return key === undefined ? null : says.annotation(nameOf(node), key);
  });

export const kubelet = (pattern: RegExp): MarkerTest =>
  onNodes((node) => {
    const version = node.status?.nodeInfo?.kubeletVersion ?? '';
    return pattern.test(version) ? says.field(nameOf(node), 'kubeletVersion', version) : null;
  });

export const providerId = (prefix: string): MarkerTest =>
  onNodes((node) => {
    const id = node.spec?.providerID ?? '';
    return id.startsWith(prefix) ? says.field(nameOf(node), 'providerID', id) : null;
  });

export const provider =
  (name: string): MarkerTest =>
  ({ installation }) =>
    installation?.spec?.kubernetesProvider === name
      ? says.field(nameOf(installation), 'kubernetesProvider', name)
      : null;

export const configMap =
  (name: string): MarkerTest =>
  ({ snapshot }) => {
    const found = findObject(snapshot, 'configMaps', name, 'kube-system');
    return found ? says.exists(nameOf(found)) : null;
  };

export const podNamed =
  (prefix: string): MarkerTest =>
  ({ snapshot }) => {
    const found = itemsOf(snapshot, 'pods').find(
      ({ metadata }) => metadata.namespace === 'kube-system' && metadata.name.startsWith(prefix),
    );
    return found ? says.exists(nameOf(found)) : null;
  };

export const clusterType =
  (name: string): MarkerTest =>
  ({ clusterTypes, workload, snapshot }) => {
    const source = workload?.object ?? findObject(snapshot, 'clusterInformations', 'default');
    return clusterTypes.has(name) && source
      ? says.field(nameOf(source), 'cluster type', name)
      : null;
  };

export const workloadLabel =
  (key: string, value?: string): MarkerTest =>
  ({ workload }) => {
    const found = workload?.labels[key];
    return workload && found !== undefined && (value === undefined || value === found)
      ? says.label(nameOf(workload.object), key, found)
      : null;
  };

export const hostPath =
  (prefix: string): MarkerTest =>
  ({ workload }) => {
    const volumes = workload?.spec?.volumes ?? [];
    const path = volumes.find((volume) => volume.hostPath?.path?.startsWith(prefix))?.hostPath
      ?.path;
    return workload && path !== undefined ? says.mounts(nameOf(workload.object), path) : null;
  };

export const nodeImage =
  (pattern: RegExp): MarkerTest =>
  ({ workload }) => {
    const image = calicoContainer(workload?.spec)?.image ?? '';
    return workload && pattern.test(image) ? says.image(nameOf(workload.object), image) : null;
  };

export const apiGroup =
  (group: string): MarkerTest =>
  ({ snapshot }) =>
    snapshot.apiGroups?.includes(group) === true ? says.exists(`API group ${group}`) : null;

// kubespray roles/network_plugin/calico/templates/calico-node.yml.j2: the address of the kubelet as
// the target to reach, the cluster type from the ConfigMap, and the serial number of etcd's
// certificate on the template.
export const kubesprayTemplate: MarkerTest = ({ workload }) => {
  if (!workload) return null;
  const name = nameOf(workload.object);
  const serial = 'kubespray.etcd-cert/serial';
  if (workload.annotations[serial] !== undefined) return says.annotation(name, serial);
  const env = calicoContainer(workload.spec)?.env ?? [];
  const method = env.find((entry) => entry.name === 'IP_AUTODETECTION_METHOD')?.value ?? '';
  if (method.includes('$(NODEIP)')) return says.variable(name, 'IP_AUTODETECTION_METHOD', method);
  const type = env.find((entry) => entry.name === 'CLUSTER_TYPE')?.valueFrom?.configMapKeyRef;
  if (type?.key === 'cluster_type') {
    return says.variableFrom(name, 'CLUSTER_TYPE', `ConfigMap ${type.name ?? ''}, ${type.key}`);
  }
  const host = env.find((entry) => entry.name === 'FELIX_HEALTHHOST')?.value;
  const isTemplate = ['CALICO_K8S_NODE_REF', 'CALICO_STARTUP_LOGLEVEL'].some((variable) =>
    env.some((entry) => entry.name === variable),
  );
  return host !== undefined && isTemplate ? says.variable(name, 'FELIX_HEALTHHOST', host) : null;
};
