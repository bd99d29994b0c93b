import type { NodeAddressAutodetection } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { itemsOf } from './snapshot-lists.ts';

export type MethodField = 'nodeAddressAutodetectionV4' | 'nodeAddressAutodetectionV6';

/** Several address methods in one field of an Installation, in the order in which the operator would take them. */
export interface SetMethods {
  readonly installation: string;
  readonly field: MethodField;
  readonly methods: readonly MethodName[];
}

export type MethodName = keyof NodeAddressAutodetection;

const order: readonly MethodName[] = [
  'interface',
  'skipInterface',
  'canReach',
  'firstFound',
  'cidrs',
  'kubernetes',
];

// tigera/operator pkg/controller/installation/validation.go: empty strings and lists, and `firstFound: false`, are not set.
function isSet(value: NodeAddressAutodetection[MethodName]): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'boolean' ? value : (value?.length ?? 0) > 0;
}

/** The fields of all Installations that set more than one address method. */
export function methodsSet(snapshot: Snapshot): readonly SetMethods[] {
  const fields: readonly MethodField[] = [
    'nodeAddressAutodetectionV4',
    'nodeAddressAutodetectionV6',
  ];
  return itemsOf(snapshot, 'installations').flatMap(({ metadata, spec }) =>
    fields.flatMap((field) => {
      const value = spec?.calicoNetwork?.[field];
      const methods = order.filter((name) => value && isSet(value[name]));
      return methods.length > 1 ? [{ installation: metadata.name, field, methods }] : [];
    }),
  );
}
