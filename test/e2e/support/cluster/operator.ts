import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, type Json, type KubeClient } from '../kube-client.ts';
import { timeText } from './container-log.ts';
import { follow } from './follow.ts';
import { type Releases, renderDaemonSet, usualHealthPort } from './operator-render.ts';
import {
  type Complaint,
  complaintOf,
  effectiveSpec,
  valueAt,
  withDefaults,
} from './operator-rules.ts';
import { failingPod } from './operator-pods.ts';
import { conditionsFor, verdictOf } from './operator-status.ts';
import { asUpdateOf } from './operator-update.ts';

export interface OperatorOptions {
  /** A client whose name is `tigera-operator`. */
  readonly client: KubeClient;
  readonly releases: Releases;
  /** False: since its start it has not yet seen calico-node ready, so that it waits for it after each rendering. */
  readonly hasSeenReady?: boolean;
  /** How long it waits then. */
  readonly blockedSeconds?: number;
  readonly say?: (line: string) => void;
  readonly clock?: () => number;
}

/** A stand-in for tigera-operator, which behaves as the real one was measured to. */
export interface Operator {
  readonly stop: () => Promise<void>;
}

const api = '/apis/operator.tigera.io/v1';
const installations = `${api}/installations`;
const daemonSets = '/apis/apps/v1/namespaces/calico-system/daemonsets';
const deployment = '/apis/apps/v1/namespaces/tigera-operator/deployments/tigera-operator';
const felixConfigurations = '/apis/crd.projectcalico.org/v1/felixconfigurations';
const podsPath = '/api/v1/namespaces/calico-system/pods?labelSelector=k8s-app%3Dcalico-node';
const ignoreKey = 'unsupported.operator.tigera.io/ignore';
const finalizers = ['operator.tigera.io/installation-controller', 'tigera.io/operator-cleanup'];

const reactMs = 900;
const statusMs = 5000;
const resyncMs = 300_000;

interface State {
  readonly options: OperatorOptions;
  complaint: Complaint | null;
  /** The generation and the rendered object of the last update, which are not written again. */
  written: { readonly generation: number; readonly text: string } | null;
  hasSeenReady: boolean;
  /** The generation of the Installation that it has looked at last, of which it speaks until it looks again. */
  seen: number;
  /** The way to wake the loop. */
  wake: () => void;
  isStopped: boolean;
}

const manager = 'fieldManager=tigera-operator';
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const generationOf = (object: Json): number =>
  Number(valueAt(object, 'metadata', 'generation') ?? 0);

async function fillDefaults({ options }: State, installation: Json): Promise<Json> {
  const { client } = options;
  const spec = installation['spec'] ?? {};
  const filled = withDefaults(effectiveSpec(installation, null));
  const isComplete = isDeepStrictEqual(filled, spec);
  if (isComplete && Array.isArray(valueAt(installation, 'metadata', 'finalizers')))
    return installation;
  const patch = { metadata: { finalizers }, spec: filled };
  return await client.patch(`${installations}/default?${manager}`, patch);
}

async function writeDaemonSet(state: State, installation: Json, spec: Json): Promise<void> {
  const { client, releases, say } = state.options;
  const felix = await client.find(`${felixConfigurations}/default`);
  const healthPort = Number(valueAt(felix, 'spec', 'healthPort') ?? usualHealthPort);
  const desired = renderDaemonSet(installation, spec, releases, { healthPort });
  const text = JSON.stringify(desired);
  const live = await client.find(`${daemonSets}/calico-node`);
  if (!live) {
    const made = await client.create(`${daemonSets}?${manager}`, desired);
    state.written = { generation: generationOf(made), text };
    return;
  }
  if (valueAt(live, 'metadata', 'annotations', ignoreKey) === 'true') return;
  if (state.written?.text === text && state.written.generation === generationOf(live)) return;
  const wasEdited = state.written?.text === text;
  const made = await client.update(
    `${daemonSets}/calico-node?${manager}`,
    asUpdateOf(live, desired),
  );
  state.written = { generation: generationOf(made), text };
  if (generationOf(made) !== generationOf(live))
    say?.(
      wasEdited
        ? 'the operator reverted an edit of DaemonSet/calico-node'
        : 'the operator rendered DaemonSet/calico-node anew',
    );
}

/** One reconciliation: defaults, validation, rendering. */
async function reconcile(state: State): Promise<void> {
  const { client, say } = state.options;
  const operator = await client.find(deployment);
  if (operator && valueAt(operator, 'spec', 'replicas') === 0) return;
  const found = await client.find(`${installations}/default`);
  if (!found) return;
  const installation = await fillDefaults(state, found);
  state.seen = generationOf(installation);
  const overlay = await client.find(`${installations}/overlay`);
  const spec = effectiveSpec(installation, overlay);
  const complaint = complaintOf(spec) ?? (await written(state, installation, spec));
  if (complaint !== null && state.complaint === null)
    say?.(`the operator cannot go on: ${complaint.message}`);
  state.complaint = complaint;
}

// What comes out of an Installation may be no DaemonSet: the operator says so, and tries again.
async function written(state: State, installation: Json, spec: Json): Promise<Complaint | null> {
  try {
    await writeDaemonSet(state, installation, spec);
    return null;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    const message = `Error creating / updating resource: ${error.message}`;
    return { reason: 'ResourceUpdateError', message };
  }
}

async function isReady(client: KubeClient): Promise<boolean> {
  const daemonSet = await client.find(`${daemonSets}/calico-node`);
  return daemonSet !== null && verdictOf(daemonSet, null, null).isAvailable;
}

// After each rendering it waits for calico-node, and handles nothing else meanwhile, until it has seen it ready once.
async function waitForReady(state: State): Promise<void> {
  const { client, blockedSeconds = 60, say } = state.options;
  const deadline = Date.now() + blockedSeconds * 1000;
  while (!state.isStopped && Date.now() < deadline) {
    if (await isReady(client).catch(() => false)) {
      state.hasSeenReady = true;
      return;
    }
    await wait(500);
  }
  say?.('the operator waited for calico-node in vain, and looks at its orders again');
}

async function report(state: State): Promise<void> {
  const { client, releases, clock = () => Date.now() / 1000 } = state.options;
  const installation = await client.find(`${installations}/default`);
  const daemonSet = await client.find(`${daemonSets}/calico-node`);
  if (!installation) return;
  const { items } = await client.list(podsPath);
  const failing = failingPod(items, releases.operator);
  const verdict = verdictOf(daemonSet, failing, state.complaint);
  if (verdict.isAvailable) state.hasSeenReady = true;
  const generation = state.seen;
  const now = timeText(clock());
  const statusPath = `${api}/tigerastatuses/calico`;
  const old = await client.find(statusPath);
  const named = (name: string): object => ({
    apiVersion: 'operator.tigera.io/v1',
    kind: 'TigeraStatus',
    metadata: { name },
    spec: {},
  });
  const conditions = conditionsFor(
    verdict,
    'Available',
    valueAt(old, 'status', 'conditions'),
    generation,
    now,
  );
  if (!old)
    await client.create(`${api}/tigerastatuses`, { ...named('calico'), status: { conditions } });
  else if (!same(valueAt(old, 'status', 'conditions'), conditions))
    await client.patch(statusPath, { status: { conditions } });
  const own = conditionsFor(
    verdict,
    'Ready',
    valueAt(installation, 'status', 'conditions'),
    generation,
    now,
  );
  if (!same(valueAt(installation, 'status', 'conditions'), own))
    await client.patch(`${installations}/default/status`, {
      status: { conditions: own, calicoVersion: releases.calico, variant: 'Calico' },
    });
}

// What is lost while the API server is away, or to somebody else's write, is done at the next turn.
const later = (error: unknown): void => {
  if (error instanceof ApiError && (error.status === 400 || error.status === 422)) throw error;
};

async function work(state: State): Promise<void> {
  while (!state.isStopped) {
    const woken = new Promise<void>((resolve) => {
      state.wake = resolve;
    });
    await reconcile(state).catch(later);
    if (!state.hasSeenReady) await waitForReady(state);
    const again = new AbortController();
    await Promise.race([
      woken,
      wait(resyncMs, undefined, { signal: again.signal }).catch(() => {}),
    ]);
    again.abort();
    await wait(reactMs);
  }
}

async function keepReporting(state: State, pace: AbortSignal): Promise<void> {
  while (!state.isStopped) {
    await report(state).catch(later);
    await wait(statusMs, undefined, { signal: pace }).catch(() => {});
  }
}

/** Begins to operate. Returns after the first reconciliation. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { client } = options;
  const state: State = {
    options,
    complaint: null,
    written: null,
    hasSeenReady: options.hasSeenReady ?? true,
    seen: 0,
    wake: () => {},
    isStopped: false,
  };
  await reconcile(state);
  const wake = (): void => state.wake();
  const watches = [
    await follow(client, installations, wake),
    await follow(client, daemonSets, wake),
    await follow(client, felixConfigurations, wake),
  ];
  const pace = new AbortController();
  const loops = [work(state), keepReporting(state, pace.signal)];
  return {
    stop: async () => {
      state.isStopped = true;
      for (const watch of watches) watch.stop();
      state.wake();
      pace.abort();
      await Promise.all(loops).catch(() => {});
      client.close();
    },
  };
}
