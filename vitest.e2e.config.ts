import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/support/release.ts'],
    // They wait most of the time: for rollouts, probes and drains in real time.
    maxWorkers: 3,
    maxConcurrency: 2,
    // A real control plane keeps real time: on a machine that is busy a step may miss its limit.
    retry: 1,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
