import path from 'node:path';
import { type GoTool, goTool, goVersion, nameOfTool } from './go-tool.ts';

const moduleOf = (name: string): string =>
  path.join(import.meta.dirname, '../test/e2e/tools', name);

/** krew, the manager of kubectl plugins, at the version that the end-to-end tests are written for. */
export const krew: GoTool = { module: moduleOf('krew'), package: 'sigs.k8s.io/krew/cmd/krew' };

/** krew's own check of a manifest, which its index runs on every submission. */
export const krewValidator: GoTool = {
  module: moduleOf('krew'),
  package: 'sigs.k8s.io/krew/cmd/validate-krew-manifest',
};

const kubernetesVersion = { major: '1', minor: '36', git: 'v1.36.3' };

// Kubernetes' own build writes these with the linker; without them every program calls itself v0.0.0.
const versionDefinitions = [
  `k8s.io/component-base/version.gitMajor=${kubernetesVersion.major}`,
  `k8s.io/component-base/version.gitMinor=${kubernetesVersion.minor}`,
  `k8s.io/component-base/version.gitVersion=${kubernetesVersion.git}`,
];

function kubernetesTool(name: string): GoTool {
  const module = moduleOf('kubernetes');
  return { module, package: `k8s.io/kubernetes/cmd/${name}`, definitions: versionDefinitions };
}

/** The programs of a real control plane. */
export const controlPlaneTools = {
  etcd: { module: moduleOf('etcd'), package: 'go.etcd.io/etcd/server/v3', name: 'etcd' },
  apiServer: kubernetesTool('kube-apiserver'),
  controllerManager: kubernetesTool('kube-controller-manager'),
  scheduler: kubernetesTool('kube-scheduler'),
  kubectl: kubernetesTool('kubectl'),
  kwok: {
    module: moduleOf('kwok'),
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    definitions: ['sigs.k8s.io/kwok/pkg/consts.Version=0.8.0'],
  },
} as const satisfies Readonly<Record<string, GoTool>>;

const allTools: readonly GoTool[] = [krew, krewValidator, ...Object.values(controlPlaneTools)];

// Builds what the end-to-end tests would build themselves, and says where it is.
async function main(): Promise<number> {
  if ((await goVersion()) === null) {
    console.error(
      'There is no Go on PATH. The end-to-end tests and the sandbox build Kubernetes, etcd, kwok and krew from source:\n' +
        'install Go 1.26 or newer (https://go.dev/dl/) and run this again. Without it those tests are skipped; npm test needs none.',
    );
    return 2;
  }
  for (const tool of allTools) console.log(`${nameOfTool(tool)}  ${await goTool(tool)}`);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
