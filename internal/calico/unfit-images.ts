import type { Evidence } from '../model/finding.ts';
import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { endingOf } from './endings.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { eventsAbout } from './events.ts';
import { otherPlatform } from './image-pulls.ts';
import { lastLine, logLines } from './logs.ts';
import { nodeViews, sickViews, type NodeView } from './nodes.ts';
import { allStatuses, imageOf, statusField } from './waiting.ts';

/** Why the program of an image cannot run on a machine. */
export type UnfitCause = 'architecture' | 'cpu-level' | 'library' | 'crash';

export interface UnfitImage {
  readonly view: NodeView;
  readonly cause: UnfitCause;
  readonly image: string | null;
  /** What tells it: the program's own words, how it ended, what kind of machine it is. */
  readonly evidence: readonly Evidence[];
  /** True if the machine differs in that respect from those where calico-node runs well. */
  readonly isOdd: boolean;
}

// The kernel's error, in the words of runc and of a shell; Go's runtime check (GOAMD64=v2, Calico v3.31 and newer); glibc's (images
// on UBI); the dynamic loader's.
const patterns: readonly (readonly [RegExp, UnfitCause])[] = [
  [/exec format error/, 'architecture'],
  [otherPlatform, 'architecture'],
  [
    /can only be run on AMD64 processors with v\d microarchitecture|CPU does not support x86-64-v\d|CPU ISA level is lower than required/,
    'cpu-level',
  ],
  [/error while loading shared libraries/, 'library'],
];
const anyPattern = new RegExp(patterns.map(([{ source }]) => source).join('|'));

const causeIn = (text: string): UnfitCause | null =>
  patterns.find(([pattern]) => pattern.test(text))?.[1] ?? null;

interface Sign {
  readonly container: string;
  readonly cause: UnfitCause;
  readonly evidence: Evidence;
}

function saidByStatus(pod: Pod): readonly Sign[] {
  return allStatuses(pod).flatMap(({ name = '', state, lastState }) => {
    if (state?.running) return [];
    const texts = [
      state?.waiting?.message,
      state?.terminated?.message,
      lastState?.terminated?.message,
    ];
    const text = texts.find((item) => item !== undefined && anyPattern.test(item));
    const cause = causeIn(text ?? '');
    return text && cause
      ? [
          {
            container: name,
            cause,
            evidence: fieldEvidence(pod, statusField(pod, name, 'state'), text),
          },
        ]
      : [];
  });
}

function saidByLog(snapshot: Snapshot, pod: Pod): readonly Sign[] {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  return containers.flatMap(({ name = '' }) => {
    const found = lastLine(snapshot, pod, name, anyPattern);
    const cause = causeIn(found?.line.text ?? '');
    // What another program of the container says is quoted in a line of Calico's own, with a level.
    return found && cause && found.line.level === null
      ? [{ container: name, cause, evidence: logEvidence(pod, name, found.line, found.previous) }]
      : [];
  });
}

// While a pull fails only the event of the attempt has the registry's words in older kubelets.
function saidByEvents(snapshot: Snapshot, pod: Pod): readonly Sign[] {
  const isPulling = allStatuses(pod).find(({ state }) =>
    /Image/.test(state?.waiting?.reason ?? ''),
  );
  const event = eventsAbout(snapshot, pod).findLast(({ message }) => otherPlatform.test(message));
  return isPulling && event
    ? [{ container: isPulling.name ?? '', cause: 'architecture', evidence: eventEvidence(event) }]
    : [];
}

const fewLines = 12;

// 139 is SIGSEGV: the program itself broke, before it could say much. A calico-node that works for long and then breaks is another
// fault, and so is one whose log goes on.
function crash(snapshot: Snapshot, pod: Pod): readonly Sign[] {
  return allStatuses(pod).flatMap((status: ContainerStatus): Sign[] => {
    const ending = endingOf(status);
    const isQuick = ending?.lived === null || (ending?.lived ?? Infinity) < 30;
    const name = status.name ?? '';
    const longest = [false, true].map((previous) => logLines(snapshot, pod, name, previous).length);
    const isRepeated = ending?.exitCode === 139 && ending.restarts >= 2;
    if (!isRepeated || !isQuick || Math.max(...longest) > fewLines) return [];
    const field = statusField(pod, name, 'lastState.terminated');
    const text = `exit 139 (SIGSEGV), ${ending.restarts} restarts`;
    return [{ container: name, cause: 'crash', evidence: fieldEvidence(pod, field, text) }];
  });
}

const endEvidence = (pod: Pod, container: string): readonly Evidence[] => {
  const ending = endingOf(allStatuses(pod).find(({ name }) => name === container));
  return ending && ending.exitCode !== 0
    ? [
        fieldEvidence(
          pod,
          statusField(pod, container, 'lastState.terminated'),
          `exit ${ending.exitCode ?? '?'} ${ending.reason}, ${ending.restarts} restarts`,
        ),
      ]
    : [];
};

/** How the machine differs from those where calico-node is ready; null if it does not, or nothing is there to compare. */
function oddity(snapshot: Snapshot, { node }: NodeView): Evidence | null {
  const own = node?.status?.nodeInfo?.architecture;
  const others = nodeViews(snapshot).flatMap((view) =>
    view.health?.state === 'ready' ? (view.node?.status?.nodeInfo?.architecture ?? []) : [],
  );
  return node && own && others.length > 0 && !others.includes(own)
    ? fieldEvidence(
        node,
        'status.nodeInfo.architecture',
        `${own}, where it runs: ${[...new Set(others)].join(', ')}`,
      )
    : null;
}

function unfitAt(snapshot: Snapshot, view: NodeView): UnfitImage | null {
  const { pod } = view;
  if (!pod || view.health?.state !== 'sick') return null;
  const said = [...saidByStatus(pod), ...saidByLog(snapshot, pod), ...saidByEvents(snapshot, pod)];
  const signs = said.length > 0 ? said : crash(snapshot, pod);
  const [first] = signs;
  if (!first) return null;
  const odd =
    first.cause === 'architecture' || first.cause === 'crash' ? oddity(snapshot, view) : null;
  const own = signs.filter(({ cause }) => cause === first.cause).map(({ evidence }) => evidence);
  const end = first.cause === 'crash' ? [] : endEvidence(pod, first.container);
  return {
    view,
    cause: first.cause,
    image: imageOf(pod, first.container) ?? null,
    evidence: [...own.slice(0, 2), ...end, ...(odd ? [odd] : [])],
    isOdd: odd !== null,
  };
}

/** Sick calico-node pods whose image does not run on the processor of their node. */
export const unfitImages = (snapshot: Snapshot): readonly UnfitImage[] =>
  sickViews(snapshot).flatMap((view) => unfitAt(snapshot, view) ?? []);
