import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { KubeObject, Pod } from '../model/kubernetes.ts';
import type { SeenEvent } from './events.ts';
import type { LogLine } from './log.ts';

/** The reference of an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** References of nodes, by name. */
export const nodeRefs = (names: Iterable<string>): ObjectRef[] =>
  [...names].map((name) => ({ kind: 'Node', name }));

/** A field of an object as evidence: the path as in the API, and the value found there. */
export const fieldEvidence = (object: KubeObject, field: string, text: string): Evidence => ({
  from: refOf(object),
  field,
  text,
});

/** An event as evidence. */
export function eventEvidence(event: SeenEvent): Evidence {
  return {
    from: event.about,
    field: `event ${event.reason}`,
    text: event.message,
    ...(event.at === null ? {} : { at: event.at }),
  };
}

/** A log line of a container as evidence. */
export function logEvidence(
  pod: Pod,
  container: string,
  line: LogLine,
  previous = false,
): Evidence {
  return {
    from: { ...refOf(pod), container },
    field: previous ? 'previous log' : 'log',
    text: line.text,
    ...(line.time === null ? {} : { at: line.time }),
  };
}
