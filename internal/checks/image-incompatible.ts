import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { endingOf } from '../calico/endings.ts';
import { lastLine } from '../calico/logs.ts';
import { sickViews, type NodeView } from '../calico/nodes.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

type Cause = 'architecture' | 'cpu-level' | 'library' | 'crash';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: Cause;
  readonly architectures: readonly string[];
}

interface Case {
  readonly view: NodeView;
  readonly cause: Cause;
  readonly evidence: readonly Evidence[];
}

const patterns: readonly (readonly [RegExp, Cause])[] = [
  [/exec format error|no match for platform/, 'architecture'],
  [
    /can only be run on AMD64 processors with v\d microarchitecture|CPU does not support x86-64-v\d|CPU ISA level is lower than required/,
    'cpu-level',
  ],
  [/error while loading shared libraries/, 'library'],
];

const causeIn = (text: string): Cause | null =>
  patterns.find(([pattern]) => pattern.test(text))?.[1] ?? null;
const anyPattern = new RegExp(patterns.map(([{ source }]) => source).join('|'));

const statusesOf = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

function fromStatus(pod: Pod): { cause: Cause; evidence: Evidence } | null {
  for (const status of statusesOf(pod)) {
    const state = status.state?.terminated ?? status.lastState?.terminated;
    const message = `${state?.message ?? ''} ${status.state?.waiting?.message ?? ''}`;
    const cause = causeIn(message);
    if (cause)
      return { cause, evidence: fieldEvidence(pod, `status ${status.name ?? ''}`, message.trim()) };
    // 139 is SIGSEGV: the program itself broke, before it could say anything.
    if (endingOf(status)?.exitCode === 139 && (status.restartCount ?? 0) > 1) {
      return {
        cause: 'crash',
        evidence: fieldEvidence(pod, `status ${status.name ?? ''}`, 'exitCode 139 (SIGSEGV)'),
      };
    }
  }
  return null;
}

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod } = view;
  if (!pod) return null;
  const status = fromStatus(pod);
  const names = statusesOf(pod).flatMap(({ name }) => name ?? []);
  const found = names.flatMap((name) => lastLine(snapshot, pod, name, anyPattern) ?? [])[0];
  const cause = (found && causeIn(found.line.text)) ?? status?.cause;
  if (!cause) return null;
  return {
    view,
    cause,
    evidence: [
      ...(status ? [status.evidence] : []),
      ...(found ? [logEvidence(pod, found.container, found.line, found.previous)] : []),
      ...(view.node
        ? [
            fieldEvidence(
              view.node,
              'status.nodeInfo.architecture',
              view.node.status?.nodeInfo?.architecture ?? '?',
            ),
          ]
        : []),
    ],
  };
}

function draftOf(cause: Cause, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const affected = affectedBy(views);
  const nodes = views.map(({ name }) => name);
  return {
    severity: 'error',
    confidence: cause === 'crash' ? 'likely' : 'confirmed',
    facts: {
      nodes,
      cause,
      architectures: [
        ...new Set(views.flatMap(({ node }) => node?.status?.nodeInfo?.architecture ?? [])),
      ],
    },
    affected,
    evidence: cases.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: [
      'pod-not-ready',
      'crash-loop',
      'rollout-blocked',
      'bgp-peer-down',
      'container-create-failure',
    ].map((id) => ({ id, affected })),
    remedies: [outsideCluster(titles[cause], [...commands(cause, nodes)])],
  };
}

// The program of the image cannot run on this processor: another architecture, an older level of it, or a fault of that build.
export const imageIncompatible = defineCheck<Facts>({
  id: 'image-incompatible',
  title: "Calico's images run on the processor of every node",
  needs: [],
  uses: ['logs'],
  run: (snapshot) => {
    const cases = sickViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    return [...Map.groupBy(cases, ({ cause }) => cause)].map(([cause, group]) =>
      draftOf(cause, group),
    );
  },
  words: {
    en: {
      title: ({ nodes, cause }) =>
        `calico-node cannot run on ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')}: ${causeWords[cause]}`,
      summary: ({ architectures }) =>
        `The container ends as soon as its program is started, each time. The machines are ${architectures.join(', ') || 'of an unknown architecture'}; other kinds of nodes may be fine with the same image.`,
    },
  },
});

const causeWords: Readonly<Record<Cause, string>> = {
  architecture: 'the image is for another processor architecture',
  'cpu-level': 'the processor lacks instructions that the image needs',
  library: 'a library is missing in the image',
  crash: 'its program crashes at once (SIGSEGV)',
};

const titles: Readonly<Record<Cause, string>> = {
  architecture: 'Use a multi-architecture image, or mirror all architectures of it',
  'cpu-level':
    'Give the virtual machines a newer CPU model, or run a release that does not need it',
  library: 'Run another patch release',
  crash: 'Run another patch release, and compare with a node of another CPU model',
};

const commands = (cause: Cause, nodes: readonly string[]): readonly string[] => [
  `kubectl get node ${nodes.slice(0, 5).join(' ')} -o custom-columns='NODE:.metadata.name,ARCH:.status.nodeInfo.architecture,KERNEL:.status.nodeInfo.kernelVersion'`,
  ...(cause === 'cpu-level'
    ? [
        '# on the node: which level has the processor? (Calico from v3.31 on needs x86-64-v2)',
        '/lib64/ld-linux-x86-64.so.2 --help | grep -A4 x86-64-v',
        '# QEMU/KVM: CPU type host or x86-64-v2-AES in place of qemu64 or kvm64',
      ]
    : []),
];
