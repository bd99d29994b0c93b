import type { Condition, ContainerStatus, KubeObject } from '../model/kubernetes.ts';
import type { ContainerLog, Read, Snapshot } from '../model/snapshot.ts';

/** When nothing in a dump has a time. */
export const noTime = '1970-01-01T00:00:00Z';

/**
 * The newest time in the objects (RFC 3339, as it stands there), else in the last lines of the
 * logs, else `noTime`. The clock of the files is not asked: a dump is copied and unpacked long
 * after it was taken.
 */
export function newestTime(lists: Snapshot['lists'], logs: readonly ContainerLog[]): string {
  return latest(timesOf(lists)) ?? latest(logs.flatMap(lastTimes)) ?? noTime;
}

/** True for RFC 3339 with a date that exists. */
export const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) &&
  !Number.isNaN(Date.parse(text));

function latest(times: Iterable<string | undefined>): string | null {
  let best: { readonly time: string; readonly at: number } | null = null;
  for (const time of times) {
    if (time === undefined || !isTime(time)) continue;
    const at = Date.parse(time);
    if (at > (best?.at ?? 0)) best = { time, at };
  }
  return best?.time ?? null;
}

function itemsOf<T>(list: Read<T>): readonly T[] {
  return list.state === 'not-asked' ? [] : (list.items ?? []);
}

function* timesOf(lists: Snapshot['lists']): Generator<string | undefined> {
  for (const list of Object.values(lists)) {
    for (const { metadata } of itemsOf<KubeObject>(list)) {
      yield metadata.creationTimestamp;
      for (const { time } of metadata.managedFields ?? []) yield time;
    }
  }
  for (const event of itemsOf(lists.events)) {
    yield* [event.firstTimestamp, event.lastTimestamp, event.eventTime];
    yield event.series?.lastObservedTime;
  }
  for (const { status } of itemsOf(lists.nodes)) yield* conditionTimes(status?.conditions);
  for (const { spec } of itemsOf(lists.leases)) yield spec?.renewTime;
  for (const { timestamp } of itemsOf(lists.nodeMetrics)) yield timestamp;
  yield* podTimes(lists);
}

function* podTimes(lists: Snapshot['lists']): Generator<string | undefined> {
  for (const { status } of itemsOf(lists.pods)) {
    yield status?.startTime;
    yield* conditionTimes(status?.conditions);
    for (const container of status?.initContainerStatuses ?? []) yield* stateTimes(container);
    for (const container of status?.containerStatuses ?? []) yield* stateTimes(container);
  }
}

function* conditionTimes(conditions: readonly Condition[] = []): Generator<string | undefined> {
  for (const { lastHeartbeatTime, lastTransitionTime } of conditions) {
    yield lastHeartbeatTime;
    yield lastTransitionTime;
  }
}

function* stateTimes({ state, lastState }: ContainerStatus): Generator<string | undefined> {
  yield state?.running?.startedAt;
  for (const ended of [state?.terminated, lastState?.terminated]) {
    yield ended?.startedAt;
    yield ended?.finishedAt;
  }
}

const lineTime = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)/gm;

// The end of a log is enough, as its lines stand in order. Calico logs in UTC.
function lastTimes({ read }: ContainerLog): readonly string[] {
  if (read.state === 'failed') return [];
  return [...read.text.slice(-16_384).matchAll(lineTime)].map(
    ([, date, time]) => `${date}T${time}Z`,
  );
}
