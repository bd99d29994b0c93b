import type { Evidence } from '../model/finding.ts';
import type { ConfigMap, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import { prefixOf } from './pools.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';

/** The range that Kubernetes takes for the pods' addresses, and where that stands. */
export interface ClusterRange {
  readonly cidrs: readonly string[];
  readonly evidence: Evidence;
}

const cidrsIn = (text: string): readonly string[] =>
  text
    .replaceAll(/["'[\]]/g, '')
    .split(/[\s,]+/)
    .filter((part) => part.includes('/') && prefixOf(part) !== null);

function inConfigMap(
  configMap: ConfigMap | undefined,
  key: string,
  field: string,
): ClusterRange | null {
  const line = new RegExp(`^\\s*${field}:\\s*([^#\\n]+)`, 'm').exec(configMap?.data?.[key] ?? '');
  const cidrs = cidrsIn(line?.[1] ?? '');
  return configMap && cidrs.length > 0
    ? { cidrs, evidence: fieldEvidence(configMap, `data[${key}] ${field}`, cidrs.join(', ')) }
    : null;
}

// The flag of kube-controller-manager and kube-proxy; static pods show their command lines in any dump.
function inFlags(pod: Pod): ClusterRange | null {
  const words = (pod.spec?.containers ?? []).flatMap(({ command, args }) => [
    ...(command ?? []),
    ...(args ?? []),
  ]);
  const flag = words.map((word) => /^--cluster-cidr=(.+)$/.exec(word)?.[1]).find(Boolean);
  const cidrs = cidrsIn(flag ?? '');
  return cidrs.length > 0
    ? { cidrs, evidence: fieldEvidence(pod, 'command --cluster-cidr', cidrs.join(', ')) }
    : null;
}

/**
 * The cluster's pod range: of kubeadm's ClusterConfiguration, else of kube-proxy's configuration, else of a flag of
 * kube-controller-manager or kube-proxy. Null where none of them was read or says it.
 */
export function clusterRange(snapshot: Snapshot): ClusterRange | null {
  const kubeadm = findObject(snapshot, 'configMaps', 'kubeadm-config', 'kube-system');
  const proxy = findObject(snapshot, 'configMaps', 'kube-proxy', 'kube-system');
  const flagged = itemsOf(snapshot, 'pods').filter(({ metadata }) =>
    /^kube-(?:controller-manager|proxy)-/.test(metadata.name),
  );
  return (
    inConfigMap(kubeadm, 'ClusterConfiguration', 'podSubnet') ??
    inConfigMap(proxy, 'config.conf', 'clusterCIDR') ??
    flagged.map(inFlags).find((range) => range !== null) ??
    null
  );
}
