import { crashLoop, nodeOf, podOn, setLog, storeAddress } from './faults.ts';
import { at, type Sample } from './sample.ts';
import { logLine } from './start-log.ts';

export type SaidLine = readonly [level: string, message: string];

export interface StartFailure {
  readonly version?: string;
  /** The lines are of the run before, and this one has hardly begun. */
  readonly isBefore?: boolean;
  readonly lived?: number;
}

/** Makes calico-node on a node end at once, again and again, with these lines; nothing is stored for the node then. */
export function failsWith(
  sample: Sample,
  node: string,
  lines: readonly SaidLine[],
  { version = 'v3.27.2', isBefore = false, lived = 1 }: StartFailure = {},
): void {
  const pod = podOn(sample, node);
  storeAddress(nodeOf(sample, node), null);
  const now = isBefore ? 'running' : 'waiting';
  crashLoop(sample, pod, { lived, exitCode: 1, reason: 'Error', restarts: 5, now });
  const say = (seconds: number, level: string, message: string): string =>
    logLine({ start: at(sample, -42), version }, seconds, level, 'startup', 'startup.go', message);
  const text = [
    say(0, 'INFO', 'Early log level set to info'),
    ...lines.map(([level, message], index) => say(0.1 + index / 100, level, message)),
    say(0.3, 'WARNING', 'Terminating'),
    'Calico node failed to start',
    '',
  ].join('\n');
  setLog(
    sample,
    pod,
    'calico-node',
    isBefore ? say(38, 'INFO', 'Early log level set to info') : text,
  );
  if (isBefore) setLog(sample, pod, 'calico-node', text, true);
}

/** Sets a variable of calico-node in all its pods and in the DaemonSet; undefined takes it away. */
export function setVariable(sample: Sample, name: string, value: string | undefined): void {
  const pods = (sample.lists.pods ?? []).map(({ spec }) => spec);
  const templates = (sample.lists.daemonSets ?? []).map(({ spec }) => spec?.template?.spec);
  for (const spec of [...pods, ...templates]) {
    const container = spec?.containers?.find((item) => item.name === 'calico-node');
    if (!container) continue;
    const others = (container.env ?? []).filter((variable) => variable.name !== name);
    container.env = value === undefined ? others : [...others, { name, value }];
  }
}
