import path from 'node:path';
import { type GoTool, goTool, goVersion } from './go-tool.ts';

const krewModule = path.join(import.meta.dirname, '../test/e2e/tools/krew');

/** krew, the manager of kubectl plugins, at the version that the end-to-end tests are written for. */
export const krew: GoTool = { module: krewModule, package: 'sigs.k8s.io/krew/cmd/krew' };

/** krew's own check of a manifest, which its index runs on every submission. */
export const krewValidator: GoTool = {
  module: krewModule,
  package: 'sigs.k8s.io/krew/cmd/validate-krew-manifest',
};

// Builds what the end-to-end tests would build themselves, and says where it is.
async function main(): Promise<number> {
  if ((await goVersion()) === null) {
    console.error(
      'There is no Go on PATH: the tests that need krew will say that they are skipped.',
    );
    return 2;
  }
  for (const tool of [krew, krewValidator]) {
    console.log(`${path.basename(tool.package)}  ${await goTool(tool)}`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = await main();
