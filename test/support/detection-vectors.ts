import { readFileSync } from 'node:fs';
import type { Surroundings } from '../../internal/calico/autodetection/can-reach.ts';
import {
  detect,
  type Detection,
  type SaidLine,
} from '../../internal/calico/autodetection/detect.ts';
import type { Lookup } from '../../internal/calico/autodetection/destination.ts';
import { hostAddress, type HostInterface } from '../../internal/calico/autodetection/host.ts';
import { parseRoutes } from '../../internal/calico/autodetection/routes.ts';

/** The form of `test/vectors/*.json`; the README there says what the fields mean. */
export interface VectorInterface {
  readonly n: string;
  readonly f: readonly string[];
  readonly a: readonly { readonly c: string; readonly p?: string; readonly s?: string }[];
}

export type Inventories = Readonly<Record<string, readonly VectorInterface[]>>;

export interface ExpectedDetection {
  readonly r: readonly string[];
  readonly result: string;
  readonly iface?: string;
  readonly cidr?: string;
  readonly exit?: number;
  readonly excluded: readonly string[] | null;
  readonly log: readonly string[];
}

export interface DetectionVector {
  readonly id: string;
  readonly inv: string;
  readonly method: string;
  readonly ver: number;
  readonly source: string;
  readonly addresses?: readonly (readonly [string, string])[] | null;
  readonly routes?: readonly string[];
  readonly out: readonly ExpectedDetection[];
}

export interface DetectionFile {
  readonly releases: readonly string[];
  readonly inventories: Inventories;
  readonly vectors: readonly DetectionVector[];
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

export const addressesOf = (
  list: readonly (readonly [string, string])[] | null | undefined,
): readonly { type: string; address: string }[] | null =>
  list?.map(([type, address]) => ({ type, address })) ?? null;

/** The interfaces of an inventory, in its order. */
export const interfacesOf = (
  inventory: readonly VectorInterface[],
  isReal: boolean,
): readonly HostInterface[] =>
  inventory.map(({ n, f, a }) => ({
    name: n,
    // Where the list was handed to the code, the machine itself had no interface up.
    isUp: isReal && f.includes('up'),
    addresses: a.flatMap(({ c, p, s }) => {
      const address = hostAddress(c, p !== undefined);
      return address ? [s === 'link' || s === 'host' ? { ...address, scope: s } : address] : [];
    }),
  }));

// The machine of the vectors has `localhost` in its hosts file and a name server that cannot be reached.
const resolve = (name: string): Lookup =>
  name === 'localhost'
    ? { addresses: ['127.0.0.1'] }
    : {
        error: ' on 192.0.2.53:53: dial udp 192.0.2.53:53: connect: network is unreachable',
      };

export const surroundingsOf = (routes: readonly string[]): Surroundings => ({
  routes: parseRoutes(routes),
  resolve,
});

/** Lines as the vectors have them: what holds a line end is several lines there. */
export const linesOf = (log: readonly SaidLine[]): readonly string[] =>
  log
    .flatMap(({ level, message }) => `${level} ${message}`.split('\n'))
    .filter((line) => line !== '');

function simulate(file: DetectionFile, vector: DetectionVector, release: string): Detection {
  return detect({
    method: vector.method,
    family: vector.ver === 4 ? 4 : 6,
    calicoVersion: release,
    interfaces: interfacesOf(file.inventories[vector.inv] ?? [], vector.source === 'namespace'),
    nodeAddresses: addressesOf(vector.addresses),
    surroundings: surroundingsOf(vector.routes ?? []),
  });
}

/** JSON with the keys of every object in order, so that equal values have equal texts. */
export const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

function difference(got: Detection, { r: _releases, ...wanted }: ExpectedDetection): string | null {
  const plain = sortedJson({
    result: got.result,
    ...(got.result === 'found' ? { iface: got.iface, cidr: got.cidr } : {}),
    ...(got.result === 'exit' ? { exit: got.exit } : {}),
    excluded: got.excluded,
    log: linesOf(got.log),
  });
  return plain === sortedJson(wanted) ? null : `got ${plain}, wanted ${sortedJson(wanted)}`;
}

/** How many answers of a release were read, and the ones on which the simulation disagrees. */
export interface Tally {
  read: number;
  readonly differences: string[];
}

/** Runs every vector of a file at every release that it has an answer for. */
export function tallyDetections(file: DetectionFile): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const vector of file.vectors) {
    for (const wanted of vector.out) {
      for (const release of wanted.r) {
        const tally = tallies.get(release) ?? { read: 0, differences: [] };
        tallies.set(release, tally);
        tally.read += 1;
        const problem = difference(simulate(file, vector, release), wanted);
        if (problem)
          tally.differences.push(
            `${vector.id} ${release} IPv${vector.ver} ${JSON.stringify(vector.method)}: ${problem}`,
          );
      }
    }
  }
  return tallies;
}
