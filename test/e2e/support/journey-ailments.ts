import { isObject } from '../../support/json.ts';
import { speechOf } from './cluster/calico-speech.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';
import { containerLog, type Ending, type Program } from './cluster/container-log.ts';
import type { Container } from './cluster/containers.ts';
import { valueAt } from './cluster/operator-rules.ts';
import type { PodMachine } from './cluster/pod-machine.ts';
import type { Fault } from './journey-faults.ts';

/** Level, component, source file and message. */
export type SaidLine = readonly [level: string, component: string, file: string, message: string];

/** What calico-node suffers from as long as something is so: the stand-in itself knows nothing of it. */
export interface Ailment {
  /** Looks at what it depends on beside the pods. */
  readonly refresh?: () => Promise<void>;
  /** Whether this container has it, by its template or by what else is true now. */
  readonly has: (container: Container, pod: PodMachine) => boolean;
  /** The container that has it; `calico-node` unless told. */
  readonly container?: string;
  /** What it says each time. */
  readonly says?: readonly SaidLine[];
  /** What its probes come to. */
  readonly probe?: string;
  /** How it ends. */
  readonly ending?: Ending;
  /** What else shows of it, of a pod that has it. */
  readonly shows?: (pod: PodMachine, container: Container, now: number) => void;
}

/** A fault that begins with changes of objects, and goes on as an ailment. */
export interface AilingFault extends Omit<Fault, 'bringUp' | 'takeAway'> {
  readonly ails: (cluster: SimulatedCluster) => Promise<Ailment> | Ailment;
  readonly bringUp?: Fault['bringUp'];
  readonly takeAway?: Fault['takeAway'];
}

const everyMs = 250;
const restSeconds = 2;
const secondsNow = (): number => Date.now() / 1000;
const releaseOf = ({ image }: Container): string => /:(v[\d.]+)/.exec(image)?.[1] ?? 'v3.32.1';

interface Ill {
  readonly ailment: Ailment;
  readonly pod: PodMachine;
  readonly hasEnded: () => boolean;
}

// The program of a container, with what the ailment makes of it; what was said because of it goes with the fault.
function ill({ ailment, pod, hasEnded }: Ill, container: Container, own: Program): Program {
  const said = containerLog();
  const speech = speechOf(said, releaseOf(container));
  const has = (): boolean => !hasEnded() && ailment.has(container, pod);
  let last = 0;
  let heard = 0;
  return {
    log: {
      get lines() {
        if (hasEnded()) return own.log.lines;
        return [...own.log.lines, ...said.lines].toSorted((a, b) => a.at - b.at);
      },
      add: own.log.add,
    },
    step: (now) => {
      own.step(now);
      const { length } = own.log.lines;
      // It has the last word, as it goes on; and is said again, as what is over is not.
      if (!has() || (now < last + restSeconds && length === heard)) return;
      [last, heard] = [now, length];
      for (const line of ailment.says ?? []) speech.line(now, ...line);
    },
    exit: () => (has() && last > 0 ? (ailment.ending ?? own.exit()) : own.exit()),
    probe: (probe, now) => {
      // Killed once, so that it does not look as if it were only starting; then what it says stands.
      const isSpared = probe.kind === 'liveness' && container.restarts > 0;
      return (has() && !isSpared ? ailment.probe : undefined) ?? own.probe(probe, now);
    },
    stop: own.stop,
  };
}

const isCalico = (pod: PodMachine): boolean =>
  pod.containers.some(({ name }) => name === 'calico-node');

/** Makes a fault of calico-node that the stand-in does not know by itself. */
export function ailing({ ails, bringUp, takeAway, ...fault }: AilingFault): Fault {
  let timer: NodeJS.Timeout | null = null;
  const end = (): void => {
    if (timer) clearInterval(timer);
    timer = null;
  };
  const begin = async (cluster: SimulatedCluster): Promise<void> => {
    const known = new WeakSet<Program>();
    const own = await ails(cluster);
    const { container: name = 'calico-node', has, shows, refresh } = own;
    const hasEnded = (): boolean => timer === null;
    const look = (): void => {
      void refresh?.().catch(() => {});
      for (const pod of cluster.kubelets.pods().filter(isCalico)) {
        const container = pod.containers.find((one) => one.name === name);
        if (container?.program && !known.has(container.program)) {
          container.program = ill({ ailment: own, pod, hasEnded }, container, container.program);
          known.add(container.program);
        }
        if (container && shows && has(container, pod)) shows(pod, container, secondsNow());
      }
    };
    timer = setInterval(look, everyMs);
    look();
  };
  return {
    ...fault,
    bringUp: async (cluster) => {
      await begin(cluster);
      await bringUp?.(cluster);
    },
    takeAway: async (cluster) => {
      end();
      await takeAway?.(cluster);
    },
  };
}

const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const list = valueAt(value, ...path);
  return Array.isArray(list) ? list : [];
};

/** The variable of a container's template; undefined where it has none, or none with a value. */
export function variableOf({ spec }: Container, name: string): string | undefined {
  const found = listAt(spec, 'env')
    .filter(isObject)
    .find((one) => one['name'] === name);
  return typeof found?.['value'] === 'string' ? found['value'] : undefined;
}
