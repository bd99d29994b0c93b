const at = '2026-03-01T08:00:00Z';

/** A node with as many fields as an API server takes, invented, to see that none is lost. */
export const fullNode = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'full',
    labels: { zone: 'north' },
    annotations: { 'projectcalico.org/IPv4Address': '10.0.0.1/24' },
  },
  spec: {
    podCIDR: '10.0.1.0/24',
    podCIDRs: ['10.0.1.0/24'],
    providerID: 'boat://1',
    unschedulable: true,
    taints: [
      { key: 'k', value: 'v', effect: 'NoExecute', timeAdded: at },
      { key: 'l', effect: 'NoSchedule' },
    ],
  },
};

/** What its kubelet says of it. */
export const fullNodeStatus = {
  capacity: { cpu: '4', memory: '16Gi', pods: '110' },
  allocatable: { cpu: '3800m', memory: '15Gi', pods: '110' },
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      lastHeartbeatTime: at,
      lastTransitionTime: at,
      reason: 'r',
      message: 'm',
    },
    { type: 'NetworkUnavailable', status: 'False' },
  ],
  addresses: [
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'Hostname', address: 'full' },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
  nodeInfo: {
    machineID: 'm',
    systemUUID: 's',
    bootID: 'b',
    kernelVersion: '6.1.0',
    osImage: 'o',
    containerRuntimeVersion: 'containerd://2.0.0',
    kubeletVersion: 'v1.36.3',
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  },
  images: [{ names: ['registry.example/ferry:1'], sizeBytes: 7 }],
  volumesInUse: ['x'],
  volumesAttached: [{ name: 'x', devicePath: '/d' }],
  runtimeHandlers: [
    { name: '', features: { recursiveReadOnlyMounts: true, userNamespaces: false } },
  ],
  features: { supplementalGroupsPolicy: true },
};
