import type { ListName } from '../model/snapshot.ts';
import { isRecord } from './json.ts';

type Raw = Readonly<Record<string, unknown>>;

// What nobody reads and what fills the memory with thousands of nodes. DaemonSets and Installations keep managedFields: who
// wrote a field decides what may be changed.
const managers = ['metadata', 'managedFields'];
const parts: { readonly [Name in ListName]?: readonly (readonly string[])[] } = {
  daemonSets: [],
  installations: [],
  deployments: [],
  helmChartConfigs: [],
  nodes: [
    managers,
    ['status', 'images'],
    ['status', 'volumesInUse'],
    ['status', 'volumesAttached'],
  ],
  ipamBlocks: [managers, ['spec', 'attributes']],
  helmCharts: [managers, ['spec', 'chartContent']],
  argoApplications: [managers, ['status'], ['operation']],
};

function without(object: Raw, [field, ...rest]: readonly string[]): Raw {
  if (field === undefined || !Object.hasOwn(object, field)) return object;
  const { [field]: part, ...others } = object;
  if (rest.length === 0) return others;
  return isRecord(part) ? { ...object, [field]: without(part, rest) } : object;
}

/** An object of that list as the API gives it, without its bulky parts that nobody reads. What is no object stays as it is. */
export function slim(list: ListName, object: unknown): unknown {
  if (!isRecord(object)) return object;
  return (parts[list] ?? [managers]).reduce(without, object);
}
