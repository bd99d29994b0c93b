import { startNode } from '../../internal/calico/autodetection/start-node.ts';
import type {
  StartResult,
  StoredInterface,
  StoredNode,
} from '../../internal/calico/autodetection/start-types.ts';
import {
  addressesOf,
  interfacesOf,
  linesOf,
  sortedJson,
  surroundingsOf,
  type Inventories,
  type Tally,
} from './detection-vectors.ts';

export interface ExpectedStart {
  readonly exit: number | null;
  readonly changed?: boolean;
  readonly writes: readonly unknown[];
  readonly log: readonly string[];
}

export interface StartVector {
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly inv: string;
  readonly addresses: readonly (readonly [string, string])[] | null;
  readonly node: StoredNode & {
    readonly exists: boolean;
    readonly interfaces?: readonly StoredInterface[];
  };
  readonly others: readonly StoredNode[];
  readonly listError?: string;
  readonly out: Readonly<Record<string, ExpectedStart>>;
}

export interface BinaryRun {
  readonly id: string;
  readonly release: string;
  readonly inv: string;
  readonly env: Readonly<Record<string, string>>;
  readonly before: RecordedNode;
  readonly after: RecordedNode;
  readonly otherBefore?: RecordedNode;
  readonly exit: number;
  readonly log: readonly string[];
}

interface RecordedNode {
  readonly annotations: Readonly<Record<string, string>>;
  readonly addresses: readonly (readonly [string, string])[];
}

export interface StartFile {
  readonly inventories: Inventories;
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  readonly vectors: readonly StartVector[];
  readonly binaryRuns?: readonly BinaryRun[];
}

// `[INFO] startup/startup.go 555: message` without the place.
const withoutPlace = (line: string): string =>
  line.replace(/^(?:\S+ \S+ )?\[(\w+)\](?:\[\d+\])? \S+ \S+ /, '$1 ');

function simulate(file: StartFile, vector: StartVector, release: string): StartResult {
  const { env, node, others, listError } = vector;
  return startNode({
    env,
    calicoVersion: release,
    interfaces: interfacesOf(file.inventories[vector.inv] ?? [], false),
    nodeAddresses: addressesOf(vector.addresses),
    surroundings: surroundingsOf([]),
    node,
    others,
    ...(listError === undefined ? {} : { listError }),
  });
}

function difference(got: StartResult, wanted: ExpectedStart): string | null {
  const { exit, changed, writes } = got;
  const log = linesOf(got.log);
  const plain = sortedJson({ exit, writes, log, ...(changed === undefined ? {} : { changed }) });
  const expected = sortedJson({ ...wanted, log: wanted.log.map(withoutPlace) });
  return plain === expected ? null : `got ${plain}, wanted ${expected}`;
}

/** Runs every vector of a file at every release that it has an answer for. */
export function tallyStarts(file: StartFile): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const vector of file.vectors) {
    for (const [release, wanted] of Object.entries(vector.out)) {
      const tally = tallies.get(release) ?? { read: 0, differences: [] };
      tallies.set(release, tally);
      tally.read += 1;
      const problem = difference(simulate(file, vector, release), wanted);
      if (problem) tally.differences.push(`${vector.id} ${release}: ${problem}`);
    }
  }
  return tallies;
}

const prefix = 'projectcalico.org/';

function storedNode(name: string, recorded: RecordedNode): StartVector['node'] {
  const ipv4Address = recorded.annotations[`${prefix}IPv4Address`];
  const ipv6Address = recorded.annotations[`${prefix}IPv6Address`];
  const list = recorded.annotations[`${prefix}Interfaces`];
  return {
    name,
    exists: true,
    bgp:
      ipv4Address || ipv6Address
        ? { ...(ipv4Address ? { ipv4Address } : {}), ...(ipv6Address ? { ipv6Address } : {}) }
        : null,
    ...(list ? { interfaces: JSON.parse(list) as StoredInterface[] } : {}),
  };
}

function storedAnnotations(run: BinaryRun, { writes }: StartResult): Record<string, string> {
  const last = writes.at(-1)?.spec;
  if (!last) return { ...run.before.annotations };
  const { ipv4Address, ipv6Address, asNumber } = last.bgp ?? {};
  const { interfaces } = last;
  return {
    ...(ipv4Address ? { [`${prefix}IPv4Address`]: ipv4Address } : {}),
    ...(ipv6Address ? { [`${prefix}IPv6Address`]: ipv6Address } : {}),
    ...(asNumber === undefined ? {} : { [`${prefix}ASNumber`]: String(asNumber) }),
    ...(interfaces ? { [`${prefix}Interfaces`]: JSON.stringify(interfaces) } : {}),
  };
}

// The whole program says more than the routine, before and after it.
const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
  let at = 0;
  for (const line of whole) if (line === part[at]) at += 1;
  return at === part.length;
};

function runDifference(file: StartFile, run: BinaryRun): string | null {
  const name = run.env['NODENAME'] ?? '';
  const got = startNode({
    env: run.env,
    calicoVersion: run.release,
    interfaces: interfacesOf(file.inventories[run.inv] ?? [], true),
    nodeAddresses: addressesOf(run.before.addresses),
    surroundings: surroundingsOf(file.routes?.[run.inv] ?? []),
    node: storedNode(name, run.before),
    others: run.otherBefore ? [storedNode('w-08', run.otherBefore)] : [],
  });
  const log = linesOf(got.log);
  const annotations = sortedJson(storedAnnotations(run, got));
  const wanted = sortedJson(run.after.annotations);
  if ((got.exit ?? 0) !== run.exit) return `exit ${got.exit}, wanted ${run.exit}`;
  if (annotations !== wanted) return `stored ${annotations}, wanted ${wanted}`;
  return isSubsequence(log, run.log.map(withoutPlace)) ? null : `said ${log.join(' | ')}`;
}

/** Compares the runs of the real program with the routine: exit, what is stored in the end, and that it says these lines. */
export function tallyRuns(file: StartFile): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const run of file.binaryRuns ?? []) {
    const tally = tallies.get(run.release) ?? { read: 0, differences: [] };
    tallies.set(run.release, tally);
    tally.read += 1;
    const problem = runDifference(file, run);
    if (problem) tally.differences.push(`${run.id}: ${problem}`);
  }
  return tallies;
}
