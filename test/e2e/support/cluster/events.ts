import { randomBytes } from 'node:crypto';
import type { KubeClient } from '../kube-client.ts';
import { timeText } from './container-log.ts';

/** What an event is about. */
export interface About {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly fieldPath?: string;
}

export interface Occurrence {
  readonly about: About;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly at: number;
  readonly component: string;
  readonly host?: string;
}

/** Counts events as the kubelet does, and writes them when told to. */
export interface EventSink {
  readonly note: (occurrence: Occurrence) => void;
  readonly flush: () => Promise<void>;
}

interface Entry {
  readonly occurrence: Occurrence;
  readonly name: string;
  readonly first: number;
  count: number;
  last: number;
  isWritten: boolean;
  isDirty: boolean;
}

// Client-go's event correlator: from the tenth different message of one reason on they are put together.
const similarLimit = 10;

function eventOf({ occurrence, name, first, count, last }: Entry): object {
  const { about, type, reason, message, component, host } = occurrence;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: about.namespace === '' ? 'default' : about.namespace },
    involvedObject: about,
    type,
    reason,
    message,
    count,
    firstTimestamp: timeText(first),
    lastTimestamp: timeText(last),
    source: { component, ...(host === undefined ? {} : { host }) },
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}

/** How long the API server keeps an event, unless it is told otherwise. */
export const eventSeconds = 3600;

/** An empty sink. */
export function eventSink(client: KubeClient): EventSink {
  const entries = new Map<string, Entry>();
  const messages = new Map<string, Set<string>>();
  const note = (given: Occurrence): void => {
    const kind = `${given.about.uid} ${given.reason} ${given.type}`;
    const seen = messages.get(kind) ?? new Set();
    messages.set(kind, seen.add(given.message));
    const isMany = seen.size > similarLimit;
    const message = isMany ? `(combined from similar events): ${given.message}` : given.message;
    const key = isMany ? `${kind} many` : `${kind} ${message}`;
    const known = entries.get(key);
    entries.set(key, {
      occurrence: { ...given, message },
      name: known?.name ?? `${given.about.name}.${randomBytes(8).toString('hex')}`,
      first: known?.first ?? given.at,
      count: (known?.count ?? 0) + 1,
      last: given.at,
      isWritten: known?.isWritten ?? false,
      isDirty: true,
    });
  };
  const write = async (entry: Entry): Promise<void> => {
    entry.isDirty = false;
    const event = eventOf(entry);
    const { namespace } = entry.occurrence.about;
    const path = `/api/v1/namespaces/${namespace === '' ? 'default' : namespace}/events`;
    if (entry.isWritten) await client.patch(`${path}/${entry.name}`, event);
    else await client.create(path, event);
    entry.isWritten = true;
  };
  return {
    note,
    flush: async () => {
      const oldest = Date.now() / 1000 - eventSeconds;
      const dirty = [...entries.values()].filter(({ isDirty, last }) => isDirty && last > oldest);
      // An event of a namespace that has gone cannot be written, and is no loss.
      await Promise.all(dirty.map((entry) => write(entry).catch(() => {})));
    },
  };
}
