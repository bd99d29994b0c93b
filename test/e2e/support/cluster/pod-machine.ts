import { isObject } from '../../../support/json.ts';
import {
  clearContainer,
  type Container,
  containerOf,
  endContainer,
  type Raw,
  signatureOf,
} from './containers.ts';
import type { Ending, Program } from './container-log.ts';
import type { About, EventSink } from './events.ts';
import { podStatus } from './pod-status.ts';
import { askProbers, probersOf } from './probers.ts';
import type { Machine } from './world.ts';

export interface PodContext {
  readonly machine: Machine;
  readonly events: EventSink;
  /** Makes what runs in a container. */
  readonly program: (pod: Raw, container: Container, startedAt: number) => Program;
  readonly podIP: string;
}

/** A pod as its kubelet runs it. Times are seconds since 1970. */
export interface PodMachine {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly containers: readonly Container[];
  /** Lives on until a time. */
  readonly step: (now: number) => void;
  /** Tells that the object has been marked for deletion. */
  readonly beginDeletion: (now: number, graceSeconds: number) => void;
  /** Ends all containers from below, as systemd does when it clears cgroups away. */
  readonly killFromBelow: (now: number) => void;
  readonly status: (now: number) => object;
  /** A text that changes whenever the status does. */
  readonly signature: (now: number) => string;
  /** True once everything of a pod that is being deleted has ended. */
  readonly isOver: () => boolean;
}

interface State {
  deletion: { readonly at: number; readonly grace: number } | null;
  isOver: boolean;
}

const listOf = (value: unknown): readonly Raw[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

const startSeconds = 0.4;
const wedgedStartSeconds = 120;
const deletionSeconds = 0.4;

interface Being {
  readonly pod: Raw;
  readonly about: (container?: Container) => About;
  readonly context: PodContext;
  readonly podName: string;
}

function note(
  being: Being,
  at: number,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container?: Container,
): void {
  const { context, about } = being;
  const host = context.machine.facts.name;
  context.events.note({
    about: about(container),
    type,
    reason,
    message,
    at,
    component: 'kubelet',
    host,
  });
}

function startContainer(being: Being, container: Container, now: number): void {
  const { context, pod } = being;
  if (container.ended) clearContainer(container);
  const isWedged = context.machine.facts.runtime === 'wedged';
  const at = isWedged ? now + wedgedStartSeconds : now;
  container.run += 1;
  container.startedAt = at;
  container.program = context.program(pod, container, at);
  container.probers = container.isInit ? [] : probersOf(container.spec, at);
  const hasReadiness = container.probers.some(({ spec }) => spec.kind === 'readiness');
  container.isReady = !container.isInit && !hasReadiness;
  note(
    being,
    now,
    'Normal',
    'Pulled',
    `Container image "${container.image}" already present on machine and can be accessed by the pod`,
    container,
  );
  note(being, now, 'Normal', 'Created', 'Container created', container);
  note(being, at, 'Normal', 'Started', 'Container started', container);
}

function kill(container: Container, now: number): void {
  const ending = container.program?.stop(now, false);
  if (ending) endContainer(container, ending, now);
}

function askProbes(being: Being, container: Container, now: number): void {
  if (!container.program) return;
  const { isReady, failures, killer } = askProbers(container.probers, container.program, now);
  for (const { spec, message } of failures) {
    const kind = `${spec.kind.charAt(0).toUpperCase()}${spec.kind.slice(1)}`;
    note(being, now, 'Warning', 'Unhealthy', `${kind} probe failed: ${message}`, container);
  }
  if (isReady !== null) container.isReady = isReady;
  if (!killer) return;
  note(
    being,
    now,
    'Normal',
    'Killing',
    `Container ${container.name} failed ${killer.kind} probe, will be restarted`,
    container,
  );
  kill(container, now);
}

function backOff(being: Being, container: Container, now: number): void {
  const { podName } = being;
  note(
    being,
    now,
    'Warning',
    'BackOff',
    `Back-off restarting failed container ${container.name} in pod ${podName}(${being.about().uid})`,
    container,
  );
}

function live(being: Being, container: Container, now: number): void {
  const { machine } = being.context;
  if (!container.program || container.ended) {
    if (now >= container.nextStart) startContainer(being, container, now);
    return;
  }
  container.program.step(now);
  if (machine.facts.runtime === 'wedged') return; // nobody hears how it ends
  const ending: Ending | null = container.program.exit();
  if (ending) {
    endContainer(container, ending, now);
    if (container.nextStart > now && ending.exitCode !== 0) backOff(being, container, now);
    return;
  }
  const wasRunning = container.ended === null;
  askProbes(being, container, now);
  if (wasRunning && container.ended && container.nextStart > now) backOff(being, container, now);
}

function endPod(being: Being, state: State, containers: readonly Container[], now: number): void {
  const { deletion } = state;
  if (!deletion || being.context.machine.facts.runtime !== 'works') return;
  for (const container of containers) {
    if (!container.program || container.ended) continue;
    note(being, now, 'Normal', 'Killing', `Stopping container ${container.name}`, container);
    // The hook needs a moment: without grace the container is gone before it is through.
    const isHooked = isObject(container.spec['lifecycle']);
    if (isHooked && deletion.grace < 1)
      note(being, now, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', container);
    const ending = container.program.stop(now, isHooked && deletion.grace >= 1);
    endContainer(container, ending, now);
  }
  if (now >= deletion.at + deletionSeconds) state.isOver = true;
}

function advance(being: Being, containers: readonly Container[], now: number): void {
  if (being.context.machine.facts.runtime === 'frozen') return;
  const init = containers.find(({ isInit, ended }) => isInit && ended?.exitCode !== 0);
  if (init) live(being, init, now);
  else
    for (const container of containers.filter(({ isInit }) => !isInit)) live(being, container, now);
}

/** Begins to run a pod; `bornAt` is when its kubelet first saw it. */
export function podMachine(pod: Raw, context: PodContext, bornAt: number): PodMachine {
  const metadata = isObject(pod['metadata']) ? pod['metadata'] : {};
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  const [name, namespace, uid] = ['name', 'namespace', 'uid'].map((key) => String(metadata[key]));
  const ids = { name: name ?? '', namespace: namespace ?? '', uid: uid ?? '' };
  const containers = [
    ...listOf(spec['initContainers']).map((one) => containerOf(one, true)),
    ...listOf(spec['containers']).map((one) => containerOf(one, false)),
  ];
  for (const container of containers) container.nextStart = bornAt + startSeconds;
  const state: State = { deletion: null, isOver: false };
  const being: Being = {
    pod,
    context,
    podName: `${ids.name}_${ids.namespace}`,
    about: (container) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      ...ids,
      ...(container
        ? { fieldPath: `spec.${container.isInit ? 'initC' : 'c'}ontainers{${container.name}}` }
        : {}),
    }),
  };
  const hasHostNetwork = spec['hostNetwork'] === true;
  const status = podStatus({
    ...ids,
    podName: being.podName,
    containers,
    hasHostNetwork,
    bornAt,
    context,
  });
  return {
    ...ids,
    containers,
    step: (now) => {
      if (state.deletion) endPod(being, state, containers, now);
      else advance(being, containers, now);
    },
    beginDeletion: (at, grace) => {
      state.deletion ??= { at, grace };
    },
    killFromBelow: (now) => {
      const running = containers.filter(
        ({ isInit, program, ended }) => !isInit && program && !ended,
      );
      if (running.length === 0 || state.deletion) return;
      note(
        being,
        now,
        'Normal',
        'SandboxChanged',
        'Pod sandbox changed, it will be killed and re-created.',
      );
      for (const container of running) {
        note(being, now, 'Normal', 'Killing', `Stopping container ${container.name}`, container);
        kill(container, now);
      }
    },
    status,
    signature: (now) => containers.map((one) => signatureOf(one, now)).join(' '),
    isOver: () => state.isOver,
  };
}
