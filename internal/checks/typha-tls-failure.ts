import { affectedBy } from '../calico/affected.ts';
import { typhaPods } from '../calico/components.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { operatorComplaint } from '../calico/install/conditions.ts';
import type { LogLine } from '../calico/log.ts';
import { nodeViews } from '../calico/nodes.ts';
import { saidEvidence, sickTelling, standing, type Telling } from '../calico/speech.ts';
import { typhaGreeted, typhaTrouble, type TlsReason } from '../calico/typha-errors.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { renewTyphaCertificates } from '../remediations/typha-certificates.ts';
import { defineCheck } from './define.ts';

type TlsFacts = {
  readonly nodes: readonly string[];
  readonly nodesTotal: number;
  readonly reason: TlsReason;
  readonly isToldByTypha: boolean;
};

const explained = ['typha-unreachable', 'typha-underprovisioned'];

function readTls(line: LogLine): TlsReason | null {
  const trouble = typhaTrouble(line);
  return trouble?.kind === 'tls' ? trouble.reason : null;
}

// What Typha says of a client that it does not take, or that does not take it (crypto/tls alerts at the first read).
const byServer =
  /remote error: tls: |tls: (?:failed to verify|bad certificate|client didn't provide)|x509: certificate/;

function serverEvidence(snapshot: Snapshot): readonly Evidence[] {
  return typhaPods(snapshot).flatMap((pod) => {
    const said = standing(snapshot, pod, ({ text }) => (byServer.test(text) ? true : null), {
      quiet: () => 300,
    }).at(-1);
    return said ? [saidEvidence(pod, said)] : [];
  });
}

function complaintEvidence(snapshot: Snapshot): readonly Evidence[] {
  const complaint = operatorComplaint(snapshot);
  return complaint?.reason === 'CertificateError'
    ? [fieldEvidence(complaint.object, 'status.conditions Degraded', complaint.message)]
    : [];
}

// The sharper of the reasons: that a peer was rejected says less than why.
const reasonOf = (telling: readonly Telling<TlsReason>[]): TlsReason => {
  const reasons = telling.map(({ last }) => last.value);
  return (
    reasons.find((reason) => reason !== 'rejected' && reason !== 'other') ?? reasons[0] ?? 'other'
  );
};

function draftOf(snapshot: Snapshot, telling: readonly Telling<TlsReason>[]): Draft<TlsFacts> {
  const views = telling.map(({ view }) => view);
  const told = serverEvidence(snapshot);
  return {
    severity: 'error',
    confidence: 'confirmed',
    facts: {
      nodes: views.map(({ name }) => name),
      nodesTotal: nodeViews(snapshot).length,
      reason: reasonOf(telling),
      isToldByTypha: told.length > 0,
    },
    affected: affectedBy(views),
    evidence: [
      ...telling.slice(0, 4).map(({ pod, last }) => saidEvidence(pod, last)),
      ...told.slice(0, 2),
      ...complaintEvidence(snapshot),
    ],
    explains: followsWithoutData(snapshot, views, explained),
    remedies: [renewTyphaCertificates(installOf(snapshot))],
  };
}

/** Both sides show a certificate; each must be signed by the CA of the other's bundle, and carry the agreed name. */
export const typhaTlsFailure = defineCheck<TlsFacts>({
  id: 'typha-tls-failure',
  title: "Typha and calico-node accept each other's certificates",
  needs: ['logs'],
  uses: [...installUses, 'events'],
  run: (snapshot) => {
    if (!installOf(snapshot).typha) return { notApplicable: words.none };
    const telling = sickTelling(snapshot, readTls, { cured: typhaGreeted, quiet: () => 240 });
    return telling.length > 0 ? [draftOf(snapshot, telling)] : [];
  },
  words: {
    en: {
      title: ({ nodes, nodesTotal, reason }) =>
        `calico-node gets no TLS session with Typha ${nodes.length === nodesTotal && nodesTotal > 1 ? 'on any node' : `on ${enumerate(nodes)}`}: ${words.reasons[reason]}`,
      summary: () =>
        'Typha is reached, but one side refuses the certificate of the other, so calico-node gets no data and does not get ready. Pods that were connected before go on until they restart.',
      ruledOut: () => ['not a blocked port: Typha took the connection'],
    },
  },
});

const words = {
  none: 'this cluster has no Typha',
  reasons: {
    'unknown-authority': 'its certificate is signed by a CA that the other side does not have',
    expired: 'a certificate is not valid at this time',
    'wrong-name': 'the certificate does not carry the agreed name',
    rejected: 'the certificate is rejected',
    files: 'the certificate files cannot be used',
    other: 'the handshake fails',
  } satisfies Record<TlsReason, string>,
};
