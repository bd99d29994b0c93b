import { expect, test } from 'vitest';
import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';
import type { Deed } from './deed.ts';
import { basis } from './deeds.ts';
import { essence } from './objects.ts';
import type { Seen } from './proxy.ts';
import { brokenRules } from './rules.ts';

const nodePath = '/api/v1/nodes/pier-1';
const podPath = '/api/v1/namespaces/cargo/pods/crane-0';

const node = (unschedulable: boolean) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'pier-1' },
  spec: unschedulable ? { unschedulable } : {},
});
const objects = (unschedulable: boolean) => new Map([[nodePath, essence(node(unschedulable))]]);

const cordon: RecordedStep = {
  change: { ref: { apiVersion: 'v1', kind: 'Node', name: 'pier-1' }, verb: 'patch', body: {} },
  state: 'sent',
  before: node(false),
  after: node(true),
  isUndoable: true,
};

const eviction: RecordedStep = {
  change: {
    ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'cargo', name: 'crane-0' },
    verb: 'evict',
    body: null,
  },
  state: 'sent',
  before: null,
  after: null,
  isUndoable: false,
};

const record = (steps: readonly RecordedStep[], state: ChangeRecord['state']): ChangeRecord => ({
  version: 1,
  id: '20261121-101500-abc',
  at: '2026-11-21T10:15:00Z',
  toolVersion: '0.1.0',
  cluster: { uid: 'u', context: 'c', server: 's' },
  items: [],
  state,
  steps,
});

const wrote = (method: string, url: string, body: object): Seen => ({
  method,
  url,
  isWrite: true,
  fault: null,
  answer: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) },
  isTrue: true,
  msSinceInterrupt: null,
  atMs: 0,
  answeredAtMs: 0,
  isOverExpired: false,
});

const cordoning = wrote('PATCH', `${nodePath}?fieldManager=x`, node(true));
const evicting = wrote('POST', `${podPath}/eviction`, { kind: 'Status' });

const drained: Deed = {
  ran: {
    args: ['fix', '--yes'],
    code: 1,
    stdout: 'kubectl uncordon pier-1',
    stderr: '',
    seconds: 1,
  },
  seen: [...basis, cordoning, evicting],
  before: objects(false),
  after: objects(true),
  namespace: 'kube-system',
  mayWrite: /\/nodes\/pier-1$|\/pods\//,
  meddledWith: null,
  damaged: [],
  speed: 20,
  podsBefore: new Map([[podPath, { node: 'pier-1', isOfDaemonSet: false }]]),
  wasSick: true,
  isSick: true,
  isWell: false,
  recordsBefore: [],
  records: [record([cordon, eviction], 'not-verified')],
  secondsSinceInterrupt: null,
  limitSeconds: 10,
};

const free: Deed = {
  ...drained,
  ran: { ...drained.ran, args: ['undo', '--yes'], code: 0, stdout: 'x' },
  seen: [wrote('PATCH', nodePath, node(false))],
  before: objects(true),
  after: objects(false),
  recordsBefore: [record([cordon, eviction], 'not-verified')],
  records: [
    {
      ...record([{ ...cordon, before: node(true), after: node(false) }], 'verified'),
      id: '20261121-101600-def',
      undoes: '20261121-101500-abc',
    },
    record([{ ...cordon, state: 'undone' }, eviction], 'undone'),
  ],
};

test('a drain that is as it is recorded breaks no rule, nor does taking it back', () => {
  expect(brokenRules(drained)).toEqual([]);
  expect(brokenRules(free)).toEqual([]);
});

test('a node that was cordoned before need not be cordoned again', () => {
  const deed: Deed = {
    ...drained,
    seen: [...basis, evicting],
    before: objects(true),
    records: [record([eviction], 'not-verified')],
  };
  expect(brokenRules(deed)).toEqual([]);
});

test.each<[string, Deed, RegExp]>([
  ['evicted before the cordon', { ...drained, seen: [evicting, cordoning] }, /before pier-1/],
  [
    'a pod of a DaemonSet',
    { ...drained, podsBefore: new Map([[podPath, { node: 'pier-1', isOfDaemonSet: true }]]) },
    /of a DaemonSet/,
  ],
  [
    'an eviction without a record',
    { ...drained, records: [record([cordon], 'not-verified')] },
    /no record of POST .*eviction/,
  ],
  [
    'an eviction that is recorded as refused',
    { ...drained, records: [record([cordon, { ...eviction, state: 'refused' }], 'not-verified')] },
    /recorded as refused/,
  ],
  [
    'an eviction that never was',
    { ...drained, seen: [cordoning] },
    /Pod\/crane-0 is recorded as sent/,
  ],
  [
    'a node left cordoned without a word',
    { ...drained, ran: { ...drained.ran, stdout: 'done' } },
    /left cordoned/,
  ],
  [
    'a pod that is told as back',
    {
      ...free,
      records: free.records.map((one) => ({
        ...one,
        steps: one.steps.map((step) => ({ ...step, state: 'undone' as const })),
      })),
    },
    /recorded as back/,
  ],
  ['still cordoned after an undo', { ...free, after: objects(true) }, /not as before/],
  ['pods of an undo', { ...free, seen: [...free.seen, evicting] }, /an undo wrote to .*crane-0/],
])('%s is noticed', (_, deed, fault) => {
  expect(brokenRules(deed).join('\n')).toMatch(fault);
});
