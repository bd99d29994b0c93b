import type { Evidence } from '../model/finding.ts';
import type { EnvVar, Node } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { cniFailures } from './cni-failures.ts';
import { calicoEnding } from './endings.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { memoised } from './memo.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { calicoContainer, settingsOf } from './settings.ts';

/**
 * Where the name comes from: NODENAME with a fixed value, the file of an earlier start, the host's name, or something that was not
 * told; or the CNI plugin's own configuration, which calico-node has no part in.
 */
export type NameSource = 'variable' | 'file' | 'host' | 'not-told' | 'cni';

/** A node that Calico calls by another name than Kubernetes does. */
export interface MisnamedNode {
  readonly view: NodeView;
  /** What Calico calls it; null where only the settings speak. */
  readonly name: string | null;
  readonly source: NameSource;
  /** calico-node says that there is no such node, or pods get no network for it. */
  readonly isRefused: boolean;
  readonly evidence: readonly Evidence[];
}

// node/pkg/lifecycle/utils/utils.go (startup.go before v3.14): which of them was taken, and then the name.
const sources: readonly (readonly [NameSource, RegExp])[] = [
  ['variable', /^Using NODENAME environment for node name/],
  ['file', /^Using stored node name/],
  ['host', /^Using HOSTNAME environment|^Using auto-detected node name/],
];
const named =
  /^(?:Determined node name: |Using node name: |Starting node |Using stored node name )(\S+)/;
const refused =
  /nodes "([^"]+)" not found|resource does not exist: Node\(([^)]+)\)|failed to fetch node resource '([^']+)'/;

const refusedName = (text: string): string | null => {
  const match = refused.exec(text);
  return match ? (match[1] ?? match[2] ?? match[3] ?? null) : null;
};

interface Told {
  readonly name: string;
  readonly source: NameSource;
  readonly isRefused: boolean;
  readonly lines: readonly LogLine[];
}

function toldIn(lines: readonly LogLine[]): Told | null {
  const name = lines.findLast(({ message }) => named.test(message));
  const denial = lines.findLast(({ message, component }) =>
    component === 'felix' ? false : refusedName(message) !== null,
  );
  const text = name ? named.exec(name.message)?.[1] : refusedName(denial?.message ?? '');
  if (!text) return null;
  const isRefused = denial !== undefined && refusedName(denial.message) === text;
  const origin = lines.findLast(({ message }) => sources.some(([, sign]) => sign.test(message)));
  const source = sources.find(([, sign]) => origin && sign.test(origin.message))?.[0];
  const told = [origin, name, isRefused ? denial : undefined].filter((line) => line !== undefined);
  return { name: text, source: source ?? 'not-told', isRefused, lines: [...new Set(told)] };
}

const nodenameOf = ({ pod }: NodeView): EnvVar | undefined =>
  calicoContainer(pod?.spec)?.env?.find(({ name }) => name === 'NODENAME');

const isFromSpec = (variable: EnvVar | undefined): boolean =>
  variable?.valueFrom?.fieldRef?.fieldPath === 'spec.nodeName';

function variableEvidence(view: NodeView): readonly Evidence[] {
  const variable = nodenameOf(view);
  if (!view.pod || isFromSpec(variable)) return [];
  return [fieldEvidence(view.pod, 'env NODENAME', variable?.value ?? '(not set)')];
}

function byLog(snapshot: Snapshot, view: NodeView): MisnamedNode | null {
  const { pod, name, health } = view;
  if (!pod) return null;
  const now = toldIn(logLines(snapshot, pod, 'calico-node'));
  const previous = now === null && health?.state === 'sick';
  const told = previous ? toldIn(logLines(snapshot, pod, 'calico-node', true)) : now;
  if (!told || told.name === name) return null;
  // With etcd a node may well have a name of its own there: it is a fault only if something fails for it.
  const isFree = settingsOf(snapshot, pod.spec, pod).datastore === 'etcd';
  if (isFree && !told.isRefused) return null;
  return {
    view,
    name: told.name,
    source: told.source,
    isRefused: told.isRefused,
    evidence: [
      ...told.lines.map((line) => logEvidence(pod, 'calico-node', line, previous)),
      ...variableEvidence(view),
    ],
  };
}

const hostNameOf = (node: Node): string | null =>
  node.status?.addresses?.find(({ type }) => type === 'Hostname')?.address ?? null;

// Without a log: a start that ends at once, with a fixed name, or with none where the host is called otherwise.
function bySettings(snapshot: Snapshot, view: NodeView): MisnamedNode | null {
  const { pod, node, name, health } = view;
  if (!pod || !node || health?.state !== 'sick' || calicoEnding(pod)?.exitCode !== 1) return null;
  const isSilent = [false, true].every(
    (previous) => logLines(snapshot, pod, 'calico-node', previous).length === 0,
  );
  const isFree = settingsOf(snapshot, pod.spec, pod).datastore === 'etcd';
  const variable = nodenameOf(view);
  if (!isSilent || isFree || variable?.valueFrom) return null;
  const fixed = settingsOf(snapshot, pod.spec, pod).env.get('NODENAME') ?? null;
  const hostName = hostNameOf(node);
  const guess = fixed ?? hostName?.toLowerCase() ?? null;
  if (guess === null || guess === name) return null;
  const inNode = fixed === null ? [fieldEvidence(node, 'status.addresses', hostName ?? '')] : [];
  return {
    view,
    name: fixed,
    source: fixed === null ? 'host' : 'variable',
    isRefused: false,
    evidence: [...variableEvidence(view), ...inNode],
  };
}

function byCni(snapshot: Snapshot): readonly MisnamedNode[] {
  const views = new Map(nodeViews(snapshot).map((view) => [view.name, view]));
  return cniFailures(snapshot).flatMap(({ node, event }) => {
    const view = views.get(node);
    const name = refusedName(event.message);
    if (!view || name === null || views.has(name)) return [];
    const evidence = [eventEvidence(event)];
    return [{ view, name, source: 'cni' as const, isRefused: true, evidence }];
  });
}

function compute(snapshot: Snapshot): readonly MisnamedNode[] {
  const views = nodeViews(snapshot);
  const misnamed = views.flatMap(
    (view) => byLog(snapshot, view) ?? bySettings(snapshot, view) ?? [],
  );
  const known = new Set(misnamed.map(({ view }) => view));
  const cni = new Map(byCni(snapshot).map((one) => [one.view, one]));
  return [...misnamed, ...[...cni.values()].filter(({ view }) => !known.has(view))];
}

/**
 * The nodes that Calico, or its CNI plugin, calls by another name than Kubernetes. With Kubernetes as the datastore Calico's node
 * is the Node object, so that no other name will do.
 */
export const misnamedNodes: (snapshot: Snapshot) => readonly MisnamedNode[] = memoised(compute);
