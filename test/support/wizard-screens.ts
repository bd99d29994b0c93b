import { noProgress, progressAfter } from '../../cmd/tui/apply-progress.ts';
import { initialState, type Screen, type State } from '../../cmd/tui/state.ts';
import type { ApplyEvent } from '../../internal/model/apply.ts';
import {
  drainStepOf,
  forecastOf,
  outcomeOf,
  planOf,
  played,
  shown,
  size,
  twoFaults,
} from './wizard.ts';

const nodes = Array.from({ length: 60 }, (_, index) => `rack-with-a-long-name-${index}`);

export const columns = ['kubernetes-internal-ip', 'cidr=10.51.0.0/24', 'interface=^ens3$'].map(
  (method, place) => ({
    method,
    cells: nodes.map((node, index) =>
      forecastOf({ node, outcome: (['stays', 'changes', 'none', 'unknown'] as const)[index % 4] }),
    ),
    objections: place === 2 ? ['finds nothing on rack-with-a-long-name-2'] : [],
  }),
);

const rollout: readonly ApplyEvent[] = [
  { kind: 'phase', phase: 'rights', expectedSeconds: null, limitSeconds: null },
  { kind: 'recorded', id: '20260301-120000-abc' },
  { kind: 'phase', phase: 'rollout', expectedSeconds: 240, limitSeconds: 600 },
  {
    kind: 'rollout',
    ref: { kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' },
    desired: 60,
    updated: 3,
    ready: 58,
    nodes: nodes.map((node, index) => ({
      node,
      state: (['ready', 'starting', 'failing'] as const)[index % 3] ?? 'ready',
      reason: index % 3 === 2 ? 'CrashLoopBackOff' : '',
    })),
    elapsedSeconds: 61,
    expectedSeconds: 240,
    limitSeconds: 600,
  },
];

const podStates = ['gone', 'evicting', 'blocked', 'terminating', 'skipped', 'failed'] as const;
const drain: readonly ApplyEvent[] = [
  { kind: 'phase', phase: 'drain', expectedSeconds: null, limitSeconds: 600 },
  { kind: 'node', node: 'rack2-n09', state: 'cordoned' },
  ...podStates.map((state, index): ApplyEvent => ({
    kind: 'pod',
    node: 'rack2-n09',
    namespace: 'shop',
    name: `checkout-6f7d9-${index}`,
    state,
    reason: state === 'blocked' ? 'budget shop/checkout allows none' : '',
  })),
  { kind: 'waiting', text: 'waiting for 3 pods to end', elapsedSeconds: 12, limitSeconds: 600 },
];

const progressOf = (events: readonly ApplyEvent[]) =>
  events.reduce((progress, event) => progressAfter(progress, event, 0), noProgress(0));

/** The wizard with a screen over the list of findings, a minute after it was read. */
export const laid = (screen: Screen): State => {
  const state = shown();
  return { ...state, nowMs: 61_000, screens: [...state.screens, screen] };
};

export const task = {
  title: 'Use the address that Kubernetes knows',
  undoes: null,
  afterwards: [],
};

export const preview = {
  name: 'preview',
  task,
  consent: null,
  request: { kind: 'remedy', finding: 0, remedy: 'autodetection-method' },
  plan: planOf(),
  problems: [],
  hints: [],
  dryRun: 'accepted',
  trial: { kind: 'ask', answers: [], refusal: null },
  part: 'summary',
  scroll: 0,
} as const;

export const methods = {
  name: 'methods',
  finding: 0,
  columns,
  problem: '',
  column: 2,
  row: 30,
  filter: '',
  own: null,
} as const;

const drainStep = (node: string) =>
  drainStepOf({
    node,
    pods: [
      { namespace: 'shop', name: 'checkout-6f7d9', uid: 'u1', verdict: 'evict', reason: '' },
      { namespace: 'kube-system', name: 'calico-node-a', uid: 'u2', verdict: 'skip', reason: '' },
    ],
    concerns: [{ id: 'no-room', text: 'No other node has room for it.', isBlocking: false }],
  });
const drains = planOf({
  steps: [drainStep('rack2-n09'), drainStep('rack2-n10')],
  addresses: [],
  items: [
    {
      finding: { id: 'node-overload-liveness-refused', title: 'load', affected: [] },
      remedy: {
        id: 'drain-node',
        title: 'Empty the nodes',
        action: 'apply',
        risk: 'interrupts-traffic',
      },
    },
  ],
});
const byHand = planOf({
  steps: [],
  addresses: [],
  durable: ['# in the values of the chart', 'helm upgrade calico'],
  refusal: 'A change in the cluster would be taken back: make it at its source.',
});
const reboot = ['# on rack2-n09, as root', 'reboot', '# then', 'kubectl uncordon rack2-n09'];

const confirm = { name: 'confirm', task, plan: planOf(), words: ['yes'], typed: 0 } as const;
const applying = { name: 'applying', task, isStopping: false } as const;
const outcome = { name: 'outcome', task, scroll: 0 } as const;

/** A state for each screen, and for what each can be in. */
export const everyScreen = (): Readonly<Record<string, State>> => {
  const opening = initialState(size, { isDump: false, nowMs: 0 });
  return {
    gathering: opening,
    'gathering-slowly': {
      ...opening,
      nowMs: 20_000,
      gathering: {
        state: 'running',
        phase: 'reading the cluster',
        done: 12,
        total: 67,
        startedMs: 0,
        problem: '',
        hint: '',
      },
    },
    'gathering-failed': played(opening, {
      type: 'gather-failed',
      problem: 'nodes: the API server does not answer',
      hint: 'kubectl get nodes tells whether it is reachable.',
    }).state,
    verdict: shown(),
    checks: played(shown(), 'checks').state,
    filter: played(shown(), 'filter', 'text:n09').state,
    finding: played(shown(), 'enter').state,
    remedies: played(shown(), 'enter', 'enter').state,
    methods: laid(methods),
    'methods-reckoning': laid({ ...methods, columns: null, column: 0, row: 0 }),
    'methods-none': laid({ ...methods, columns: [], column: 0, row: 0 }),
    'own-method': laid({
      ...methods,
      own: { text: 'cidr=10', column: null },
      problem: 'no network',
    }),
    preview: laid(preview),
    'preview-commands': laid({ ...preview, part: 'commands' }),
    'preview-diff': laid({ ...preview, part: 'diff' }),
    'preview-planning': laid({ ...preview, plan: null, dryRun: 'none' }),
    'preview-asking': laid({ ...preview, dryRun: 'running' }),
    'preview-without': laid({
      ...preview,
      plan: null,
      dryRun: 'none',
      problems: ['interface=nothing finds no address on rack2-n07.'],
    }),
    'preview-missing-rights': laid({
      ...preview,
      dryRun: 'refused',
      trial: { kind: 'ask', answers: [], refusal: 'You may not patch installations.' },
      hints: ['kind: ClusterRole', 'rules: []'],
    }),
    'preview-drains': laid({ ...preview, plan: drains, task: { ...task, afterwards: reboot } }),
    'preview-by-hand': laid({ ...preview, plan: byHand, dryRun: 'none' }),
    'preview-undo': laid({
      ...preview,
      task: { ...task, undoes: '20260301-120000-abc' },
      request: { kind: 'undo', record: '20260301-120000-abc' },
    }),
    'preview-of-a-dump': { ...laid({ ...preview, dryRun: 'none' }), isDump: true },
    confirm: laid({ ...confirm, text: 'ye' }),
    'confirm-drains': laid({
      ...confirm,
      plan: drains,
      words: ['rack2-n09', 'rack2-n10'],
      typed: 1,
      text: 'rack2',
    }),
    applying: laid({ ...applying, progress: progressOf(rollout) }),
    'applying-drain': laid({ ...applying, progress: progressOf(drain) }),
    'applying-stopping': laid({ ...applying, progress: progressOf(drain), isStopping: true }),
    outcome: laid({ ...outcome, outcome: outcomeOf() }),
    'outcome-afterwards': laid({
      ...outcome,
      task: { ...task, afterwards: reboot },
      outcome: outcomeOf(),
    }),
    'outcome-rolled-back': laid({
      ...outcome,
      outcome: outcomeOf({ result: 'rolled-back', messages: ['The first new pod failed.'] }),
    }),
    'outcome-unknown': laid({
      ...outcome,
      outcome: outcomeOf({ result: 'not-verified', diagnosis: null }),
    }),
    runbook: played(shown(), 'enter', 'enter', 'down', 'down', 'enter').state,
    'runbook-last': played(shown(), 'enter', 'enter', 'down', 'down', 'enter', 'last').state,
    help: played(shown(twoFaults()), 'help').state,
  };
};
