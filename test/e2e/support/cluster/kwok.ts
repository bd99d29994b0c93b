import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { controlPlaneTools } from '../../../../scripts/e2e-tools.ts';
import { goTool } from '../../../../scripts/go-tool.ts';
import type { ControlPlane } from '../control-plane.ts';

/** Whose pods kwok is to run: nobody's, or all but calico-node's, which then are always well. */
export type KwokPods = 'none' | 'ordinary';

const version = { apiVersion: 'kwok.x-k8s.io/v1alpha1' };

const ordinary = {
  matchExpressions: [
    { key: '.metadata.labels["k8s-app"]', operator: 'NotIn', values: ['calico-node'] },
    { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
    { key: '.status.phase', operator: 'NotIn', values: ['Running'] },
  ],
};

const statusTemplate = `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
podIP: {{ with .spec.hostNetwork }}{{ $.status.hostIP | default "127.0.0.1" | Quote }}{{ else }}{{ PodIPWith .spec.nodeName false "" "" "" | Quote }}{{ end }}
conditions:
{{ range $type := list "Initialized" "Ready" "ContainersReady" }}
- { type: {{ $type }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: true, restartCount: 0, started: true, state: { running: { startedAt: {{ $now | Quote }} } } }
{{ end }}
`;

const podStages = [
  {
    ...version,
    kind: 'Stage',
    metadata: { name: 'pod-runs' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: ordinary,
      next: { statusTemplate },
    },
  },
  {
    ...version,
    kind: 'Stage',
    metadata: { name: 'pod-ends' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: {
        matchExpressions: [
          { key: '.metadata.labels["k8s-app"]', operator: 'NotIn', values: ['calico-node'] },
          { key: '.metadata.deletionTimestamp', operator: 'Exists' },
        ],
      },
      next: { delete: true },
    },
  },
];

// Without a stage for nodes kwok would take its own, which write a status of its own making.
const nodeStage = {
  ...version,
  kind: 'Stage',
  metadata: { name: 'node-stays' },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Node' },
    selector: { matchLabels: { 'example.com/never': 'true' } },
    next: {},
  },
};

const neverPod = {
  ...nodeStage,
  metadata: { name: 'pod-stays' },
  spec: { ...nodeStage.spec, resourceRef: { apiGroup: 'v1', kind: 'Pod' } },
};

/** Lets kwok renew the leases of all nodes, so that the controllers take their kubelets for alive. */
export async function startKwok(
  controlPlane: ControlPlane,
  pods: KwokPods = 'none',
  leaseSeconds = 40,
): Promise<void> {
  const { programs, kubeconfig } = controlPlane;
  const stages = [nodeStage, ...(pods === 'ordinary' ? podStages : [neverPod])];
  const config = path.join(programs.folder, 'kwok.yaml');
  writeFileSync(config, stages.map((stage) => `---\n${JSON.stringify(stage)}\n`).join(''), {
    mode: 0o600,
  });
  await programs.start('kwok', await goTool(controlPlaneTools.kwok), [
    `--kubeconfig=${kubeconfig}`,
    `--config=${config}`,
    '--manage-all-nodes=true',
    `--node-lease-duration-seconds=${leaseSeconds}`,
    '--cidr=10.250.0.0/16',
    '--node-ip=127.0.0.1',
  ]);
}
