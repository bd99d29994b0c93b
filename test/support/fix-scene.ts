import type { Engine, Services } from '../../cmd/shell.ts';
import { applyPlan } from '../../internal/apply/apply.ts';
import { readDrainFacts } from '../../internal/apply/drain-facts.ts';
import { dryRunPlan } from '../../internal/apply/dry-run.ts';
import { undoPlan } from '../../internal/apply/undo.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { runScene, type Ran, type Scene } from './cli.ts';
import { memoryJournal, type MemoryJournal } from './fix-run.ts';
import type { MemoryCluster } from './memory-cluster.ts';

export interface FixScene {
  readonly cluster: MemoryCluster;
  readonly journal: MemoryJournal;
  readonly services: Pick<Services, 'gather' | 'openCluster' | 'diagnose' | 'engine'>;
  /** Runs a command line against the cluster, with the real checks and the real engine. */
  readonly run: (args: readonly string[], scene?: Scene) => Promise<Ran>;
}

/** The shell before a cluster in memory: what a user at its terminal sees. */
export function fixScene(cluster: MemoryCluster, engine: Partial<Engine> = {}): FixScene {
  const journal = memoryJournal();
  let count = 0;
  const parts: Engine = {
    applyPlan,
    dryRunPlan,
    readDrainFacts,
    undoPlan,
    journal: () => journal,
    clock: cluster.clock,
    newSuffix: () => `t${(count += 1)}`,
    ...engine,
  };
  const services: FixScene['services'] = {
    gather: () => cluster.gather(),
    openCluster: () => Promise.resolve({ cluster, close: () => undefined }),
    diagnose: (snapshot, nodes) =>
      Promise.resolve(diagnose(snapshot, { toolVersion: 'test', nodes })),
    engine: () => Promise.resolve(parts),
  };
  const run = (args: readonly string[], scene: Scene = {}): Promise<Ran> =>
    runScene(args, { ...scene, services: { ...services, ...scene.services } });
  return { cluster, journal, services, run };
}
