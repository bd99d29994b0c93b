import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import type {
  ContainerState,
  KubeObject,
  Node,
  Pod,
  Probe,
} from '../../internal/model/kubernetes.ts';
import { isGoing, isNodeReady, isReady } from './memory-pods.ts';
import { refOf } from './memory-store.ts';
import { birdMesh, type Birds } from './simulated-bird.ts';
import { startCalicoNode, type Run } from './simulated-calico-node.ts';
import type { Mutable } from './sample.ts';
import {
  internalIP,
  podLog,
  podsOn,
  tell,
  whileThere,
  type PodLog,
  type World,
} from './simulated-world.ts';

interface Life {
  readonly log: PodLog;
  run: Run | null;
  restarts: number;
  /** Since it last ran well for ten minutes. */
  crashes: number;
  lastState: ContainerState;
  /** Probe failures of readiness in a row. */
  failures: number;
}

const mainOf = (pod: Pod) => {
  const own = pod.spec?.containers?.find(({ name }) => name === 'calico-node');
  return own ?? pod.spec?.containers?.[0];
};

const secondsOf = (probe: Probe | undefined) => ({
  delay: probe?.initialDelaySeconds ?? 0,
  period: probe?.periodSeconds ?? 10,
  threshold: probe?.failureThreshold ?? 3,
});

/** Seconds after which a probe that never succeeds ends a container. */
const patienceOf = (probe: Probe): number => {
  const { delay, period, threshold } = secondsOf(probe);
  return delay + period * threshold;
};

const refused =
  'Get "http://localhost:9099/liveness": dial tcp [::1]:9099: connect: connection refused';

const livenessFailure = (probe: Probe): string =>
  probe.httpGet
    ? `Liveness probe failed: ${refused}`
    : `Liveness probe failed: calico/node is not ready: Felix is not live: ${refused}`;

// A probe of calico-node asks for all peers for half a minute, and then for any (node/pkg/health, thresholdTime).
const strictMs = 30_000;

/** Why calico-node would say that it is not ready; null if it is. */
function unreadiness(world: World, pod: Pod, run: Run | null, birds: Birds): string | null {
  if (!run?.isLive) return 'calico/node is not ready: felix is not ready: Felix is not ready';
  const bird = birds.of(pod);
  if (!bird) return null;
  const missing = [...bird.sessions].filter(([, isUp]) => !isUp).map(([ip]) => ip);
  const isStrict = world.cluster.clock.now() - bird.startedAt < strictMs;
  if (missing.length === 0 || (!isStrict && missing.length < bird.sessions.size)) return null;
  return `calico/node is not ready: BIRD is not ready: BGP not established with ${missing.join(',')}`;
}

function setStatus(
  world: World,
  pod: Pod,
  life: Life,
  parts: { readonly state: ContainerState; readonly isReady: boolean },
): void {
  const now = world.cluster.clock.time();
  const node = pod.spec?.nodeName ?? '';
  const hostIP = internalIP(world, node);
  world.cluster.edit<Pod>(refOf(pod), (draft) => {
    const before = draft.status?.conditions ?? [];
    const condition = (
      type: string,
      isTrue: boolean,
    ): Mutable<NonNullable<typeof before>[number]> => {
      const status = isTrue ? 'True' : 'False';
      const known = before.find((one) => one.type === type);
      return known?.status === status ? known : { type, status, lastTransitionTime: now };
    };
    const own = new Set(['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']);
    const image = (container: { readonly image?: string }): string => container.image ?? '';
    draft.status = {
      ...draft.status,
      phase: 'Running',
      hostIP,
      podIP: draft.spec?.hostNetwork ? hostIP : (draft.status?.podIP ?? '10.244.9.9'),
      startTime: draft.status?.startTime ?? now,
      conditions: [
        condition('PodScheduled', true),
        condition('Initialized', true),
        condition('ContainersReady', parts.isReady),
        condition('Ready', parts.isReady),
        ...before.filter(({ type = '' }) => !own.has(type)),
      ],
      initContainerStatuses: (draft.spec?.initContainers ?? []).map((container) => ({
        name: container.name ?? '',
        ready: true,
        restartCount: 0,
        image: image(container),
        state: {
          terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now },
        },
        lastState: {},
        ...draft.status?.initContainerStatuses?.find(({ name }) => name === container.name),
      })),
      containerStatuses: (draft.spec?.containers ?? []).map((container) => ({
        name: container.name ?? '',
        ready: parts.isReady,
        started: parts.state.running !== undefined,
        restartCount: life.restarts,
        image: image(container),
        state: parts.state as Mutable<ContainerState>,
        lastState: life.lastState as Mutable<ContainerState>,
      })),
    };
  });
}

const mostBackOff = 300;
const forgivenAfterMs = 600_000;

/** The kubelets of all nodes whose Node is Ready: they start pods, probe calico-node and restart it. */
export function runKubelets(world: World): Birds {
  const { clock, store } = world.cluster;
  const lives = new Map<string, Life>();
  const lifeOf = (pod: Pod): Life | undefined => lives.get(pod.metadata.uid ?? '');
  const running = (life: Life): ContainerState => ({
    running: { startedAt: stamp(life.run?.startedAt ?? clock.now()) },
  });
  const birds: Birds = birdMesh(world, () => {
    for (const pod of store.list('Pod') as readonly Pod[])
      if (lifeOf(pod)?.run?.isLive && isReady(pod)) planReadiness(pod);
  });
  const planned = new Set<string>();
  const planReadiness = (pod: Pod, seconds?: number): void => {
    const uid = pod.metadata.uid ?? '';
    if (planned.has(uid)) return;
    planned.add(uid);
    const { period } = secondsOf(mainOf(pod)?.readinessProbe);
    whileThere(world, pod, seconds ?? period, (now) => {
      planned.delete(uid);
      probeReadiness(now);
    });
  };
  const probeReadiness = (pod: Pod): void => {
    const life = lifeOf(pod);
    if (!life?.run || life.run.hasEnded || isGoing(pod)) return;
    const why = unreadiness(world, pod, life.run, birds);
    life.failures = why === null ? 0 : life.failures + 1;
    if (why !== null) tell(world, pod, 'Unhealthy', `Readiness probe failed: ${why}\n`);
    const { threshold } = secondsOf(mainOf(pod)?.readinessProbe);
    const wasReady = isReady(pod);
    const isNowReady = why === null || (wasReady && life.failures < threshold);
    if (isNowReady !== wasReady)
      setStatus(world, pod, life, { state: running(life), isReady: isNowReady });
    if (why !== null) planReadiness(pod);
  };
  const ended = (pod: Pod, life: Life, exitCode: number): void => {
    const { run } = life;
    if (!run) return;
    run.hasEnded = true;
    birds.stop(pod);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: stamp(run.startedAt),
      finishedAt: clock.time(),
    };
    if (clock.now() - run.startedAt > forgivenAfterMs) life.crashes = 0;
    const seconds = life.crashes === 0 ? 1 : Math.min(10 * 2 ** (life.crashes - 1), mostBackOff);
    life.lastState = { terminated };
    life.run = null;
    const waiting = {
      reason: 'CrashLoopBackOff',
      message: `back-off ${seconds}s restarting failed container=calico-node pod=${pod.metadata.name}`,
    };
    const state = seconds === 1 ? { terminated } : { waiting };
    setStatus(world, pod, life, { state, isReady: false });
    if (seconds > 1)
      tell(world, pod, 'BackOff', 'Back-off restarting failed container calico-node');
    whileThere(world, pod, seconds, (now) => {
      if (isGoing(now)) return;
      life.restarts += 1;
      life.crashes += 1;
      life.log.rotate();
      begin(now, life);
    });
  };
  const watchStart = (pod: Pod, life: Life, run: Run): void => {
    const { livenessProbe, startupProbe } = mainOf(pod) ?? {};
    const probe = startupProbe ?? livenessProbe;
    if (!probe) return;
    const kind = startupProbe ? 'startup' : 'liveness';
    const seconds = patienceOf(probe);
    const { period } = secondsOf(probe);
    for (const before of [period, 0])
      whileThere(world, pod, seconds - before, (now) => {
        if (life.run !== run || run.isLive) return;
        tell(world, now, 'Unhealthy', livenessFailure(probe));
        if (before > 0) return;
        const told = `Container calico-node failed ${kind} probe, will be restarted`;
        tell(world, now, 'Killing', told, 'Normal');
        ended(now, life, 137);
      });
  };
  const begin = (pod: Pod, life: Life): void => {
    const run = startCalicoNode(world, pod, {
      log: life.log,
      birds,
      onExit: (exitCode) => {
        const now: Pod | null = store.get(refOf(pod));
        if (now && now.metadata.uid === pod.metadata.uid) ended(now, life, exitCode);
      },
    });
    life.run = run;
    life.failures = 0;
    setStatus(world, pod, life, { state: running(life), isReady: false });
    watchStart(pod, life, run);
    planReadiness(pod, Math.max(5, secondsOf(mainOf(pod)?.readinessProbe).delay));
  };
  const admit = (pod: Pod): void => {
    const node: Node | null = store.get({ kind: 'Node', name: pod.spec?.nodeName ?? '' });
    if (!node || !isNodeReady(node) || pod.status?.phase !== 'Pending' || isGoing(pod)) return;
    const log = podLog(world, pod, 'calico-node');
    const life: Life = { log, run: null, restarts: 0, crashes: 0, lastState: {}, failures: 0 };
    lives.set(pod.metadata.uid ?? '', life);
    if (isCalicoNodePod(pod)) begin(pod, life);
    else setStatus(world, pod, life, { state: running(life), isReady: true });
  };
  const stop = (pod: Pod): void => {
    const life = lifeOf(pod);
    if (life?.run) life.run.hasEnded = true;
    birds.stop(pod);
  };
  // What the kubelet does when it is back: it ends what is to go, and starts what waits.
  const resume = (pod: Pod): void => {
    if (isGoing(pod)) whileThere(world, pod, 2, () => store.remove(refOf(pod)));
    else notice(pod);
  };
  const notice = (object: KubeObject | null): void => {
    if (object?.kind === 'Pod' && (object as Pod).spec?.nodeName !== undefined)
      whileThere(world, object, 1, admit);
  };
  store.onChange(({ before, after }) => {
    const had = before === null ? undefined : (before as Pod).spec?.nodeName;
    if (after?.kind === 'Pod' && had === undefined) notice(after);
    if (before?.kind === 'Pod' && (after === null || isGoing(after))) stop(before);
    const isBack = before && after?.kind === 'Node' && !isNodeReady(before) && isNodeReady(after);
    if (isBack) for (const pod of podsOn(world, after.metadata.name)) resume(pod);
  });
  store.list('Pod').forEach(notice);
  return birds;
}

const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
