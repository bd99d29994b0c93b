import type { Api } from './api.ts';
import type { ServedGroups } from './discovery.ts';
import type { Right } from './target.ts';

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
  /** Says once for all namespaces that a right is missing without which it goes on. */
  readonly leaveOut: (right: Right) => void;
  /** All that was said; of what was left out, not what `failed` says already. */
  readonly warnings: (failed?: readonly Right[]) => readonly string[];
  /** Counts a task as a step of a phase and returns its result. */
  readonly step: <T>(phase: Phase, task: Promise<T>) => Promise<T>;
}

/** Begins a gathering. */
export function startRun(api: Api, groups: ServedGroups, options: GatherOptions): Run {
  const warnings = new Set<string>();
  const leftOut = new Map<string, Set<string>>();
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
    leaveOut: (right) => {
      const places = leftOut.get(nameOf(right)) ?? new Set();
      leftOut.set(nameOf(right), places.add(right.namespace ?? ''));
    },
    warnings: (failed = []) => {
      const known = new Set(failed.map(nameOf));
      const others = [...leftOut].filter(([right]) => !known.has(right));
      return [...warnings, ...others.map(toldMissing)];
    },
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

const nameOf = ({ verb, resource }: Right): string => `${verb} ${resource}`;

function toldMissing([what, places]: readonly [string, ReadonlySet<string>]): string {
  const named = [...places].filter((place) => place !== '').toSorted();
  const where = named.length === 0 ? '' : ` in ${named.join(', ')}`;
  return `The right to ${what}${where} is missing: what is there was left out.`;
}
