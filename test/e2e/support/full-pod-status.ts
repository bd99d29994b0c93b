const at = '2026-03-01T08:00:00Z';

const ended = {
  exitCode: 137,
  reason: 'OOMKilled',
  message: 'm',
  startedAt: at,
  finishedAt: at,
  containerID: 'containerd://1',
  signal: 9,
};
const containerOf = (name: string, more: object): object => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});

/** What a kubelet says of the pod. */
export const fullPodStatus = {
  phase: 'Running',
  reason: 'r',
  message: 'm',
  hostIP: '10.0.0.1',
  hostIPs: [{ ip: '10.0.0.1' }, { ip: '2001:db8::1' }],
  podIP: '10.0.1.1',
  podIPs: [{ ip: '10.0.1.1' }],
  startTime: at,
  qosClass: 'Burstable',
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      lastTransitionTime: at,
      lastProbeTime: at,
      reason: 'r',
      message: 'm',
    },
    { type: 'Initialized', status: 'True' },
  ],
  initContainerStatuses: [
    containerOf('first', { ready: true, state: { terminated: { exitCode: 0, startedAt: at } } }),
    containerOf('side', { started: false, state: { running: {} } }),
  ],
  containerStatuses: [
    containerOf('main', {
      started: true,
      restartCount: 12,
      containerID: 'containerd://2',
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'm' } },
      lastState: { terminated: ended },
    }),
  ],
};
