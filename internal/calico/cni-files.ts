import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { cniFailures } from './cni-failures.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { installOf } from './install/install.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { nodeViews, uptimeOf, type NodeView } from './nodes.ts';
import { conditionOf, pendingInit } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';

/** What is wrong with the CNI plugin's files on a node. */
export type CniCause =
  | 'not-writable'
  | 'bad-config'
  | 'plugin-missing'
  | 'plugin-broken'
  | 'kubeconfig-missing'
  | 'foreign-plugin'
  | 'nodename-missing'
  | 'config-not-seen';

export interface CniFault {
  readonly view: NodeView;
  readonly cause: CniCause;
  /** The plugin that is named; null if none is. */
  readonly plugin: string | null;
  readonly evidence: readonly Evidence[];
}

// cni-plugin/pkg/install: what it cannot do on the node itself; errors of the API are told by other checks. The shell script of
// v3.16 and older says the same in words of its own, without a level.
const installer =
  /found no writeable directory|no writable directory|\/host\/opt\/cni\/bin is non-writeable|CNI config is not valid JSON|Failed to (?:install|write|copy|move|mv|rename|create CNI config)|(?:open|rename|mkdir|chmod|unlinkat) \/host\/\S+: (?:permission denied|read-only file system|text file busy|no space left on device|no such file)/i;
const isApiError = ({ text }: LogLine): boolean =>
  /https?:\/\/|[Uu]nauthorized|forbidden/.test(text);

function fromInstaller(snapshot: Snapshot, view: NodeView): readonly CniFault[] {
  const { pod } = view;
  if (!pod || view.health?.state !== 'sick' || pendingInit(pod)?.name !== 'install-cni') return [];
  for (const previous of [false, true]) {
    const line = logLines(snapshot, pod, 'install-cni', previous).findLast(
      (item) =>
        installer.test(item.text) &&
        !isApiError(item) &&
        (item.level === null || /FATAL|ERROR|PANIC/.test(item.level)),
    );
    if (line) {
      const evidence = [
        logEvidence(pod, 'install-cni', line, previous),
        fieldEvidence(pod, 'status', view.health.trouble),
      ];
      const cause = line.text.includes('not valid JSON') ? 'bad-config' : 'not-writable';
      return [{ view, cause, plugin: null, evidence }];
    }
  }
  return [];
}

// What Calico's own configuration calls, and its image brings along.
const own = /^(?:calico|calico-ipam|loopback|portmap|bandwidth|tuning|host-local)$/;
const foreign =
  /^(?:flannel|weave-net|weave|cilium-cni|cilium|bridge|kindnet|ptp|aws-cni|azure-vnet|antrea|kube-router|romana|contiv|ovn-k8s-cni-overlay|kube-ovn)$/;

type Told = Pick<CniFault, 'cause' | 'plugin'>;

/** Reads what a runtime says when a pod gets no network; null where it is not about the plugin's files. */
export function readCniFiles(message: string): Told | null {
  const missing = /failed to find plugin "([^"]+)" in path/.exec(message)?.[1];
  if (missing !== undefined)
    return { cause: own.test(missing) ? 'plugin-missing' : 'foreign-plugin', plugin: missing };
  const broken =
    /fork\/exec \S*\/([\w-]+): (?:exec format error|permission denied|text file busy)/.exec(
      message,
    )?.[1];
  if (broken !== undefined) return { cause: 'plugin-broken', plugin: broken };
  const failed = /plugin type="([^"]+)"(?: name="[^"]*")? failed/.exec(message)?.[1] ?? '';
  const subnet = message.includes('loadFlannelSubnetEnv') ? 'flannel' : failed;
  if (foreign.test(subnet)) return { cause: 'foreign-plugin', plugin: subnet };
  if (/stat \/var\/lib\/calico\/nodename: no such file/.test(message))
    return { cause: 'nodename-missing', plugin: null };
  return /(?:error loading config file|stat|open) "?\S*calico-kubeconfig"?: /.test(message)
    ? { cause: 'kubeconfig-missing', plugin: null }
    : null;
}

const isSettled = (snapshot: Snapshot, view: NodeView): boolean =>
  view.health?.state === 'ready' && (uptimeOf(view, snapshot.takenAt) ?? 0) > 120;

// These are written by calico-node's own pod: while that has not come so far, it is calico-node that needs help. And while that is
// sick, whatever plugin is asked in its place is a consequence.
const ofStart = new Set<CniCause>(['plugin-missing', 'kubeconfig-missing', 'nodename-missing']);

function fromPods(snapshot: Snapshot, view: NodeView): readonly CniFault[] {
  const seen = cniFailures(snapshot).flatMap(({ node, event }): CniFault[] => {
    const told = node === view.name ? readCniFiles(event.message) : null;
    return told ? [{ view, ...told, evidence: [eventEvidence(event)] }] : [];
  });
  if (view.health?.state === 'sick') return [];
  return seen.filter(({ cause }) => !ofStart.has(cause) || isSettled(snapshot, view));
}

const noConfig = /cni plugin not initialized|cni config uninitialized/;

// calico-node wrote its configuration, and the runtime looks somewhere else, or reads another file first that is broken.
function unseen(snapshot: Snapshot, view: NodeView): readonly CniFault[] {
  const ready = conditionOf(view.node?.status?.conditions, 'Ready');
  const isPlain = !installOf(snapshot).policyOnly;
  if (!view.node || !view.pod || ready?.status !== 'False' || !noConfig.test(ready.message ?? ''))
    return [];
  if (!isPlain || !isSettled(snapshot, view)) return [];
  return [
    {
      view,
      cause: 'config-not-seen',
      plugin: null,
      evidence: [
        fieldEvidence(view.node, 'status.conditions[Ready]', `False: ${ready.message ?? ''}`),
        fieldEvidence(view.pod, 'status.conditions[Ready]', 'True'),
      ],
    },
  ];
}

/** Every fault of the CNI plugin's files, on every node, now. */
export const cniFaults = (snapshot: Snapshot): readonly CniFault[] =>
  nodeViews(snapshot).flatMap((view) => [
    ...fromInstaller(snapshot, view),
    ...fromPods(snapshot, view),
    ...unseen(snapshot, view),
  ]);

/** DaemonSets of other network plugins, `namespace/name`: they wrote the file that is read in place of Calico's. */
export const otherPlugins = (snapshot: Snapshot): readonly string[] =>
  itemsOf(snapshot, 'daemonSets').flatMap(({ metadata, status }) =>
    /^(?:kube-flannel|weave-net|cilium$|kindnet$|antrea-agent|kube-router|kube-ovn-cni)/.test(
      metadata.name,
    ) && status?.desiredNumberScheduled !== 0
      ? [`${metadata.namespace ?? 'default'}/${metadata.name}`]
      : [],
  );
