import { type Container, containerStatus } from './containers.ts';
import { timeText } from './container-log.ts';
import type { PodContext } from './pod-machine.ts';

interface StatusParts {
  readonly uid: string;
  readonly podName: string;
  readonly containers: readonly Container[];
  readonly hasHostNetwork: boolean;
  readonly bornAt: number;
  readonly context: PodContext;
}

const unreadyNames = (containers: readonly Container[]): string =>
  containers
    .filter(({ isReady }) => !isReady)
    .map(({ name }) => name)
    .join(' ');

/** Makes the status of a pod, with the times at which its conditions changed. */
export function podStatus(parts: StatusParts): (now: number) => object {
  const { uid, podName, containers, hasHostNetwork, bornAt, context } = parts;
  const changes = new Map<string, { readonly status: string; readonly at: number }>();
  const condition = (
    type: string,
    isTrue: boolean,
    now: number,
    reason?: string,
    message?: string,
  ) => {
    const status = isTrue ? 'True' : 'False';
    const known = changes.get(type);
    const at =
      known?.status === status ? known.at : known ? now : Math.min(now, bornAt + (isTrue ? 1 : 0));
    changes.set(type, { status, at });
    const why = isTrue ? {} : { reason, message };
    return { type, status, lastTransitionTime: timeText(at), ...why };
  };
  const inits = containers.filter(({ isInit }) => isInit);
  const mains = containers.filter(({ isInit }) => !isInit);
  const { machine, podIP } = context;
  const hostIP = machine.facts.internalIp;
  return (now) => {
    const isInitialized = inits.every(({ ended }) => ended?.exitCode === 0);
    const isReady = isInitialized && mains.every((container) => container.isReady);
    const pendingNames = inits.filter(({ ended }) => ended?.exitCode !== 0).map(({ name }) => name);
    const names = unreadyNames(mains);
    const ip = hasHostNetwork ? hostIP : podIP;
    const unready = ['ContainersNotReady', `containers with unready status: [${names}]`] as const;
    const incomplete = [
      'ContainersNotInitialized',
      `containers with incomplete status: [${pendingNames.join(' ')}]`,
    ] as const;
    return {
      phase: isInitialized && mains.some(({ program }) => program) ? 'Running' : 'Pending',
      hostIP,
      hostIPs: [{ ip: hostIP }],
      podIP: ip,
      podIPs: [{ ip }],
      startTime: timeText(bornAt),
      conditions: [
        condition('PodReadyToStartContainers', true, now),
        condition('Initialized', isInitialized, now, ...incomplete),
        condition('Ready', isReady, now, ...unready),
        condition('ContainersReady', isReady, now, ...unready),
        condition('PodScheduled', true, now),
      ],
      ...(inits.length === 0
        ? {}
        : { initContainerStatuses: inits.map((one) => containerStatus(uid, podName, one, now)) }),
      containerStatuses: mains.map((one) => containerStatus(uid, podName, one, now)),
    };
  };
}
