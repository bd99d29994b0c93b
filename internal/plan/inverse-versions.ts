import type { KubeObject, Metadata } from '../model/kubernetes.ts';
import type { ApiRef, Change, Guard } from '../model/remedy.ts';
import { type Fields, isFields } from './fields.ts';
import { recordOf } from './json-value.ts';

/** Annotations that the API server or a controller keeps by itself. */
const keptAnnotations = [
  'deprecated.daemonset.template.generation',
  'deployment.kubernetes.io/revision',
];

function annotationsAs(
  own: Metadata['annotations'],
  now: Metadata['annotations'],
): Metadata['annotations'] {
  const others = Object.entries(own ?? {}).filter(([name]) => !keptAnnotations.includes(name));
  const kept = Object.entries(now ?? {}).filter(([name]) => keptAnnotations.includes(name));
  return own === undefined && kept.length === 0
    ? undefined
    : Object.fromEntries([...others, ...kept]);
}

const defined = (record: Fields): Fields =>
  recordOf(Object.entries(record).filter(([, value]) => value !== undefined));

/**
 * A version of an object with everything as it is now that is not ours to bring back, so that it cannot differ: status, and
 * metadata but for labels and annotations.
 */
export function comparable(version: KubeObject, now: KubeObject): Fields {
  return defined({
    ...version,
    kind: now.kind,
    apiVersion: now.apiVersion,
    metadata: defined({
      ...now.metadata,
      labels: version.metadata.labels,
      annotations: annotationsAs(version.metadata.annotations, now.metadata.annotations),
    }),
    status: isFields(now) ? now['status'] : undefined,
  });
}

const aside = ['apiVersion', 'metadata', 'status'];

/** What people write into an object, without what names it. */
export const contentsOf = (object: KubeObject): Fields =>
  recordOf(Object.entries(object).filter(([name]) => !aside.includes(name)));

/** Makes a deleted object again, without what the server gives it. */
export function creation(object: KubeObject, ref: ApiRef): Change {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const metadata = defined({ name, namespace, labels, annotations, finalizers });
  const body = { apiVersion: ref.apiVersion, ...contentsOf(object), kind: ref.kind, metadata };
  return { ref, verb: 'create', body };
}

/** By which the server tells that an object is still the one that was read. */
export const guardOf = ({ metadata: { uid, resourceVersion } }: KubeObject): Guard => ({
  ...(uid === undefined ? {} : { uid }),
  ...(resourceVersion === undefined ? {} : { resourceVersion }),
});
