import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { calicoEnding, isFromOutside, isRecentEnd } from './endings.ts';
import { eventsAbout, isRecent } from './events.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { podsOn } from './neighbours.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { killBudget, probeFailures } from './probes.ts';
import { hasOomOn, quietDeaths, type QuietDeaths } from './quiet-deaths.ts';
import { runtimeComplaint } from './runtime.ts';
import { calicoContainer } from './settings.ts';
import { secondsBetween } from './time.ts';

/** How sure the evidence is, and which of the two is set to systemd. */
export interface CgroupSign {
  readonly view: NodeView;
  readonly kind: 'runtime-cgroupfs' | 'kubelet-cgroupfs';
  readonly confidence: 'confirmed' | 'likely' | 'possible';
  readonly deaths: QuietDeaths | null;
  readonly evidence: readonly Evidence[];
}

// runc with the systemd driver, told a path of the cgroupfs kind (opencontainers/runc, libcontainer/cgroups/systemd).
const wrongPath = /expected cgroupsPath to be of format "?\\?"?slice:prefix:name/;
// The other way round the path of the systemd kind is taken for a folder's name.
const literalSlice = /\.slice:(?:cri-containerd|crio|docker):[0-9a-f]{12,}/;

function told(snapshot: Snapshot, view: NodeView, pattern: RegExp): readonly Evidence[] {
  return podsOn(snapshot, view.name).flatMap((pod) => {
    const waiting = (pod.status?.containerStatuses ?? []).find(({ state }) =>
      pattern.test(state?.waiting?.message ?? ''),
    );
    const event = eventsAbout(snapshot, pod).findLast(
      (one) => pattern.test(one.message) && isRecent(snapshot, one, 3600),
    );
    return [
      ...(event ? [eventEvidence(event)] : []),
      ...(waiting
        ? [
            fieldEvidence(
              pod,
              `status.containerStatuses[${waiting.name ?? ''}].state.waiting`,
              waiting.state?.waiting?.message ?? '',
            ),
          ]
        : []),
    ];
  });
}

const info = ({ node }: NodeView) => node?.status?.nodeInfo;

/** How a node differs from those that are well: another runtime, system or kubelet, or it joined days after all of them. */
export function differences(snapshot: Snapshot, view: NodeView): readonly string[] {
  const well = nodeViews(snapshot).filter(
    (other) => other.name !== view.name && other.node && other.health?.state === 'ready',
  );
  if (well.length === 0) return [];
  const field = (of: NodeView, name: 'containerRuntimeVersion' | 'osImage' | 'kubeletVersion') =>
    info(of)?.[name];
  const other = (['containerRuntimeVersion', 'osImage', 'kubeletVersion'] as const).filter(
    (name) => field(view, name) && !well.some((one) => field(one, name) === field(view, name)),
  );
  const isYounger = well.every(
    ({ node }) =>
      (secondsBetween(node?.metadata.creationTimestamp, view.node?.metadata.creationTimestamp) ??
        0) > 43_200,
  );
  return [...other, ...(isYounger ? ['creationTimestamp'] : [])];
}

// What a probe says outright is the reason of a kill, unless the processes behind it were killed first.
const plain = new Set(['felix-refused', 'empty', 'exec-failed', 'other']);

// A container that is killed from below leaves a failed probe or two behind at each death; a liveness probe that ends it has
// failed several times before.
function probesAreSilent(snapshot: Snapshot, { pod }: NodeView): boolean {
  const ending = pod && calicoEnding(pod);
  if (!ending) return false;
  const failures = probeFailures(snapshot, pod).filter(({ probe }) => probe === 'liveness');
  const count = failures.reduce((sum, { event }) => sum + event.count, 0);
  return (
    count <= 2 * Math.max(ending.restarts, 1) &&
    failures.every(({ cause }) => plain.has(cause.kind))
  );
}

// Killed again and again as soon as the liveness budget allows: it never answered, so it never was well.
function isKilledOnTime({ pod }: NodeView): boolean {
  const ending = pod && calicoEnding(pod);
  const probe = calicoContainer(pod?.spec)?.livenessProbe;
  if (ending?.lived === null || ending?.lived === undefined || !probe) return false;
  const { from, to } = killBudget(probe);
  return ending.lived >= from - 2 && ending.lived <= to + 10;
}

function isEndedFromOutside(snapshot: Snapshot, { pod, health }: NodeView): boolean {
  const ending = pod && calicoEnding(pod);
  const isSick =
    health?.state === 'sick' && ['crash-loop', 'restarting', 'not-ready'].includes(health.trouble);
  return (
    isSick &&
    ending !== null &&
    ending.restarts >= 2 &&
    (isFromOutside(ending) || ending.exitCode === 2) &&
    isRecentEnd(ending, snapshot.takenAt, 3600)
  );
}

function confidenceOf(
  snapshot: Snapshot,
  view: NodeView,
  deaths: QuietDeaths,
): CgroupSign['confidence'] | null {
  const isMany = deaths.others.length > 0 || deaths.sandboxes >= 2 || deaths.stops >= 2;
  if (deaths.logEnd === 'troubled') return null;
  // 2 is also how a start ends that was called in a wrong way.
  if (view.pod && calicoEnding(view.pod)?.exitCode === 2 && deaths.logEnd !== 'healthy')
    return null;
  if (isMany) return 'likely';
  // A startup probe asks for readiness, so it also kills a calico-node that is well and has no BGP session.
  const hasStartupProbe = calicoContainer(view.pod?.spec)?.startupProbe !== undefined;
  const isSilent = !hasStartupProbe && probesAreSilent(snapshot, view);
  if (deaths.logEnd !== 'healthy' || !isSilent) return null;
  const isOdd = differences(snapshot, view).length > 0;
  const isOnTime = isKilledOnTime(view);
  if (isOdd) return isOnTime ? 'possible' : 'likely';
  return isOnTime ? null : 'possible';
}

/**
 * Signs that kubelet and runtime of a node manage cgroups in different ways. The API shows the driver of neither, so without
 * the runtime's own words it is told by what follows: healthy containers of several pods that end from outside.
 */
export function cgroupSign(snapshot: Snapshot, view: NodeView): CgroupSign | null {
  if (view.isLost || runtimeComplaint(view.node) !== null) return null;
  const refused = told(snapshot, view, wrongPath);
  if (refused.length > 0 && view.health?.state !== 'ready') {
    const evidence = refused.slice(0, 3);
    return { view, kind: 'kubelet-cgroupfs', confidence: 'confirmed', deaths: null, evidence };
  }
  if (!isEndedFromOutside(snapshot, view) || hasOomOn(snapshot, view)) return null;
  const deaths = quietDeaths(snapshot, view);
  const confidence = deaths && confidenceOf(snapshot, view, deaths);
  if (!deaths || confidence === null) return null;
  const literal = told(snapshot, view, literalSlice);
  return {
    view,
    kind: 'runtime-cgroupfs',
    confidence: literal.length > 0 ? 'confirmed' : confidence,
    deaths,
    evidence: [...literal.slice(0, 1), ...deaths.evidence],
  };
}
