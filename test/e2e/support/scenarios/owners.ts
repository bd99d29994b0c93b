import { setTimeout as wait } from 'node:timers/promises';
import type { Install, SimulatedCluster } from '../cluster/cluster.ts';
import { createAll } from '../cluster/cluster.ts';
import { openCrd } from '../cluster/calico-objects.ts';
import { application, applications, startGitOps } from '../cluster/git-ops.ts';
import { startHelm } from '../cluster/helm-release.ts';
import { installationCrd } from '../cluster/operator-crds.ts';
import { type Repository, repositoryOf } from '../cluster/repository.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Json, KubeClient } from '../kube-client.ts';
import { addBridge, byOperator, machines } from './parts.ts';
import { nodeAt, type Scenario } from './scenario.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const installations = '/apis/operator.tigera.io/v1/installations';
const schema = installationCrd({ hasProbeOverride: false });

const pool = { cidr: '10.244.0.0/14', encapsulation: 'VXLANCrossSubnet' };
const network = { ipPools: [pool] };
// With all that the operator would fill in: a list is one value to Argo CD, which would take it out again and again.
const wholeNetwork = {
  ipPools: [
    {
      ...pool,
      allowedUses: ['Workload', 'Tunnel'],
      assignmentMode: 'Automatic',
      blockSize: 26,
      disableBGPExport: false,
      disableNewAllocations: false,
      name: 'default-ipv4-ippool',
      natOutgoing: 'Enabled',
      nodeSelector: 'all()',
    },
  ],
};
const right = { kubernetes: 'NodeInternalIP', firstFound: false };

const installation = (nodeAddressAutodetectionV4: object): Json => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name: 'default' },
  spec: { calicoNetwork: { ...wholeNetwork, nodeAddressAutodetectionV4 } },
});
const values = (calicoNetwork: object): Json => ({ installation: { calicoNetwork } });

/** The repository of the scenario `gitops`, which has the Installation. */
export const gitOf = (controlPlane: ControlPlane): Repository =>
  repositoryOf(controlPlane, 'installation.yaml');
/** The values of the Helm release in the scenario `helm`. */
export const valuesOf = (controlPlane: ControlPlane): Repository =>
  repositoryOf(controlPlane, 'values.yaml');

type Owner = (
  controlPlane: ControlPlane,
  say: (line: string) => void,
) => Promise<{ readonly stop: () => Promise<void> }>;

const servedWithinMs = 30_000;

async function untilServed(client: KubeClient, collection: string): Promise<void> {
  const deadline = Date.now() + servedWithinMs;
  while ((await client.find(collection).catch(() => null)) === null) {
    if (Date.now() > deadline) throw new Error(`${collection} is not served`);
    await wait(100);
  }
}

/** An install whose Installation is made by something else, before the operator comes. */
const ownedBy = (
  install: Install,
  objects: readonly (readonly [string, object])[],
  begin: Owner,
): Install => ({
  ...install,
  begin: async (client, controlPlane, say) => {
    await createAll(client, [[crds, schema], ...objects]);
    await untilServed(client, installations);
    const owner = await begin(controlPlane, say);
    const stop = await install.begin(client, controlPlane, say);
    return async () => {
      await owner.stop();
      await stop();
    };
  },
});

const argoObjects: readonly (readonly [string, object])[] = [
  [
    crds,
    openCrd('argoproj.io', 'v1alpha1', 'applications', 'Application', { scope: 'Namespaced' }),
  ],
  ['/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }],
  [applications, application],
];

const beginGitOps: Owner = async (controlPlane, say) => {
  const repository = gitOf(controlPlane);
  repository.commit(installation({ firstFound: true }));
  say(`what Argo CD takes for its repository is ${repository.file}`);
  const client = controlPlane.client('argocd-application-controller');
  return await startGitOps({ client, repository, say });
};

const beginHelm: Owner = async (controlPlane, say) => {
  const repository = valuesOf(controlPlane);
  repository.commit(values(network));
  say(
    `the values of the release calico are in ${repository.file}; helm upgrades it when they change`,
  );
  return await startHelm({ client: controlPlane.client('helm'), repository, say });
};

const gitops: Scenario = {
  id: 'gitops',
  title: 'as bridge-address, but Argo CD owns the Installation, and heals what is changed in it',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix fix: it prints what belongs into the repository',
    'kubectl -n argocd patch application calico --type merge -p \'{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}\'',
    'kubectl calico-fix fix: it says how long the change lasts now',
    'kubectl -n argocd patch application calico --type merge -p \'{"operation":{"sync":{}}}\'',
    'press c to commit what it prints',
  ],
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines(options, 3);
    addBridge(nodeAt(nodes, 1));
    const spec = byOperator(nodes, {}, options);
    return { ...spec, install: ownedBy(spec.install, argoObjects, beginGitOps) };
  },
  cure: {
    told: 'the repository has the address method now, and Argo CD applies it',
    does: ({ controlPlane }: SimulatedCluster) => gitOf(controlPlane).commit(installation(right)),
  },
};

const helm: Scenario = {
  id: 'helm',
  title: 'as bridge-address, but a Helm release owns the Installation',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix fix: it says how long the change lasts, and prints the values',
    'press c to put them into the release and upgrade it',
  ],
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines(options, 3);
    addBridge(nodeAt(nodes, 1));
    const spec = byOperator(nodes, {}, options);
    return { ...spec, install: ownedBy(spec.install, [], beginHelm) };
  },
  cure: {
    told: 'the values have the address method now, and helm upgrades the release',
    does: ({ controlPlane }: SimulatedCluster) =>
      valuesOf(controlPlane).commit(values({ ...network, nodeAddressAutodetectionV4: right })),
  },
};

/** Incidents in clusters whose Installation is written by a tool. */
export const ownerScenarios: readonly Scenario[] = [gitops, helm];
