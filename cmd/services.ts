import type { Services } from './shell.ts';
import { toolVersion } from './version.ts';

/** The real services. Everything behind them is loaded when it is first called. */
export const services: Services = {
  gather: async (flags, shell, onProgress) => {
    const { gatherCluster } = await import('./gather.ts');
    return await gatherCluster(flags, shell, onProgress);
  },
  readDump: async () => {
    throw new Error('not wired yet');
  },
  diagnose: async (snapshot, nodes) => {
    const { diagnose } = await import('../internal/checks/run.ts');
    return diagnose(snapshot, { toolVersion, nodes });
  },
  writeBundle: async () => {
    throw new Error('not wired yet');
  },
};
