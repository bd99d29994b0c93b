import { isRecord } from './json.ts';

// Fields of events.k8s.io/v1 that the core group calls otherwise (k8s.io/api/events/v1 types.go and
// core/v1 Event).
const coreNames: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  deprecatedCount: 'count',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedSource: 'source',
  reportingController: 'reportingComponent',
};

/**
 * An event of events.k8s.io in the form of the core group; one that is in that form already is
 * returned as it is.
 */
export function coreEvent(
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const apiVersion = raw['apiVersion'];
  const isNewGroup = typeof apiVersion === 'string' && apiVersion.startsWith('events.k8s.io/');
  if (!isNewGroup && !(isRecord(raw['regarding']) && !isRecord(raw['involvedObject']))) return raw;
  const entries = Object.entries(raw).map(([name, value]): [string, unknown] => [
    Object.hasOwn(coreNames, name) ? (coreNames[name] ?? name) : name,
    value,
  ]);
  return Object.fromEntries([...entries, ['apiVersion', 'v1']]);
}
