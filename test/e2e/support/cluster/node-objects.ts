import { timeText } from './container-log.ts';
import type { NodeFacts } from './facts.ts';
import type { Machine } from './world.ts';

const conditionOf = (
  type: string,
  status: string,
  reason: string,
  message: string,
  now: number,
  since: number,
) => ({
  type,
  status,
  reason,
  message,
  lastHeartbeatTime: timeText(now),
  lastTransitionTime: timeText(since),
});

const pressures = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const;

const notReady = {
  frozen: 'container runtime is down',
  wedged: 'PLEG is not healthy: pleg was last seen active 4m12.6s ago; threshold is 3m0s',
} as const;

/** The conditions of a node, as its kubelet and calico-node set them. */
export function conditionsOf(
  { facts, network }: Machine,
  now: number,
  since: number,
): readonly object[] {
  const isWell = facts.runtime === 'works';
  const ready =
    facts.runtime === 'works'
      ? conditionOf('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status', now, since)
      : conditionOf('Ready', 'False', 'KubeletNotReady', notReady[facts.runtime], now, since);
  return [
    ...(network
      ? [
          conditionOf(
            'NetworkUnavailable',
            network.status,
            network.reason,
            network.message,
            network.since,
            network.since,
          ),
        ]
      : []),
    ...pressures.map(([type, reason, message]) =>
      conditionOf(type, 'False', reason, message, now, isWell ? since : since - 3600),
    ),
    ready,
  ];
}

/** A Node object. Its logs are answered for on loopback, at the port of the kubelets' stand-in. */
export function nodeObject(facts: NodeFacts, labels: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: facts.name,
      labels: {
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        // The node controller would add these.
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': facts.name,
        'node.kubernetes.io/instance-type': 'invented',
        ...labels,
      },
    },
  };
}

/** The part of a Node's status that stays as it is. */
export function nodeStatus(facts: NodeFacts, port: number): object {
  const room = {
    cpu: String(facts.cpus),
    memory: '16Gi',
    pods: '110',
    'ephemeral-storage': '100Gi',
  };
  return {
    addresses: [
      { type: 'InternalIP', address: facts.internalIp },
      { type: 'Hostname', address: '127.0.0.1' },
    ],
    capacity: room,
    allocatable: { ...room, memory: '15Gi' },
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: `boot-${facts.name}`,
      containerRuntimeVersion: facts.runtimeVersion,
      kernelVersion: facts.kernel,
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: `machine-${facts.name}`,
      operatingSystem: 'linux',
      osImage: facts.osImage,
      systemUUID: `system-${facts.name}`,
    },
  };
}
