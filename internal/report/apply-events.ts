import type { ApplyEvent } from '../model/apply.ts';
import { words } from './apply-words.ts';
import { objectName } from './plan-steps.ts';
import { sanitize } from './sanitize.ts';

const says = words.en;

/** How an event is told. */
export interface EventLine {
  /** What it is about; a later line about the same takes its place. */
  readonly about: string;
  /** What is so now; the same text again is no news. */
  readonly text: string;
  /** How long it has taken and may take; empty where that is not known. */
  readonly time: string;
  /** True if the next event says more about the same: a terminal shows it only as long as it is true. */
  readonly isPassing: boolean;
}

type Rollout = Extract<ApplyEvent, { kind: 'rollout' }>;

const mostNodes = 3;

// What goes wrong first, then what is under way; those that are ready are in the count.
function nodesText({ nodes }: Rollout): string {
  const order = ['failing', 'replacing', 'starting'] as const;
  const busy = order.flatMap((state) => nodes.filter((node) => node.state === state));
  const shown = busy
    .slice(0, mostNodes)
    .map(({ node, state, reason }) => says.rolloutNode(node, says.rolloutStates[state], reason));
  const hidden = busy.length - shown.length;
  const all = [...shown, ...(hidden > 0 ? [says.moreNodes(hidden)] : [])];
  return all.length === 0 ? '' : `; ${all.join(', ')}`;
}

type Told = Omit<EventLine, 'about'>;

const passing = (text: string, time = ''): Told => ({ text, time, isPassing: true });
const lasting = (text: string): Told => ({ text, time: '', isPassing: false });

const isUnderWay = (state: Extract<ApplyEvent, { kind: 'pod' }>['state']): boolean =>
  state === 'deleting' || state === 'evicting' || state === 'terminating';

const podName = ({ namespace, name }: Extract<ApplyEvent, { kind: 'pod' }>): string =>
  `${namespace}/${name}`;

function aboutOf(event: ApplyEvent): string {
  switch (event.kind) {
    case 'pod':
      return `pod ${podName(event)}`;
    case 'node':
      return `node ${event.node}`;
    case 'rollout':
      return `rollout ${objectName(event.ref)}`;
    default:
      return event.kind;
  }
}

// The namespace is told when it is sent; a line that is drawn anew has no room for it.
function rolloutLine(event: Rollout): Told {
  const { ref, ready, updated, desired, elapsedSeconds, expectedSeconds } = event;
  const name = objectName({ kind: ref.kind, name: ref.name });
  return passing(
    says.rollout(name, ready, updated, desired) + nodesText(event),
    says.elapsedOf(elapsedSeconds, expectedSeconds),
  );
}

function told(event: ApplyEvent, verb: 'fix' | 'undo'): readonly Told[] {
  switch (event.kind) {
    case 'phase': {
      const { phase, expectedSeconds, limitSeconds } = event;
      const text =
        verb === 'undo' ? (says.undoPhases[phase] ?? says.phases[phase]) : says.phases[phase];
      return [passing(says.phase(text, expectedSeconds, limitSeconds))];
    }
    case 'recorded':
      return [lasting(says.recorded(event.id))];
    case 'sent':
      return [says.sent(objectName(event.ref)), ...event.warnings.map(says.serverWarning)].map(
        lasting,
      );
    case 'unchanged':
      return [lasting(says.unchanged(objectName(event.ref)))];
    case 'waiting':
      return [passing(event.text, says.elapsedTo(event.elapsedSeconds, event.limitSeconds))];
    case 'rollout':
      return [rolloutLine(event)];
    case 'node':
      return [lasting(says.node(event.node, says.nodeStates[event.state]))];
    case 'pod': {
      const text = says.pod(podName(event), says.podStates[event.state], event.reason);
      return [isUnderWay(event.state) ? passing(text) : lasting(text)];
    }
    case 'note':
      return [lasting(event.text)];
  }
}

/** What an event is told as, each line safe to print. `verb`: whose plan it is. */
export const eventLines = (event: ApplyEvent, verb: 'fix' | 'undo' = 'fix'): readonly EventLine[] =>
  told(event, verb).map((line) => ({
    ...line,
    about: aboutOf(event),
    text: sanitize(line.text),
  }));
