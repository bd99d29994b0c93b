import type { ApplyOutcome } from '../../internal/model/apply.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type {
  ChangeStep,
  DrainStep,
  JudgedPod,
  Plan,
  PlanItem,
} from '../../internal/model/plan.ts';
import type { ChangeRecord } from '../../internal/model/record.ts';
import type { AddressForecast } from '../../internal/model/remedy.ts';
import { installOf } from './diagnosis.ts';

export const planItemOf = (parts: Partial<PlanItem> = {}): PlanItem => ({
  finding: {
    id: 'wrong-ip-autodetected',
    title: 'rack2-n07 gave out the address of a bridge',
    affected: [{ kind: 'Node', name: 'rack2-n07' }],
  },
  remedy: {
    id: 'autodetection-method',
    title: 'Use the address that Kubernetes knows',
    action: 'apply',
    risk: 'restarts-pods',
  },
  ...parts,
});

/** An Installation whose spec is the one given. */
export const installationOf = (spec: Readonly<Record<string, unknown>>): KubeObject =>
  Object.assign(
    {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'default', uid: 'u1', resourceVersion: '7' },
    },
    { spec },
  );

export const changeStepOf = (parts: Partial<ChangeStep> = {}): ChangeStep => ({
  kind: 'change',
  change: {
    ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
    verb: 'patch',
    patchType: 'merge',
    body: {
      spec: {
        calicoNetwork: {
          nodeAddressAutodetectionV4: { firstFound: null, kubernetes: 'NodeInternalIP' },
        },
      },
    },
  },
  before: installationOf({
    calicoNetwork: { bgp: 'Enabled', nodeAddressAutodetectionV4: { firstFound: true } },
    variant: 'Calico',
  }),
  after: installationOf({
    calicoNetwork: { bgp: 'Enabled', nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' } },
    variant: 'Calico',
  }),
  kubectl: [
    `kubectl patch installation default --type merge -p '{"spec":{"calicoNetwork":{"nodeAddressAutodetectionV4":{"firstFound":null,"kubernetes":"NodeInternalIP"}}}}'`,
  ],
  ...parts,
});

export const judgedPodOf = (parts: Partial<JudgedPod> = {}): JudgedPod => ({
  namespace: 'shop',
  name: 'till-1',
  uid: 'p1',
  verdict: 'evict',
  reason: '',
  ...parts,
});

export const drainStepOf = (parts: Partial<DrainStep> = {}): DrainStep => ({
  kind: 'drain',
  node: 'rack2-n03',
  cordon: changeStepOf({
    change: {
      ref: { apiVersion: 'v1', kind: 'Node', name: 'rack2-n03' },
      verb: 'patch',
      patchType: 'strategic',
      body: { spec: { unschedulable: true } },
    },
  }),
  pods: [judgedPodOf()],
  concerns: [],
  options: {
    ignoreDaemonSets: true,
    deleteEmptyDirData: false,
    force: false,
    gracePeriodSeconds: -1,
    timeoutSeconds: 600,
    podSelector: '',
    disableEviction: false,
    skipWaitForDeleteTimeoutSeconds: 0,
    allowControlPlane: false,
  },
  kubectl: ['kubectl drain rack2-n03 --ignore-daemonsets --timeout=600s'],
  ...parts,
});

export const forecastOf = (parts: Partial<AddressForecast> = {}): AddressForecast => ({
  node: 'rack2-n01',
  family: 4,
  now: '10.40.2.11',
  nowInterface: 'bond0',
  then: '10.40.2.11',
  thenInterface: 'bond0',
  outcome: 'stays',
  ...parts,
});

export const planFixture = (parts: Partial<Plan> = {}): Plan => ({
  source: { kind: 'live', name: 'plant-7', server: 'https://plant-7.example:6443' },
  install: installOf(),
  items: [planItemOf()],
  steps: [changeStepOf()],
  addresses: [],
  consequences: ['The operator restarts calico-node on one node after the other.'],
  manual: [],
  durable: [],
  conflicts: [],
  refusal: null,
  ...parts,
});

export const outcomeOf = (parts: Partial<ApplyOutcome> = {}): ApplyOutcome => ({
  result: 'verified',
  recordId: '20260402-031145-k3f',
  messages: [],
  hints: [],
  missingRole: null,
  diagnosis: null,
  ...parts,
});

export const recordOf = (parts: Partial<ChangeRecord> = {}): ChangeRecord => ({
  version: 1,
  id: '20260402-031145-k3f',
  at: '2026-04-02T03:11:45Z',
  toolVersion: '9.8.7',
  cluster: { uid: 'c1', context: 'plant-7', server: 'https://plant-7.example:6443' },
  items: [planItemOf()],
  state: 'verified',
  steps: [
    {
      change: changeStepOf().change,
      state: 'sent',
      before: changeStepOf().before,
      after: changeStepOf().after,
      isUndoable: true,
    },
  ],
  ...parts,
});
