import { isObject } from '../../../support/json.ts';
import type { Json } from '../kube-client.ts';
import { valueAt } from './operator-rules.ts';

const textsOf = (value: unknown): Json => (isObject(value) ? value : {});

// Annotations and labels that others have put there are kept, but for those that bear the operator's own name.
const kept = (live: unknown): Json =>
  Object.fromEntries(
    Object.entries(textsOf(live)).filter(([key]) => !key.includes('operator.tigera.io')),
  );

/** The rendered object as an update of the one that is there. */
export function asUpdateOf(live: Json, desired: Json): Json {
  const metadata = textsOf(live['metadata']);
  const spec = textsOf(desired['spec']);
  const template = textsOf(spec['template']);
  const own = textsOf(template['metadata']);
  const annotations = {
    ...kept(valueAt(live, 'spec', 'template', 'metadata', 'annotations')),
    ...textsOf(own['annotations']),
  };
  const labels = {
    ...kept(valueAt(live, 'spec', 'template', 'metadata', 'labels')),
    ...textsOf(own['labels']),
  };
  return {
    ...desired,
    metadata: {
      ...metadata,
      annotations: kept(metadata['annotations']),
      labels: kept(metadata['labels']),
      ...textsOf({ ownerReferences: valueAt(desired, 'metadata', 'ownerReferences') }),
      managedFields: undefined,
    },
    spec: { ...spec, template: { ...template, metadata: { ...own, annotations, labels } } },
  };
}
