import type * as k8s from '../model/kubernetes.ts';
import type { ShapeOf } from './shape-types.ts';

/** An object of which no field is known. */
export const anyObject = { fields: {} } as const;

/** Fields that are all strings. */
export function strings<Name extends string>(
  ...names: readonly Name[]
): { readonly [Key in Name]: 'string' };
export function strings(...names: readonly string[]): Readonly<Record<string, 'string'>> {
  return Object.fromEntries(names.map((name) => [name, 'string']));
}

/** Fields that are all numbers. */
export function numbers<Name extends string>(
  ...names: readonly Name[]
): { readonly [Key in Name]: 'number' };
export function numbers(...names: readonly string[]): Readonly<Record<string, 'number'>> {
  return Object.fromEntries(names.map((name) => [name, 'number']));
}

const metadata: ShapeOf<k8s.Metadata> = {
  fields: {
    ...strings('name', 'namespace', 'uid', 'resourceVersion'),
    ...strings('creationTimestamp', 'deletionTimestamp'),
    generation: 'number',
    finalizers: 'list of strings',
    labels: 'map of strings',
    annotations: 'map of strings',
    ownerReferences: {
      listOf: {
        fields: { ...strings('apiVersion', 'kind', 'name', 'uid'), controller: 'boolean' },
      },
    },
    managedFields: {
      listOf: { fields: { ...strings('manager', 'operation', 'time'), fieldsV1: anyObject } },
    },
  },
};

/** What every object has. */
export const base = { apiVersion: 'string', kind: 'string', metadata } as const;

/** `status.conditions`, the same everywhere. */
export const conditions: { readonly listOf: ShapeOf<k8s.Condition> } = {
  listOf: {
    fields: {
      ...strings('type', 'status', 'reason', 'message', 'lastTransitionTime', 'lastHeartbeatTime'),
      observedGeneration: 'number',
    },
  },
};
