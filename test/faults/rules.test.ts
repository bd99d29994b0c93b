import { expect, test } from 'vitest';
import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';
import type { Deed } from './deed.ts';
import { basis, reading } from './deeds.ts';
import { essence } from './objects.ts';
import type { Seen } from './proxy.ts';
import { isAnnounced } from './records.ts';
import { brokenRules } from './rules.ts';

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
  msSinceInterrupt: null,
  atMs: 0,
  answeredAtMs: 0,
  isOverExpired: false,
};

const read = reading('/api/v1/pods');
const lost: Seen = { ...read, fault: { kind: 'gone' }, answer: null, isTrue: false };

const ran = (code: number, args: readonly string[], text = 'x') => ({
  args,
  code,
  stdout: text,
  stderr: '',
  seconds: 1,
});

const fixed: Deed = {
  ran: ran(0, ['fix', '--yes'], 'to give it back: kubectl uncordon pier-1'),
  seen: [...basis, write, ...basis],
  before: objects(false),
  after: objects(true),
  namespace: 'kube-system',
  mayWrite: /\/nodes\/pier-1$|\/pods\//,
  meddledWith: null,
  damaged: [],
  speed: 20,
  podsBefore: new Map(),
  wasSick: true,
  isSick: false,
  isWell: true,
  recordsBefore: [],
  records: [record()],
  secondsSinceInterrupt: null,
  limitSeconds: 10,
};

const looked: Deed = {
  ...fixed,
  ran: ran(1, ['diagnose']),
  seen: [],
  after: objects(false),
  records: [],
  isSick: true,
  isWell: false,
};

test('a fix that is as it is recorded breaks no rule, nor does a diagnosis', () => {
  expect(brokenRules(fixed)).toEqual([]);
  expect(brokenRules(looked)).toEqual([]);
});

test.each<[string, Partial<ChangeRecord>, boolean]>([
  [
    'of a run under way, about to be sent',
    { state: 'begun', steps: [{ ...step, state: 'sending' }] },
    true,
  ],
  ['of a run under way, sent once', { state: 'begun' }, true],
  [
    'of a run under way, only planned',
    { state: 'begun', steps: [{ ...step, state: 'planned' }] },
    false,
  ],
  ['of a run that has ended', { state: 'verified' }, false],
  ['of something else', { state: 'begun', steps: [] }, false],
])('a record %s announces a write: %s', (_, part, expected) => {
  expect(isAnnounced([record(part)], path)).toBe(expected);
});

test('a dry run behind a fix that waits may find nothing to change', () => {
  const shown: Deed = { ...looked, ran: ran(0, ['fix', '--dry-run=server']) };
  expect(brokenRules(shown).join()).toMatch(/a node is sick/);
  expect(brokenRules({ ...shown, recordsBefore: [record()], records: [record()] })).toEqual([]);
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
  ['verified, and sick', { ...fixed, isWell: false }, /node is sick/],
  ['not done, and written', { ...fixed, ran: ran(2, ['fix']) }, /something was written/],
  ['a dry run that writes', { ...fixed, ran: ran(1, ['fix', '--dry-run=server']) }, /only to look/],
  ['sick, and told as healthy', { ...looked, ran: ran(0, ['diagnose']) }, /a node is sick/],
  [
    'not read, and told as healthy',
    { ...looked, ran: ran(0, ['diagnose']), wasSick: false, seen: [lost] },
    /not read: .*pods/,
  ],
  [
    'DaemonSets that a drain did not read, untold',
    {
      ...looked,
      ran: ran(0, ['fix', '--yes']),
      wasSick: false,
      seen: [{ ...lost, url: '/apis/apps/v1/namespaces/cargo/daemonsets/crane' }],
    },
    /not read: .*crane/,
  ],
  [
    'another verdict than exit code',
    {
      ...looked,
      ran: ran(1, ['diagnose', '-o', 'json'], '{"kind":"Diagnosis","verdict":"unknown"}'),
    },
    /for verdict unknown/,
  ],
  [
    'another result than exit code',
    { ...fixed, ran: ran(0, ['fix', '-o', 'json'], '{"result":"rolled-back"}') },
    /for result rolled-back/,
  ],
  [
    'a history that is not so',
    {
      ...looked,
      ran: ran(0, ['history', '-o', 'json'], '{"kind":"History","records":[]}'),
      recordsBefore: [record()],
      records: [record()],
    },
    /history tells/,
  ],
  ['nobody pressed Ctrl-C', { ...looked, ran: ran(130, ['diagnose']) }, /130/],
  [
    'deaf to Ctrl-C',
    { ...looked, ran: ran(130, ['diagnose']), secondsSinceInterrupt: 100 },
    /100 s after Ctrl-C/,
  ],
  [
    'a write after Ctrl-C',
    {
      ...fixed,
      ran: ran(130, ['fix']),
      records: [record({ state: 'interrupted' })],
      secondsSinceInterrupt: 1,
      seen: [write, { ...write, msSinceInterrupt: 900 }],
    },
    /begun after Ctrl-C/,
  ],
  [
    'an interrupted run that is told as one that ended',
    { ...fixed, records: [record({ state: 'interrupted' })] },
    /record interrupted, exit code 0/,
  ],
  [
    'a server that is not to be trusted',
    { ...looked, seen: [{ ...read, isOverExpired: true }] },
    /certificate/,
  ],
  [
    'a watch',
    { ...looked, seen: [{ ...read, url: '/api/v1/pods?limit=500&watch=1' }] },
    /was watched/,
  ],
  [
    'undone by looking, and not so',
    {
      ...looked,
      ran: ran(0, ['undo', '--yes']),
      after: objects(true),
      recordsBefore: [record()],
      records: [record({ state: 'undone' })],
      isSick: false,
    },
    /taken back, as it is said/,
  ],
  ['too long', { ...looked, limitSeconds: 0.5 }, /took 1 s/],
  ['a stack trace', { ...looked, ran: ran(2, ['diagnose'], 'x\n    at f (a.ts:1:2)') }, /stack/],
])('%s is noticed', (_, deed, fault) => {
  expect(brokenRules(deed).join('\n')).toMatch(fault);
});

function withStep(part: Partial<RecordedStep>): Deed {
  return { ...fixed, records: [record({ steps: [{ ...step, ...part }] })] };
}
