import type { Cluster, Refused, Right } from '../model/cluster.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { DrainStep } from '../model/plan.ts';
import type { DrainFacts } from '../plan/drain-facts.ts';
import { drainRefusals, drainStep } from '../plan/drain-step.ts';
import { isBudgetRefusal, nextStep, removalOf } from './drain-answer.ts';
import type { ApplyContext } from './context.ts';
import { readDrainFacts } from './drain-facts.ts';
import { nameOf, reasonOf } from './objects.ts';
import { inParallel } from './parallel.ts';

/** A drain as it would go now. Nothing was changed. */
export interface DrainTrial {
  /** Judged anew, by what was just read. */
  readonly step: DrainStep;
  readonly facts: DrainFacts;
  /** Why it cannot be begun, as sentences; empty if it can. */
  readonly refusals: readonly string[];
  /** What would hold it up at the moment, and the server's own warnings. */
  readonly warnings: readonly string[];
  /** Rights that turned out to be missing. */
  readonly missing: readonly Right[];
}

interface Answer {
  readonly refused: Refused | null;
  readonly what: string;
  readonly warnings: readonly string[];
}

const atATime = 8;

// A webhook that has side effects keeps the server from trying (apiserver admission/plugin/webhook/errors).
const isUntriable = ({ status, message }: Refused): boolean =>
  status === 400 && /does not support dry run/i.test(message);

async function tried(cluster: Cluster, change: Parameters<Cluster['send']>[0]): Promise<Answer> {
  const reply = await cluster.send(change, { isDryRun: true });
  return {
    refused: reply.state === 'done' ? null : reply,
    what: nameOf(change.ref),
    warnings: reply.state === 'done' ? reply.warnings : [],
  };
}

const isInTheWay = (refused: Refused): boolean => {
  if (isUntriable(refused)) return false;
  return nextStep(refused) === 'hopeless' || refused.status === null;
};

/** The pods that a step evicts, as they were read. */
export const leavingPods = ({ node, pods }: DrainStep, facts: DrainFacts): readonly Pod[] =>
  pods
    .filter(({ verdict }) => verdict === 'evict')
    .flatMap(
      ({ namespace, name }) =>
        facts.pods.find(
          ({ metadata, spec }) =>
            metadata.name === name &&
            (metadata.namespace ?? 'default') === namespace &&
            spec?.nodeName === node,
        ) ?? [],
    );

async function tryRequests(
  step: DrainStep,
  facts: DrainFacts,
  cluster: Cluster,
): Promise<readonly Answer[]> {
  const removals = leavingPods(step, facts).map((pod) => removalOf(pod, step.options));
  // The guard of a cordon is put in again when it is sent: a node's status is written all the time.
  const cordon = step.cordon ? [{ ...step.cordon.change, guard: {} }] : [];
  return inParallel([...cordon, ...removals], atATime, (change) => tried(cluster, change));
}

/**
 * Reads everything anew, judges all pods, and has the API server try the cordon and each eviction (`dryRun=All`). A budget is asked
 * for each pod by itself, so that the third of three may still have to wait.
 */
export async function tryDrain(
  planned: DrainStep,
  { cluster, clock }: Pick<ApplyContext, 'cluster' | 'clock'>,
): Promise<DrainTrial> {
  const facts = await readDrainFacts(cluster, [planned.node], clock);
  const step = drainStep(planned.node, facts, planned.options);
  const refusals = drainRefusals(step);
  if (refusals.length > 0) return { step, facts, refusals, warnings: [], missing: [] };
  const answers = await tryRequests(step, facts, cluster);
  const said = answers.flatMap(({ refused, what }) => (refused ? [{ refused, what }] : []));
  return {
    step,
    facts,
    refusals: said
      .filter(({ refused }) => isInTheWay(refused))
      .map(({ refused, what }) => words.refused(what, reasonOf(refused))),
    warnings: [
      ...said
        .filter(({ refused }) => isBudgetRefusal(refused))
        .map(({ refused, what }) => words.held(what, reasonOf(refused))),
      ...said
        .filter(({ refused }) => isUntriable(refused))
        .map(({ refused, what }) => words.untried(what, reasonOf(refused))),
      ...answers.flatMap(({ warnings }) => warnings),
    ],
    missing: said.flatMap(({ refused }) => refused.right ?? []),
  };
}

const words = {
  refused: (what: string, reason: string): string => `${what}: the API server refuses: ${reason}`,
  held: (what: string, reason: string): string => `${what} would have to wait now: ${reason}`,
  untried: (what: string, reason: string): string => `${what} could not be tried: ${reason}`,
};
