import {
  goalTable,
  growthTable,
  keyTable,
  type Sides,
  type Size,
  sizeTable,
  whyMoreBytes,
} from './bench-cluster-report.ts';
import type { KeyTimes } from './bench-cluster-wizard.ts';

/** What a run has come to. */
export interface Result {
  readonly sizes: readonly Size[];
  /** Null where there was no terminal to press keys in. */
  readonly keys: readonly KeyTimes[] | null;
}

export interface Circumstances {
  readonly machine: string;
  /** `2026-01-31` */
  readonly day: string;
  readonly rounds: number;
  readonly sides: Sides;
}

const intro = `# Benchmarks

How \`diagnose\` does in large clusters, next to kubectl on the same API server. Written by

    npm run bench:cluster -- --write

which brings up etcd and kube-apiserver on loopback and fills them: nodes with calico-node, kube-proxy and five ordinary pods
each, 34 images in every node's status, a lease, and on one node in a hundred a calico-node that gave out the address of a
bridge and is not ready. Nothing else runs in that cluster.

- *Time* is the middle one of several rounds, in which all take turns. Calls of kubectl are made one after the other and added
  up. Neither kubectl nor \`diagnose\` prints to a terminal. *CPU* is what they had of the processors, the server's part not
  counted: it says more where the machine is busy.
- *Received* is what came from the server on the wire: compressed bodies, headers and TLS; all pass through a proxy that counts
  them. *Requests* are those that \`-v=6\` tells of; kubectl had the kinds of the server in its cache.
- *Peak memory* is the most that a process held at a time (VmHWM), of all rounds the highest.
- kubectl is asked for JSON, as a person would. \`diagnose\` lets the server send nodes and pods in its binary form, which holds the
  same in about half as many bytes, and asks for JSON where something in it is unknown to it.
- *Narrowed* is what \`diagnose\` needs of these three kinds: nodes, DaemonSets, and of the pods Calico's. Beyond that it reads the
  nodes' leases, which tell whose clock is wrong and whose kubelet is silent; Calico's own settings; and all pods and logs of 20
  sick nodes and a healthy one.
- *Keys* are timed from the key to what the wizard draws, in a terminal of 120 by 40. Escape takes longer, as the wizard has to
  wait whether it begins the code of another key.

The figures depend on what else the machine does, so its load is noted. The last run:
`;

/** The text of BENCHMARKS.md with a result. */
export const bookOf = (text: string): string => `${intro}\n${text}`;

const thousands = (count: number): string => count.toLocaleString('en-US');

/** The result as Markdown. */
export function report(
  { sizes, keys }: Result,
  { machine, day, rounds, sides }: Circumstances,
): string {
  const last = sizes.at(-1);
  const why = last ? whyMoreBytes(last, sides) : null;
  const lines = [
    `${day}, ${machine}. Rounds: ${rounds}.`,
    ...sizes.flatMap((size) => [
      '',
      `## ${thousands(size.nodes)} nodes, ${thousands(7 * size.nodes)} pods`,
      '',
      ...sizeTable(size),
      '',
      `Load of the machine over a minute: ${size.load.map((one) => one.toFixed(1)).join(' before, ')} after.`,
    ]),
    '',
    '## Growth',
    ...sizes.slice(1).flatMap((size, place) => {
      const before = sizes[place];
      return before ? ['', ...growthTable(before, size)] : [];
    }),
    ...(last
      ? [
          '',
          `## The wizard at ${thousands(last.nodes)} nodes`,
          '',
          ...(keys ? keyTable(keys) : ['Not measured: there is no `script` to lend a terminal.']),
          '',
          `## Goals at ${thousands(last.nodes)} nodes`,
          '',
          ...goalTable(last, sides, keys),
          ...(why === null ? [] : ['', why]),
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
