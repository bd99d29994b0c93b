import { affectedBy } from '../calico/affected.ts';
import { refusedFiles, type RefusedFile } from '../calico/bird-config.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { eventEvidence, fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { isRecent } from '../calico/events.ts';
import { installUses } from '../calico/install/install.ts';
import { logLines } from '../calico/logs.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { probeFailures, type ProbeFailure } from '../calico/probes.ts';
import { settingsOf } from '../calico/settings.ts';
import { secondsBetween } from '../calico/time.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { revertBgpChange } from '../remediations/revert-bgp-change.ts';
import { defineCheck } from './define.ts';
import { someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly file: string;
  /** What BIRD or confd said about it. */
  readonly reason: string;
  /** True where BIRD still runs everywhere, with the configuration from before. */
  readonly isRunning: boolean;
}

interface Case {
  readonly view: NodeView;
  readonly refused: RefusedFile;
  readonly previous: boolean;
  readonly probe: ProbeFailure | undefined;
}

// A bad resource that is taken back makes the file that is there already, which confd does not log: an old line says nothing.
const recentSeconds = 600;
const birdKinds = new Set(['bird-socket', 'bird-not-live']);

function hasIPv6(snapshot: Snapshot, { pod, ipv6 }: NodeView): boolean {
  const { ip6 } = settingsOf(snapshot, pod?.spec, pod);
  return ipv6 !== null || (ip6 !== '' && ip6 !== 'none');
}

function refusedIn(snapshot: Snapshot, view: NodeView, previous: boolean): RefusedFile | null {
  if (!view.pod) return null;
  const lines = logLines(snapshot, view.pod, 'calico-node', previous);
  const end = lines.findLast(({ time }) => time !== null)?.time;
  const probe = probeOf(snapshot, view);
  const files = refusedFiles(lines).filter(
    ({ file, line, by }) =>
      (!file.startsWith('bird6') || hasIPv6(snapshot, view)) &&
      (by === 'bird' ||
        probe !== undefined ||
        (secondsBetween(line.time, end) ?? 0) <= recentSeconds),
  );
  return files.find(({ by }) => by === 'confd') ?? files[0] ?? null;
}

function probeOf(snapshot: Snapshot, { pod, health }: NodeView): ProbeFailure | undefined {
  if (!pod || health?.state !== 'sick') return undefined;
  return probeFailures(snapshot, pod).findLast(
    ({ cause, event }) => birdKinds.has(cause.kind) && isRecent(snapshot, event, recentSeconds),
  );
}

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod, health } = view;
  if (!pod) return null;
  const probe = probeOf(snapshot, view);
  const now = refusedIn(snapshot, view, false);
  if (now) return { view, refused: now, previous: false, probe };
  const hasBird = logLines(snapshot, pod, 'calico-node').some(({ message }) =>
    message.startsWith('bird: '),
  );
  const before = health?.state === 'sick' && !hasBird ? refusedIn(snapshot, view, true) : null;
  return before ? { view, refused: before, previous: true, probe } : null;
}

function evidenceOf({ view, refused, previous, probe }: Case): readonly Evidence[] {
  const { pod, health } = view;
  if (!pod) return [];
  return [
    logEvidence(pod, 'calico-node', refused.line, previous),
    ...(probe ? [eventEvidence(probe.event)] : []),
    ...(!probe && health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : []),
  ];
}

function draftOf(snapshot: Snapshot, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const evidence = cases.map(evidenceOf);
  const first = cases[0]?.refused;
  const isRunning = views.every(({ health }) => health?.state !== 'sick');
  return {
    severity: isRunning ? 'warning' : 'error',
    confidence: evidence.some((items) => items.length > 1) ? 'confirmed' : 'likely',
    facts: {
      nodes: views.map(({ name }) => name),
      file: first?.file ?? 'bird.cfg',
      reason: (first?.reason ?? '').slice(0, 160),
      isRunning,
    },
    affected: affectedBy(views),
    evidence: evidence.slice(0, 4).flat(),
    explains: isRunning
      ? []
      : consequencesOf(snapshot, views, [
          'pod-not-ready',
          'bird-not-running',
          'network-unavailable-stale',
          'slow-startup-liveness-kill',
          'rollout-blocked',
        ]),
    remedies: [revertBgpChange(snapshot)],
  };
}

// confd makes BIRD's files from the BGP resources and its templates, and lets BIRD check them. A running BIRD goes on with the file
// from before; one that starts without a good file ends each second.
export const birdConfigInvalid = defineCheck<Facts>({
  id: 'bird-config-invalid',
  title: 'BIRD accepts the configuration that Calico makes for it',
  needs: ['logs'],
  uses: ['events', ...installUses],
  run: (snapshot) => {
    const cases = nodeViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    return cases.length === 0 ? [] : [draftOf(snapshot, cases)];
  },
  words: {
    en: {
      title: ({ nodes, file }) => `BIRD's configuration ${file} is refused on ${someNodes(nodes)}`,
      summary: ({ reason, isRunning }) =>
        `${isRunning ? 'BIRD goes on with the configuration from before, so the last change has no effect, and the next start of calico-node will fail.' : 'BIRD ends at once there, so there is no BGP session.'} The complaint: ${reason}`,
      ruledOut: () => [
        'not the "No such file" of every start: this is about what stands in the file',
      ],
    },
  },
});
