import type { Services } from './shell.ts';
import { toolVersion } from './version.ts';

/** The real services. Everything behind them is loaded when it is first called. */
export const services: Services = {
  gather: async (flags, shell, onProgress) => {
    const { gatherCluster } = await import('./gather.ts');
    return await gatherCluster(flags, shell, onProgress);
  },
  readDump: async (path) => {
    const { readDump } = await import('../internal/cluster/dump.ts');
    return await readDump(path);
  },
  diagnose: async (snapshot, nodes) => {
    const { diagnose } = await import('../internal/checks/run.ts');
    const { clearUpInSteps } = await import('../internal/cluster/memory.ts');
    const diagnosis = diagnose(snapshot, { toolVersion, nodes });
    clearUpInSteps();
    return diagnosis;
  },
  writeBundle: async (snapshot, path) => {
    const { writeBundle } = await import('../internal/cluster/bundle.ts');
    await writeBundle(snapshot, path);
  },
  openCluster: async (flags, shell, onProgress) => {
    const { openCluster } = await import('./open-cluster.ts');
    return openCluster(flags, shell, onProgress);
  },
  engine: async (shell) => {
    const { engineFor } = await import('./engine.ts');
    return engineFor(shell);
  },
};
