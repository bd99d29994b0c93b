import { expect, test } from 'vitest';
import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';
import { essence } from './objects.ts';
import type { Seen } from './proxy.ts';
import { brokenRules, type Deed } from './rules.ts';

const path = '/api/v1/nodes/pier-1';
const node = (unschedulable: boolean) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'pier-1' },
  spec: unschedulable ? { unschedulable } : {},
});
const objects = (unschedulable: boolean) => new Map([[path, essence(node(unschedulable))]]);

const step: RecordedStep = {
  change: { ref: { apiVersion: 'v1', kind: 'Node', name: 'pier-1' }, verb: 'patch', body: {} },
  state: 'sent',
  before: node(false),
  after: node(true),
  isUndoable: true,
};

const record = (parts: Partial<ChangeRecord> = {}): ChangeRecord => ({
  version: 1,
  id: '20261121-101500-abc',
  at: '2026-11-21T10:15:00Z',
  toolVersion: '0.1.0',
  cluster: { uid: 'u', context: 'c', server: 's' },
  items: [],
  state: 'verified',
  steps: [step],
  ...parts,
});

const write: Seen = {
  method: 'PATCH',
  url: `${path}?fieldManager=x`,
  isWrite: true,
  fault: null,
  answer: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(node(true))) },
  isTrue: true,
};

const lost: Seen = {
  method: 'GET',
  url: '/api/v1/pods',
  isWrite: false,
  fault: { kind: 'gone' },
  answer: null,
  isTrue: false,
};

const ran = (code: number, args: readonly string[], text = 'x') => ({
  args,
  code,
  stdout: text,
  stderr: '',
  seconds: 1,
});

const fixed: Deed = {
  ran: ran(0, ['fix', '--yes']),
  seen: [write],
  before: objects(false),
  after: objects(true),
  wasSick: true,
  isSick: false,
  recordsBefore: [],
  records: [record()],
  isInterrupted: false,
  limitSeconds: 10,
};

const looked: Deed = {
  ...fixed,
  ran: ran(1, ['diagnose']),
  seen: [],
  after: objects(false),
  records: [],
  isSick: true,
};

test('a fix that is as it is recorded breaks no rule, nor does a diagnosis', () => {
  expect(brokenRules(fixed)).toEqual([]);
  expect(brokenRules(looked)).toEqual([]);
});

test.each<[string, Deed, RegExp]>([
  ['no record', { ...fixed, records: [] }, /no record/],
  ['never sent', { ...fixed, seen: [] }, /no such write/],
  ['changed, and told as planned', withStep({ state: 'planned' }), /recorded as planned/],
  ['being sent, and all is well', withStep({ state: 'sending' }), /being sent/],
  ['another before', withStep({ before: node(true) }), /as before was not so/],
  ['another after', withStep({ after: node(false) }), /as after is not/],
  ['no end', { ...fixed, records: [record({ state: 'begun' })] }, /no end/],
  [
    'not verified, and all is well',
    { ...fixed, records: [record({ state: 'not-verified' })] },
    /record not-verified, exit code 0/,
  ],
  [
    'rolled back, and not as before',
    { ...fixed, ran: ran(1, ['fix']), records: [record({ state: 'rolled-back' })] },
    /rolled back, and/,
  ],
  ['verified, and sick', { ...fixed, isSick: true }, /node is sick/],
  ['not done, and written', { ...fixed, ran: ran(2, ['fix']) }, /something was written/],
  ['a dry run that writes', { ...fixed, ran: ran(1, ['fix', '--dry-run=server']) }, /only to look/],
  ['sick, and told as healthy', { ...looked, ran: ran(0, ['diagnose']) }, /a node is sick/],
  [
    'not read, and told as healthy',
    { ...looked, ran: ran(0, ['diagnose']), wasSick: false, seen: [lost] },
    /not read: .*pods/,
  ],
  [
    'another verdict than exit code',
    { ...looked, ran: ran(1, ['diagnose', '-o', 'json'], '{"verdict":"unknown"}') },
    /for verdict unknown/,
  ],
  ['nobody pressed Ctrl-C', { ...looked, ran: ran(130, ['diagnose']) }, /130/],
  ['too long', { ...looked, limitSeconds: 0.5 }, /took 1 s/],
  ['a stack trace', { ...looked, ran: ran(2, ['diagnose'], 'x\n    at f (a.ts:1:2)') }, /stack/],
])('%s is noticed', (_, deed, fault) => {
  expect(brokenRules(deed).join('\n')).toMatch(fault);
});

function withStep(part: Partial<RecordedStep>): Deed {
  return { ...fixed, records: [record({ steps: [{ ...step, ...part }] })] };
}
