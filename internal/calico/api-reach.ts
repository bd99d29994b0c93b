import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { dialFailure, type DialFailure } from './api-errors.ts';
import { cniFailures, type CniFailure } from './cni-failures.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { pendingInit, statusOf } from './pods.ts';
import {
  hasNoApiEndpoint,
  isBpf,
  kubeProxyDaemonSet,
  kubeProxyOn,
  kubeProxyPods,
  serviceAddresses,
  type KubeProxy,
} from './service-ip.ts';
import { answered, saidEvidence, standing, type Said } from './speech.ts';

/** Why the API server cannot be reached from a node, as far as the evidence tells. */
export type ReachCause =
  | 'kube-proxy-missing'
  | 'kube-proxy-failing'
  | 'bpf-without-address'
  | 'no-endpoints'
  | 'http-proxy'
  | 'name-not-resolved'
  | 'own-address-unreachable'
  | 'node-path'
  | 'unknown';

/** One node whose calico-node cannot reach the API server. */
export interface Unreached {
  readonly view: NodeView;
  readonly failure: DialFailure;
  readonly cause: ReachCause;
  /** True where calico-node or its init container says it, false where only status or pods of others do. */
  readonly isSaid: boolean;
  /** True where the status shows the container that says it ended or waiting. */
  readonly hasFailed: boolean;
  readonly evidence: readonly Evidence[];
}

const quietSeconds = 240;

const said = (snapshot: Snapshot, { pod }: NodeView): readonly Said<DialFailure>[] =>
  pod
    ? standing(snapshot, pod, ({ text }) => dialFailure(text), {
        cured: answered,
        quiet: () => quietSeconds,
      })
    : [];

function causeOf(snapshot: Snapshot, failure: DialFailure, proxy: KubeProxy): ReachCause {
  const services = serviceAddresses(snapshot);
  if (failure.reason === 'proxy') return 'http-proxy';
  if (failure.reason === 'not-resolved') return 'name-not-resolved';
  if (services.length > 0 && !services.includes(failure.host)) return 'own-address-unreachable';
  if (hasNoApiEndpoint(snapshot) === true) return 'no-endpoints';
  if (proxy.state === 'missing') return 'kube-proxy-missing';
  if (proxy.state === 'failing') return 'kube-proxy-failing';
  // Who was told another address does not ask for the service IP at all.
  return kubeProxyPods(snapshot).length === 0 && services.length > 0 && isBpf(snapshot)
    ? 'bpf-without-address'
    : 'unknown';
}

// Why no kube-proxy is there: its DaemonSet leaves the node out by name, or by a label that the node does not have.
function exclusionEvidence(snapshot: Snapshot, { name, node }: NodeView): readonly Evidence[] {
  const daemonSet = kubeProxyDaemonSet(snapshot);
  const spec = daemonSet?.spec?.template?.spec;
  const affinity = JSON.stringify(spec?.affinity ?? {});
  const labels = node?.metadata.labels ?? {};
  const selector = Object.entries(spec?.nodeSelector ?? {});
  if (!daemonSet) return [];
  if (affinity.includes(`"${name}"`))
    return [fieldEvidence(daemonSet, 'spec.template.spec.affinity', affinity)];
  const isLeftOut = node !== null && selector.some(([key, value]) => labels[key] !== value);
  const text = JSON.stringify(spec?.nodeSelector);
  return isLeftOut ? [fieldEvidence(daemonSet, 'spec.template.spec.nodeSelector', text)] : [];
}

/** What of kube-proxy speaks for itself: its pod's state, or that there is none, and why. */
function proxyEvidence(snapshot: Snapshot, proxy: KubeProxy, view: NodeView): readonly Evidence[] {
  if (proxy.state === 'missing') {
    const from = { kind: 'Node', name: view.name };
    const text = 'no kube-proxy pod on this node; other nodes have one';
    return [{ from, field: 'pods', text }, ...exclusionEvidence(snapshot, view)];
  }
  if (proxy.state !== 'failing') return [];
  const { pod, container, line } = proxy;
  const status = statusOf(pod, container)?.state?.waiting?.reason ?? pod.status?.phase ?? '';
  return [
    fieldEvidence(pod, 'status', line ? status : `not ready (${status})`),
    ...(line ? [logEvidence(pod, container, line)] : []),
  ];
}

function hasFailed({ pod }: NodeView, container: string): boolean {
  const status = pod && statusOf(pod, container);
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  const isWaiting = status?.state?.waiting?.reason === 'CrashLoopBackOff';
  return isWaiting || (ended !== undefined && ended.exitCode !== 0) || status?.ready === false;
}

function bySaying(snapshot: Snapshot, view: NodeView): Unreached | null {
  const last = said(snapshot, view).at(-1);
  if (!last || !view.pod || view.health?.state !== 'sick') return null;
  const proxy = kubeProxyOn(snapshot, view.name);
  const pending = pendingInit(view.pod)?.name ?? last.container;
  return {
    view,
    failure: last.value,
    cause: causeOf(snapshot, last.value, proxy),
    isSaid: true,
    hasFailed: hasFailed(view, pending),
    evidence: [saidEvidence(view.pod, last), ...proxyEvidence(snapshot, proxy, view)],
  };
}

// The CNI plugin runs on the host like calico-node: what it cannot reach there, calico-node cannot either.
function byPods(
  snapshot: Snapshot,
  view: NodeView,
  failures: readonly CniFailure[],
): Unreached | null {
  const told = failures.flatMap((one) => {
    const failure = one.node === view.name ? dialFailure(one.event.message) : null;
    return failure ? [{ ...one, failure }] : [];
  });
  const last = told.at(-1);
  if (!last) return null;
  const proxy = kubeProxyOn(snapshot, view.name);
  return {
    view,
    failure: last.failure,
    cause: causeOf(snapshot, last.failure, proxy),
    isSaid: false,
    hasFailed: false,
    evidence: [
      ...told.slice(-2).map(({ event }) => eventEvidence(event)),
      ...proxyEvidence(snapshot, proxy, view),
    ],
  };
}

const saysOther = (snapshot: Snapshot, pod: Pod): boolean =>
  standing(snapshot, pod, ({ level }) => level).some(
    ({ value }) => value === 'ERROR' || value === 'FATAL' || value === 'PANIC',
  );

const lacksKubeProxy = (snapshot: Snapshot, view: NodeView): boolean =>
  kubeProxyOn(snapshot, view.name).state === 'missing';

// Only where no calico-node gets on without a kube-proxy does a missing one explain the sick.
const isTellingLack = (snapshot: Snapshot): boolean =>
  nodeViews(snapshot).every(
    (view) => view.health?.state !== 'ready' || !lacksKubeProxy(snapshot, view),
  );

const isAnswered = (snapshot: Snapshot, pod: Pod): boolean =>
  standing(snapshot, pod, ({ message }) => (answered.test(message) ? true : null)).length > 0;

/** True if the pod's state alone says no more than that it does not get an answer to its first questions. */
function isSilentlyStuck(snapshot: Snapshot, view: NodeView): boolean {
  const { pod, health, isReady } = view;
  if (!pod || health?.state !== 'sick' || !isReady || saysOther(snapshot, pod)) return false;
  const init = pendingInit(pod);
  if (!init) return lacksKubeProxy(snapshot, view) && !isAnswered(snapshot, pod);
  return init.name === 'install-cni' && ((init.restartCount ?? 0) > 0 || !!init.state?.terminated);
}

// Without a telling log: install-cni (silent for its first 30 seconds before v3.27) is the first that must reach the API, and
// the one fault of the node that shows is its kube-proxy.
function byStatus(snapshot: Snapshot, view: NodeView): Unreached | null {
  const { pod, health } = view;
  const proxy = kubeProxyOn(snapshot, view.name);
  const host = serviceAddresses(snapshot)[0];
  if (!pod || health?.state !== 'sick' || host === undefined) return null;
  if (proxy.state !== 'missing' && proxy.state !== 'failing') return null;
  if (!isTellingLack(snapshot) || !isSilentlyStuck(snapshot, view)) return null;
  const failure: DialFailure = { host, port: 443, reason: 'timeout' };
  const cause = causeOf(snapshot, failure, proxy);
  const evidence = [
    fieldEvidence(pod, 'status', health.trouble),
    ...proxyEvidence(snapshot, proxy, view),
  ];
  return { view, failure, cause, isSaid: false, hasFailed: true, evidence };
}

/** The nodes from which the API server cannot be reached now, in order of names. */
export function unreachedNodes(snapshot: Snapshot): readonly Unreached[] {
  const failures = cniFailures(snapshot);
  const views = nodeViews(snapshot).filter(({ isLost }) => !isLost);
  const found = views.flatMap(
    (view) =>
      bySaying(snapshot, view) ??
      byPods(snapshot, view, failures) ??
      byStatus(snapshot, view) ??
      [],
  );
  // One node among several that reach it: the way from this node is what is broken.
  const isPartial = found.length < views.length;
  return found.map((one) =>
    one.cause === 'unknown' && isPartial ? { ...one, cause: 'node-path' } : one,
  );
}
