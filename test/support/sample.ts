import type { ContainerLog, ListName, Lists, Snapshot } from '../../internal/model/snapshot.ts';
import { snapshotOf } from './snapshot.ts';

/** The model's types without `readonly`: samples are built by changing a healthy cluster. */
export type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

export type MutableLists = { [Name in ListName]?: Mutable<Lists[Name]>[] };

/** A cluster in the making: what a snapshot or a dump will hold. */
export interface Sample {
  takenAt: string;
  serverVersion: string | null;
  lists: MutableLists;
  logs: ContainerLog[];
}

/** What the diagnosis of a sample must say. */
export interface Expectation {
  readonly verdict: 'healthy' | 'findings' | 'undetermined' | 'unknown';
  /** Id of the first finding; null if there must be none of severity error. */
  readonly first: string | null;
  /** Nodes that the first finding is about, in any order. */
  readonly nodes?: readonly string[];
  readonly renderer?: string;
  readonly owner?: string;
  /** Ids that must not be found at any severity: the look-alikes. */
  readonly never?: readonly string[];
}

export interface Scenario {
  /** The folder below test/dumps. */
  readonly name: string;
  /** One sentence: what happened in this cluster. */
  readonly title: string;
  readonly demo?: boolean;
  /** `cluster-info`: as `kubectl cluster-info dump` writes it; `objects`: one YAML file and a file for each log. */
  readonly layout: 'cluster-info' | 'objects';
  readonly expect: Expectation;
  readonly build: () => Sample;
}

/** The sample as checks see it. */
export const snapshotFrom = (sample: Sample): Snapshot =>
  snapshotOf({
    takenAt: sample.takenAt,
    serverVersion: sample.serverVersion,
    lists: structuredClone(sample.lists),
    logs: structuredClone(sample.logs),
  });

/** Adds an object to a list, making the list where it was not read so far. */
export function add<Name extends ListName>(
  sample: Sample,
  name: Name,
  ...objects: Mutable<Lists[Name]>[]
): void {
  const lists: { [Key in ListName]?: Mutable<Lists[Key]>[] } = sample.lists;
  const list = lists[name];
  if (list) list.push(...objects);
  else lists[name] = objects as MutableLists[Name]; // the same type, which TypeScript does not follow through the index
}

/** Seconds before (negative) or after the sample's time, as RFC 3339. */
export const at = (sample: Sample, seconds: number): string =>
  `${new Date(Date.parse(sample.takenAt) + seconds * 1000).toISOString().slice(0, 19)}Z`;
