import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { calicoContainer } from '../calico/settings.ts';
import { presentSign } from '../calico/signs.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { restorePrivileges } from '../remediations/restore-privileges.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** What `securityContext.privileged` says in the pods: true, false, or null where it is not set. */
  readonly privileged: boolean | null;
}

// What Felix says when the kernel does not let it: any one of these is specific to missing privileges.
const denied =
  /ipset.*Operation not permitted|open \/proc\/sys\/\S+: read-only file system|nftables.*Operation not permitted|iptables.*Permission denied \(you must be root\)/;

// The operator's non-privileged mode drops to single capabilities on purpose (Installation nonPrivileged, up to v1.40).
const isMeant = (snapshot: Snapshot): boolean =>
  itemsOf(snapshot, 'installations').some(({ spec }) => spec?.['nonPrivileged'] === 'Enabled');

interface Case {
  readonly view: NodeView;
  readonly privileged: boolean | null;
  readonly evidence: readonly Evidence[];
}

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const container = calicoContainer(view.pod?.spec);
  if (!view.pod || !container || view.health?.state !== 'sick') return null;
  const privileged = container.securityContext?.privileged ?? null;
  if (privileged === true) return null;
  const sign = presentSign(snapshot, view, denied);
  if (!sign) return null;
  return {
    view,
    privileged,
    evidence: [
      fieldEvidence(
        view.pod,
        'spec.containers[calico-node].securityContext.privileged',
        String(privileged ?? 'not set'),
      ),
      logEvidence(view.pod, sign.container, sign.line, sign.previous),
    ],
  };
}

function draftOf(snapshot: Snapshot, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const affected = affectedBy(views);
  return {
    severity: 'error',
    confidence: 'confirmed',
    facts: { nodes: views.map(({ name }) => name), privileged: cases[0]?.privileged ?? null },
    affected,
    evidence: cases.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: [
      'ipset-failure',
      'iptables-programming-failure',
      'nftables-programming-failure',
      'kernel-modules-missing',
      'probe-timeout-too-short',
      'pod-not-ready',
    ].map((id) => ({ id, affected })),
    remedies: [restorePrivileges(snapshot)],
  };
}

// Felix programs the kernel's firewall, routes and sysctls of the node. A container that is not privileged may not.
export const calicoNodeNotPrivileged = defineCheck<Facts>({
  id: 'calico-node-not-privileged',
  title: 'calico-node has the privileges that it needs on the node',
  needs: ['logs'],
  uses: [...installUses],
  run: (snapshot) => {
    if (isMeant(snapshot))
      return { notApplicable: "the Installation asks for Calico's non-privileged mode" };
    const cases = nodeViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    return cases.length === 0 ? [] : [draftOf(snapshot, cases)];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        `calico-node runs without privileges${nodes.length === 1 ? ` on ${nodes[0]}` : ` on ${nodes.length} nodes`}`,
      summary: () =>
        'Felix cannot set up firewall rules, IP sets and kernel settings of the node: each attempt is refused, and it ends again and again inside a container that keeps running.',
      ruledOut: () => [
        'not a missing kernel module: the kernel refuses the operation, it does not lack it',
      ],
    },
  },
});
