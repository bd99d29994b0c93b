import { expect, test } from 'vitest';
import type { Deed } from './deed.ts';
import { quiet, reading } from './deeds.ts';
import type { Seen } from './proxy.ts';
import { mannerFaults } from './rules-manners.ts';

const path = '/api/v1/nodes/pier-1';
const write: Seen = { ...reading(path), method: 'PATCH', isWrite: true };
const meddled: Seen = { ...write, fault: { kind: 'meddled' } };
const conflict: Seen = {
  ...meddled,
  answer: { status: 409, headers: {}, body: Buffer.from('{}') },
};

const deedOf = (
  args: readonly string[],
  seen: readonly Seen[],
  part: Partial<Deed> = {},
): Deed => ({
  ...quiet,
  ran: { ...quiet.ran, args },
  mayWrite: /pier-1$/,
  seen,
  ...part,
});

const throttled: Seen = {
  ...reading('/api/v1/pods'),
  fault: { kind: 'throttled', retryAfter: '1' },
  answer: null,
  isTrue: false,
  atMs: 0,
  answeredAtMs: 2,
};
const again = (atMs: number): Seen => ({ ...throttled, atMs, answeredAtMs: atMs + 2 });
const file = '20250101-000000-torn.json';
const said = (text: string) => ({
  args: ['history'],
  code: 0,
  stdout: text,
  stderr: '',
  seconds: 1,
});

test.each<[string, Deed]>([
  ['a write', deedOf(['fix'], [write])],
  ['somebody was faster', deedOf(['fix'], [conflict], { meddledWith: path })],
  ['a fix for what somebody has changed', deedOf(['fix'], [write], { meddledWith: path })],
  ['patience', deedOf(['diagnose'], [throttled, again(52)])],
  ['somebody else asks the same', deedOf(['diagnose'], [throttled, again(1), again(60)])],
  ['a damaged record that is told', deedOf(['history'], [], { damaged: [file], ran: said(file) })],
])('no rule is broken: %s', (_, deed) => {
  expect(mannerFaults(deed)).toEqual([]);
});

test.each<[string, Deed, RegExp]>([
  ['a write elsewhere', deedOf(['fix'], [{ ...write, url: '/api/v1/nodes/quay' }]), /no cure/],
  ['over a rival', deedOf(['fix'], [conflict, write], { meddledWith: path }), /went over/],
  ['an undo over a rival', deedOf(['undo'], [write], { meddledWith: path }), /went over/],
  ['haste', deedOf(['diagnose'], [throttled, again(20)]), /before Retry-After/],
  ['a record in silence', deedOf(['history'], [], { damaged: [file] }), /damaged record/],
  ['the same in undo', deedOf(['undo'], [], { damaged: [file] }), /damaged record/],
])('%s is noticed', (_, deed, fault) => {
  expect(mannerFaults(deed).join()).toMatch(fault);
});
