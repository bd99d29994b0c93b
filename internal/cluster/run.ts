import type { Api } from './api.ts';
import type { ServedGroups } from './discovery.ts';

export type Phase = 'lists' | 'nodes' | 'logs';

/** How far gathering is: `done` of `total` steps of a phase; `total` may grow while it runs. */
export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

export interface GatherOptions {
  /** Look for Calico in this namespace only (`-n`). */
  readonly namespace?: string;
  /** Look into these nodes, sick or not, and into no others (`--node`). */
  readonly nodes?: readonly string[];
  /** RFC 3339, for a server that does not tell its time. */
  readonly now: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** What the steps of one gathering share. */
export interface Run {
  readonly api: Api;
  readonly options: GatherOptions;
  readonly groups: ServedGroups;
  /** Says something to the user, once. */
  readonly warn: (sentence: string) => void;
  readonly warnings: () => readonly string[];
  /** Counts a task as a step of a phase and returns its result. */
  readonly step: <T>(phase: Phase, task: Promise<T>) => Promise<T>;
}

/** Begins a gathering. */
export function startRun(api: Api, groups: ServedGroups, options: GatherOptions): Run {
  const warnings = new Set<string>();
  const counts = { lists: [0, 0], nodes: [0, 0], logs: [0, 0] } satisfies Record<Phase, number[]>;
  const count = (phase: Phase, done: number, total: number): void => {
    const [doneBefore = 0, totalBefore = 0] = counts[phase];
    counts[phase] = [doneBefore + done, totalBefore + total];
    options.onProgress?.({ phase, done: doneBefore + done, total: totalBefore + total });
  };
  return {
    api,
    options,
    groups,
    warn: (sentence) => warnings.add(sentence),
    warnings: () => [...warnings],
    step: async (phase, task) => {
      count(phase, 0, 1);
      try {
        return await task;
      } finally {
        count(phase, 1, 0);
      }
    },
  };
}
