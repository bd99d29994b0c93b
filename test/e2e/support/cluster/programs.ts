import { calicoRun } from './calico-run.ts';
import type { Container, Raw } from './containers.ts';
import type { Program } from './container-log.ts';
import { initRun } from './init-runs.ts';
import { plainRun } from './plain-run.ts';
import { environmentOf } from './template-env.ts';
import type { Machine, World } from './world.ts';

const releaseOf = (image: string): string => /:(v\d+\.\d+\.\d+)/.exec(image)?.[1] ?? 'v3.32.1';

/** What runs in the containers of a machine's pods. */
export const programsOf =
  (world: World, machine: Machine) =>
  (pod: Raw, container: Container, startedAt: number): Program => {
    const version = releaseOf(container.image);
    if (container.isInit) return initRun(container.name, machine, startedAt, version);
    if (container.name !== 'calico-node') return plainRun(machine, startedAt);
    const env = environmentOf(world, pod, machine.facts.internalIp, container.spec);
    return calicoRun({ world, machine, version, env: () => env, startedAt });
  };
