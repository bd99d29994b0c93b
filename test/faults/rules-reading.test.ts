import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listAnswer } from '../support/protobuf.ts';
import type { Deed } from './deed.ts';
import { basis, quiet, reading } from './deeds.ts';
import type { Fault } from './fault.ts';
import type { Seen } from './proxy.ts';
import { readingsOf } from './readings.ts';
import { readingFaults } from './rules-reading.ts';

const all: readonly Seen[] = [
  ...basis,
  reading('/apis/apiextensions.k8s.io/v1/customresourcedefinitions?limit=500'),
  reading('/apis/crd.projectcalico.org/v1/ippools?limit=500'),
  reading('/apis/crd.projectcalico.org/v1/felixconfigurations?limit=500'),
  reading('/api/v1/namespaces/kube-system/events?limit=500'),
  reading(
    '/api/v1/namespaces/kube-system/pods/calico-node-x/log?container=calico-node&limitBytes=9',
  ),
];

const lost = (url: string, kind: 'forbidden' | 'unserved' | 'gone' = 'gone'): Seen => ({
  ...reading(url),
  fault: { kind } satisfies Fault,
  answer: null,
  isTrue: false,
});

const write: Seen = { ...reading('/api/v1/nodes/pier-1'), method: 'PATCH', isWrite: true };

const deedOf = (
  args: readonly string[],
  code: number,
  seen: readonly Seen[],
  text = 'x',
): Deed => ({
  ...quiet,
  ran: { ...quiet.ran, args, code, stdout: text },
  seen,
});

const pools = '/apis/crd.projectcalico.org/v1/ippools?limit=500';
const more = { metadata: { continue: 'token' } };
const headers = { 'content-encoding': 'gzip' };
const compressed = {
  ...reading(pools),
  answer: { status: 200, headers, body: gzipSync('{"items":[]}') },
};
const notServed = { status: 404, headers: {}, body: Buffer.from('404 page not found') };

const nodes = '/api/v1/nodes?limit=500';
const binary = (url: string, token: string): Seen => ({
  ...reading(url),
  answer: {
    status: 200,
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: listAnswer('Node', [[[1, [[1, 'pier-1']]]]], token),
  },
});

test.each<[string, readonly Seen[], boolean]>([
  ['read', [reading(pools)], true],
  ['in binary pages', [binary(nodes, 'a'), binary(`${nodes}&continue=a`, '')], true],
  ['but a binary page that nobody asked for', [binary(nodes, 'a')], false],
  ['in two pages', [reading(pools, more), reading(`${pools}&continue=token`)], true],
  ['compressed', [compressed], true],
  ['and not served', [{ ...reading(pools), answer: notServed }], true],
  ['but its last page', [reading(pools, more), lost(`${pools}&continue=token`)], false],
  ['but a page that nobody asked for', [reading(pools, more)], false],
  ['when asked again', [lost(pools), reading(pools)], true],
  ['from the beginning', [lost(`${pools}&continue=a`), reading(pools)], true],
  ['and then not any more', [reading(pools), lost(pools)], false],
])('a list is whole: %s', (_, seen, isWhole) => {
  expect(readingsOf(seen)).toMatchObject([{ isWhole }]);
});

const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases?limit=500';
const pods = '/api/v1/pods?fieldSelector=spec.nodeName%3Da&limit=500';
const told = 'The right to list pods is missing: what is there was left out.';

test.each<[string, Deed]>([
  ['all was read', deedOf(['diagnose'], 0, all)],
  [
    'metrics, with a word',
    deedOf(['diagnose'], 0, [...all, lost('/apis/metrics.k8s.io/v1beta1/nodes')], 'Could not read'),
  ],
  ['the groups', deedOf(['diagnose'], 0, [...all, lost('/apis')])],
  ["others' pods, with a word", deedOf(['diagnose'], 0, [...all, lost(pods, 'forbidden')], told)],
  ['the verdict says so', deedOf(['diagnose'], 2, [lost('/api/v1/nodes')], 'cannot be told')],
  ['a fix on good ground', deedOf(['fix'], 0, [...basis, write, ...basis])],
  ['a fix that was not sure', deedOf(['fix'], 1, [...basis, write])],
])('no rule is broken: %s', (_, deed) => {
  expect(readingFaults(deed)).toEqual([]);
});

test.each<[string, Deed, RegExp]>([
  ['a list', deedOf(['diagnose'], 0, [...all, lost(leases)]), /not read: .*leases/],
  [
    'a list that is not served',
    deedOf(['diagnose'], 0, [...all, lost(leases, 'unserved')]),
    /not read: .*leases/,
  ],
  ['a later page', deedOf(['diagnose'], 0, [...all, reading(pools, more)]), /not read: .*ippools/],
  [
    'metrics, without a word',
    deedOf(['diagnose'], 0, [...all, lost('/apis/metrics.k8s.io/v1beta1/nodes')]),
    /metrics/,
  ],
  [
    "others' pods, without a word",
    deedOf(['diagnose'], 0, [...all, lost(pods, 'forbidden')]),
    /pods/,
  ],
  ['what was never asked for', deedOf(['diagnose'], 0, all.slice(0, -1)), /healthy without logs/],
  [
    'in a document',
    deedOf(['diagnose', '-o', 'json'], 1, [...all, lost(leases)], '{"verdict":"healthy"}'),
    /healthy, and not read/,
  ],
  ['before a write', deedOf(['fix'], 1, [write]), /changed something without .*nodes/],
  ['after a write', deedOf(['fix'], 0, [...basis, write]), /verified without/],
  ['and not told', deedOf(['diagnose'], 1, [...all, lost(leases)]), /not a word/],
  [
    'and not told in a document',
    deedOf(['diagnose', '-o', 'json'], 1, [...all, lost(leases)], '{"checks":[],"warnings":[]}'),
    /not a word/,
  ],
])('not read: %s', (_, deed, fault) => {
  expect(readingFaults(deed).join('\n')).toMatch(fault);
});
