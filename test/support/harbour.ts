// A small cluster in the forms in which different tools write it down.

type Raw = Readonly<Record<string, unknown>>;

export const node = (name: string): Raw => ({
  metadata: {
    name,
    uid: `uid-${name}`,
    resourceVersion: '40',
    creationTimestamp: '2026-02-03T04:00:00Z',
  },
  status: {
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-02-03T05:06:07Z' }],
  },
});

export const pod = (name: string, namespace: string): Raw => ({
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '41' },
  spec: {
    nodeName: 'pier-1',
    containers: [{ name: 'calico-node' }],
    initContainers: [{ name: 'install-cni' }],
  },
  status: { containerStatuses: [{ name: 'calico-node', restartCount: 1 }] },
});

export const event = (name: string, namespace: string): Raw => ({
  metadata: { name, namespace },
  involvedObject: { kind: 'Pod', name: 'calico-node-q7w2e', namespace },
  reason: 'Unhealthy',
  lastTimestamp: '2026-02-03T05:00:00Z',
});

/** The object with its type, as in a list of anything. */
export const typed = (kind: string, apiVersion: string, object: Raw): Raw => ({
  apiVersion,
  kind,
  ...object,
});

export const ipPool: Raw = typed('IPPool', 'crd.projectcalico.org/v1', {
  metadata: { name: 'quay' },
  spec: { cidr: '10.77.0.0/16' },
});

export const list = (kind: string, items: readonly Raw[] | null, apiVersion = 'v1'): Raw => ({
  kind: `${kind}List`,
  apiVersion,
  metadata: { resourceVersion: '99' },
  items,
});

export const logLine = (text: string): string =>
  `2026-02-03 05:00:01.234 [INFO][9] startup/startup.go 1: ${text}\n`;

/** A log as `kubectl cluster-info dump` writes it. */
export const marked = (
  namespace: string,
  podName: string,
  container: string,
  text: string,
): string => {
  const of = `logs for container ${container} of pod ${namespace}/${podName} ====`;
  return `==== START ${of}\n${text}==== END ${of}\n`;
};
