import { birdSessions } from './bird.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { isRecent } from './events.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { uptimeOf, type NodeView } from './nodes.ts';
import { probeFailures, type ProbeFailure } from './probes.ts';
import { calicoContainer, settingsOf } from './settings.ts';
import type { Evidence } from '../model/finding.ts';
import type { Container, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** A node on which the probes miss BIRD. */
export interface BirdAbsence {
  readonly view: NodeView;
  /** `CALICO_NETWORKING_BACKEND`; null if it cannot be told. */
  readonly backend: string | null;
  /** True where the probes ask for BIRD although this installation does not run it. */
  readonly isAskedInVain: boolean;
  readonly evidence: readonly Evidence[];
}

const birdKinds = new Set(['bird-socket', 'bird-not-live']);
// BIRD and its socket are there within seconds of a start; before that these messages mean nothing.
const settleSeconds = 60;
const recentSeconds = 300;
// runit starts BIRD each second: so many attempts without a file are no start any more.
const manyAttempts = 20;

const probeNames = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** The probe that asks for BIRD, and its command. */
function askingProbe(
  container: Container | undefined,
): { readonly name: string; readonly command: string } | null {
  for (const name of probeNames) {
    const command = container?.[name]?.exec?.command ?? [];
    if (command.some((word) => /^--?bird6?-(?:live|ready)$/.test(word)))
      return { name, command: command.join(' ') };
  }
  return null;
}

// node/filesystem/etc/rc.local, all releases: the only trace of the backend where its ConfigMap was not read.
const announced = /^CALICO_NETWORKING_BACKEND is (none|vxlan)\b/;

function backendOf(
  snapshot: Snapshot,
  pod: Pod,
): { readonly value: string; readonly evidence: Evidence } | null {
  const value = settingsOf(snapshot, pod.spec, pod).env.get('CALICO_NETWORKING_BACKEND');
  if (value) return { value, evidence: fieldEvidence(pod, 'CALICO_NETWORKING_BACKEND', value) };
  const line = logLines(snapshot, pod, 'calico-node').findLast(({ message }) =>
    announced.test(message),
  );
  const said = announced.exec(line?.message ?? '')?.[1];
  return line && said ? { value: said, evidence: logEvidence(pod, 'calico-node', line) } : null;
}

function birdProbe(snapshot: Snapshot, pod: Pod): ProbeFailure | null {
  const failure = probeFailures(snapshot, pod).at(-1);
  return failure &&
    birdKinds.has(failure.cause.kind) &&
    isRecent(snapshot, failure.event, recentSeconds)
    ? failure
    : null;
}

const noFile = /^bird: (?:bird: )?Unable to open configuration file \S*\/bird\.cfg: No such file/;
const anyBird = /^bird: (?!.*bird6\.cfg)/;

/** BIRD's last words, if it has been ending for want of its configuration until now. */
function withoutFile(snapshot: Snapshot, pod: Pod): LogLine | null {
  const lines = logLines(snapshot, pod, 'calico-node').filter(({ message }) =>
    anyBird.test(message),
  );
  const line = lines.at(-1);
  const attempts = lines.filter(({ message }) => noFile.test(message)).length;
  return line && noFile.test(line.message) && attempts >= manyAttempts ? line : null;
}

/** What is missing where the probes of a sick pod miss BIRD; null where they do not. */
export function birdAbsence(snapshot: Snapshot, view: NodeView): BirdAbsence | null {
  const { pod, health } = view;
  if (!pod || health?.state !== 'sick') return null;
  const probe = birdProbe(snapshot, pod);
  const asking = askingProbe(calicoContainer(pod.spec));
  const backend = backendOf(snapshot, pod);
  const told = probe ? [eventEvidence(probe.event)] : [];
  const result = { view, backend: backend?.value ?? null };
  if (asking && backend && /^(?:none|vxlan)$/.test(backend.value)) {
    const field = `spec.containers[calico-node].${asking.name}`;
    const evidence = [...told, backend.evidence, fieldEvidence(pod, field, asking.command)];
    return { ...result, isAskedInVain: true, evidence };
  }
  if ((uptimeOf(view, snapshot.takenAt) ?? settleSeconds) < settleSeconds) return null;
  // A session that is up is proof of a BIRD that runs: what the probe said is of the time before.
  const sessions = birdSessions(logLines(snapshot, pod, 'calico-node'));
  if ([...sessions.values()].some(({ state }) => state === 'up')) return null;
  const line = withoutFile(snapshot, pod);
  const evidence = [...told, ...(line ? [logEvidence(pod, 'calico-node', line)] : [])];
  return evidence.length > 0 ? { ...result, isAskedInVain: false, evidence } : null;
}
