import { addEvent, logOf, podOn, setLog, unready } from './faults.ts';
import { upTo } from './node-faults.ts';
import { at, type Sample } from './sample.ts';
import { logLine } from './start-log.ts';

/** One line of Felix: level, source file, message. */
export type FelixLine = readonly [level: string, file: string, message: string];

export interface Deaths {
  readonly version: string;
  readonly lines: readonly FelixLine[];
  /** Runs of Felix inside the container. */
  readonly times?: number;
  /** Seconds from one run to the next. */
  readonly every?: number;
  /** Seconds before the snapshot at which the last run began. */
  readonly ago?: number;
}

/** What Felix writes run after run, each run under a pid of its own; the last one ends just before the snapshot. */
export function felixRuns(
  sample: Sample,
  { version, lines, times = 4, every = 3, ago = 4 }: Deaths,
): readonly string[] {
  return Array.from({ length: times }, (_, run) => {
    const start = at(sample, -ago - (times - 1 - run) * every);
    const say = ([level, file, message]: FelixLine, index: number): string =>
      logLine({ start, version }, 0.1 * index, level, 'felix', file, message).replace(
        '[61]',
        `[${61 + 40 * run}]`,
      );
    const all: FelixLine[] = [['INFO', 'daemon.go', 'Felix starting up'], ...lines];
    return [
      ...all.map(say),
      ...(lines.some(([level]) => level === 'PANIC') ? ['goroutine 1 [running]:'] : []),
    ];
  }).flat();
}

/** A node whose Felix ends again and again and has never been ready, in a container that goes on. */
export function felixDies(sample: Sample, node: string, deaths: Deaths): void {
  const pod = podOn(sample, node);
  const start = upTo(logOf(sample, pod), 'Calico node started successfully');
  setLog(sample, pod, 'calico-node', `${start}${felixRuns(sample, deaths).join('\n')}\n`);
  unready(pod);
}

/** What the kubelet says of a pod whose Felix does not serve its health. */
export const refusedProbe = (sample: Sample, node: string): void =>
  addEvent(
    sample,
    podOn(sample, node),
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: felix is not ready: Get "http://localhost:9099/readiness": dial tcp 127.0.0.1:9099: connect: connection refused',
    { count: 44, ago: 6 },
  );

/** Appends what Felix says on a node that is well, some seconds before the snapshot. */
export function felixAdds(
  sample: Sample,
  node: string,
  version: string,
  lines: readonly (readonly [ago: number, ...line: FelixLine])[],
): void {
  const pod = podOn(sample, node);
  const added = lines.map(([ago, level, file, message]) =>
    logLine({ start: at(sample, -ago), version }, 0, level, 'felix', file, message),
  );
  setLog(sample, pod, 'calico-node', `${logOf(sample, pod)}${added.join('\n')}\n`);
}

/** The newest line of a log that says that all is well, so many seconds before the snapshot. */
export const felixHeals = (ago: number): readonly [number, ...FelixLine] => [
  ago,
  'INFO',
  'health.go',
  'Overall health status changed: live=true ready=true',
];

/** Marks the end of a node's log with an ordinary line at the time of the snapshot. */
export const felixGoesOn = (sample: Sample, node: string, version: string): void =>
  felixAdds(sample, node, version, [
    [0, 'INFO', 'summary.go', 'Summarising 9 dataplane reconciliation loops over 1m0s'],
  ]);

/** What iptables-restore answered, as Felix logs it. */
export const restoreFailed = (errorOutput: string): FelixLine => [
  'WARNING',
  'table.go',
  `Failed to execute ip(6)tables-restore command error=exit status 1 errorOutput="${errorOutput}" input="*filter\\n:cali-wl-to-host - -\\nCOMMIT\\n" ipVersion=0x4 output="" table="filter"`,
];

/** Felix' end when iptables does not take its rules. */
export const gaveUp: readonly FelixLine[] = [
  ['WARNING', 'table.go', 'Failed to program iptables, will retry error=exit status 1'],
  [
    'ERROR',
    'table.go',
    'Failed to program iptables, loading diags before panic. error=exit status 1',
  ],
  ['PANIC', 'table.go', 'Failed to program iptables, giving up after retries error=exit status 1'],
];
