import type { Core } from '../../cmd/tui/core.ts';
import type { Event, Effect } from '../../cmd/tui/events.ts';
import type { KeyName } from '../../cmd/tui/keys.ts';
import { reduce } from '../../cmd/tui/reduce.ts';
import { initialState, type State } from '../../cmd/tui/state.ts';
import type { ApplyOutcome } from '../../internal/model/apply.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { ChangeStep, DrainStep, Plan } from '../../internal/model/plan.ts';
import type { AddressForecast } from '../../internal/model/remedy.ts';
import { findingOf, diagnosisOf, installOf, remedyOf } from './diagnosis.ts';

export const size = { columns: 80, rows: 24 };

/** A key or a typed text, or any other event: `text:abc` is typed. */
export type Input = KeyName | `text:${string}` | Exclude<Event, { readonly type: 'key' | 'text' }>;

const eventOf = (input: Input): Event => {
  if (typeof input === 'object') return input;
  return input.startsWith('text:')
    ? { type: 'text', text: input.slice('text:'.length) }
    : { type: 'key', key: input as KeyName };
};

export interface Played {
  readonly state: State;
  /** Of all events together, in order. */
  readonly effects: readonly Effect[];
}

/** The state after events, one after the other. */
export const played = (state: State, ...inputs: readonly Input[]): Played =>
  inputs.reduce<Played>(
    (before, input) => {
      const step = reduce(before.state, eventOf(input));
      return { state: step.state, effects: [...before.effects, ...step.effects] };
    },
    { state, effects: [] },
  );

export const forecastOf = (parts: Partial<AddressForecast> = {}): AddressForecast => ({
  node: 'rack2-n07',
  family: 4,
  now: '10.4.0.1',
  nowInterface: 'nerdctl0',
  then: '10.51.0.17',
  thenInterface: 'ens3',
  outcome: 'changes',
  ...parts,
});

/** Two findings: an address with two methods and a runbook, and a node that is to be drained. */
export const twoFaults = (): Diagnosis =>
  diagnosisOf({
    verdict: 'findings',
    nodes: 3,
    nodesWithWorkingCalico: 1,
    findings: [
      findingOf({
        remedies: [
          remedyOf({ id: 'autodetection-method', addresses: [forecastOf()] }),
          remedyOf({ id: 'autodetection-method-cidr', addresses: [forecastOf()] }),
          remedyOf({
            id: 'remove-interface',
            title: 'Take the bridge away',
            action: 'manual',
            changes: [],
            manual: ['# on rack2-n07', 'sudo ip link delete nerdctl0', 'ip -brief address'],
          }),
        ],
      }),
      findingOf({
        id: 'node-overload-liveness-refused',
        title: 'rack2-n09 is drowned in load',
        affected: [{ kind: 'Node', name: 'rack2-n09' }],
        remedies: [remedyOf({ id: 'drain-node', changes: [], drains: ['rack2-n09'] })],
      }),
    ],
  });

export const changeStepOf = (parts: Partial<ChangeStep> = {}): ChangeStep => ({
  kind: 'change',
  change: {
    ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
    verb: 'patch',
    patchType: 'merge',
    body: { spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: null } } } },
  },
  before: null,
  after: null,
  kubectl: ['kubectl patch installation default --type merge -p \'{"spec":{}}\''],
  ...parts,
});

export const drainStepOf = (parts: Partial<DrainStep> = {}): DrainStep => ({
  kind: 'drain',
  node: 'rack2-n09',
  cordon: null,
  pods: [],
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
  kubectl: ['kubectl drain rack2-n09 --ignore-daemonsets'],
  ...parts,
});

export const planOf = (parts: Partial<Plan> = {}): Plan => ({
  source: { kind: 'live', name: 'harbour', server: 'https://127.0.0.1:6443' },
  install: installOf(),
  items: [
    {
      finding: { id: 'wrong-ip-autodetected', title: 'a bridge', affected: [] },
      remedy: {
        id: 'autodetection-method',
        title: 'Use the address that Kubernetes knows',
        action: 'apply',
        risk: 'restarts-pods',
      },
    },
  ],
  steps: [changeStepOf()],
  addresses: [forecastOf()],
  consequences: ['calico-node restarts on 3 nodes, 1 at a time.'],
  manual: [],
  durable: [],
  conflicts: [],
  refusal: null,
  ...parts,
});

export const outcomeOf = (parts: Partial<ApplyOutcome> = {}): ApplyOutcome => ({
  result: 'verified',
  recordId: '20260301-120000-abc',
  messages: ['rack2-n07 has 10.51.0.17 now.'],
  hints: ['kubectl calico-fix undo 20260301-120000-abc'],
  missingRole: null,
  diagnosis: diagnosisOf({ verdict: 'healthy', findings: [] }),
  ...parts,
});

/** The wizard with a diagnosis on the screen. */
export const shown = (diagnosis: Diagnosis = twoFaults(), isDump = false): State =>
  played(initialState(size, { isDump, nowMs: 0 }), {
    type: 'gathered',
    diagnosis,
    recordId: null,
  }).state;

const columns = [
  { method: 'kubernetes-internal-ip', cells: [forecastOf()], objections: [] },
  { method: 'cidr=10.51.0.0/24', cells: [forecastOf()], objections: ['changes shop-1'] },
];

/** What the wizard has done, without a cluster: two methods, a plan, and an application that is verified. */
export const fakeCore = (parts: Partial<Core> = {}): Core => ({
  gather: () => Promise.resolve(twoFaults()),
  plan: () => Promise.resolve({ plan: planOf(), problems: [], hints: [] }),
  methods: () => Promise.resolve(columns),
  simulate: () => Promise.resolve('not a method'),
  dryRun: (plan) =>
    Promise.resolve({
      plan,
      trial: { kind: 'ask', answers: [], refusal: null },
      isRefused: false,
      missingRole: '',
    }),
  apply: () => Promise.resolve(outcomeOf()),
  save: () => Promise.resolve('report.md'),
  newestRecord: () => Promise.resolve({ id: null, problem: '' }),
  ...parts,
});
