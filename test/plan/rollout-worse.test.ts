import { describe, expect, test } from 'vitest';
import type { AddressForecast } from '../../internal/model/remedy.ts';
import type { NodeBaseline } from '../../internal/plan/rollout-nodes.ts';
import {
  addressFault,
  worseThanBefore,
  type WatchedNode,
  type WorseCase,
} from '../../internal/plan/rollout-worse.ts';

const well = (node: string): NodeBaseline => ({
  node,
  isPodReady: true,
  isNodeReady: true,
  trouble: '',
  podUid: null,
  restarts: 0,
});
const sick = (node: string, trouble = ''): NodeBaseline => ({
  ...well(node),
  isPodReady: false,
  trouble,
});

const updated = (node: string, parts: Partial<WatchedNode> = {}): WatchedNode => ({
  node,
  pod: null,
  isUpdated: true,
  isReady: false,
  isTerminating: false,
  restarts: 0,
  trouble: '',
  isStarted: true,
  updatedSeconds: 20,
  unreadySeconds: 20,
  ...parts,
});
const old = (node: string, parts: Partial<WatchedNode> = {}): WatchedNode =>
  updated(node, {
    isUpdated: false,
    isReady: true,
    updatedSeconds: 0,
    unreadySeconds: 0,
    ...parts,
  });

const forecast = (node: string, now: string, then: string): AddressForecast => ({
  node,
  family: 4,
  now,
  nowInterface: null,
  then,
  thenInterface: null,
  outcome: now === then ? 'stays' : 'changes',
});

const kinds = (
  before: readonly NodeBaseline[],
  now: readonly WatchedNode[],
  parts: Partial<WorseCase> = {},
): readonly string[] =>
  worseThanBefore({
    before: new Map(before.map((node) => [node.node, node])),
    now,
    cured: new Set(),
    forecasts: [],
    isAboutAddresses: false,
    windowSeconds: 180,
    ...parts,
  }).map(({ kind, node }) => `${kind} ${node}`);

describe('a node that was well', () => {
  test.each<{
    readonly name: string;
    readonly node: WatchedNode;
    readonly parts?: Partial<WorseCase>;
    readonly worse: readonly string[];
  }>([
    { name: 'is given its time', node: updated('a', { updatedSeconds: 180 }), worse: [] },
    {
      name: 'is not ready in its time',
      node: updated('a', { updatedSeconds: 181 }),
      worse: ['not-ready-in-time a'],
    },
    {
      name: 'is given more while its image is pulled',
      node: updated('a', { updatedSeconds: 299, isStarted: false }),
      worse: [],
    },
    {
      name: 'cannot start',
      node: updated('a', { trouble: 'CreateContainerConfigError' }),
      worse: ['cannot-start a'],
    },
    {
      name: 'says why',
      node: updated('a', { logFault: 'no valid host interfaces found' }),
      worse: ['log a'],
    },
    {
      name: 'says so of an address although it is ready',
      node: updated('a', { isReady: true, logFault: 'x' }),
      parts: { isAboutAddresses: true },
      worse: ['log a'],
    },
    {
      name: 'said so before too, and is ready: the change is about something else',
      node: updated('a', { isReady: true, logFault: 'x' }),
      worse: [],
    },
    {
      name: 'is not ready any more with its old pod',
      node: old('a', { isReady: false, unreadySeconds: 200 }),
      worse: ['regression a'],
    },
    {
      name: 'is being replaced',
      node: old('a', { isReady: false, isTerminating: true, unreadySeconds: 400 }),
      worse: [],
    },
    {
      name: 'loses its kubelet',
      node: updated('a', { isNodeReady: false, nodeLostSeconds: 61 }),
      worse: ['node-lost a'],
    },
    {
      name: 'has not been heard of for a moment, as when the API server was away',
      node: updated('a', { isNodeReady: false, nodeLostSeconds: 60 }),
      worse: [],
    },
    {
      name: 'gets another address than foreseen',
      node: updated('a', { isReady: true, addresses: { 4: '10.0.0.9', 6: null } }),
      parts: { forecasts: [forecast('a', '10.0.0.1', '10.0.0.1')] },
      worse: ['other-address a'],
    },
    {
      name: 'still has its old address while it starts',
      node: updated('a', { addresses: { 4: '10.0.0.1', 6: null } }),
      parts: { forecasts: [forecast('a', '10.0.0.1', '10.0.0.2')] },
      worse: [],
    },
    {
      name: 'has no address yet',
      node: updated('a', { isReady: true, addresses: { 4: null, 6: null } }),
      parts: { forecasts: [forecast('a', '10.0.0.1', '10.0.0.2')] },
      worse: [],
    },
  ])('$name', ({ node, parts, worse }) => {
    expect(kinds([well('a')], [node], parts)).toEqual(worse);
  });

  test('may restart once; two of them may not', () => {
    const restarted = (node: string) => updated(node, { restarts: 1 });
    expect(kinds([well('a'), well('b')], [restarted('a'), updated('b')])).toEqual([]);
    expect(kinds([well('a'), well('b')], [restarted('a'), restarted('b')])).toEqual([
      'restarts a',
      'restarts b',
    ]);
  });

  test('keep what they had where an older template comes back, and their pods with it', () => {
    const pod = (node: string) => ({ kind: 'Pod', metadata: { name: node, uid: `of-${node}` } });
    const kept = (node: string, restarts: number) =>
      updated(node, { isReady: true, restarts, pod: pod(node) });
    const before = ['a', 'b'].map((node) => ({ ...well(node), podUid: `of-${node}`, restarts: 4 }));
    expect(kinds(before, [kept('a', 4), kept('b', 4)])).toEqual([]);
    expect(kinds(before, [kept('a', 5), kept('b', 5)])).toEqual(['restarts a', 'restarts b']);
    const others = ['a', 'b'].map((node) => ({ ...well(node), podUid: 'another', restarts: 4 }));
    expect(kinds(others, [kept('a', 4), kept('b', 4)])).toEqual(['restarts a', 'restarts b']);
  });
});

describe('a node that was sick', () => {
  const cured = new Set(['a', 'b']);
  const late = (node: string) => updated(node, { updatedSeconds: 181 });

  test('may crash on for a while, as its neighbours are cured later', () => {
    const node = updated('a', { trouble: 'CrashLoopBackOff', restarts: 3 });
    expect(kinds([sick('a')], [node], { cured })).toEqual([]);
  });

  test('must not fail in a new way', () => {
    const node = updated('a', { trouble: 'ImagePullBackOff' });
    expect(kinds([sick('a')], [node])).toEqual(['cannot-start a']);
    expect(kinds([sick('a', 'ImagePullBackOff')], [node])).toEqual([]);
  });

  test('leads back where no node that was to be cured got better', () => {
    const before = [sick('a'), sick('b')];
    expect(kinds(before, [late('a'), late('b')], { cured })).toEqual(['no-cure a', 'no-cure b']);
    // One may still get ready, one did, or was not to be cured.
    expect(kinds(before, [late('a'), updated('b')], { cured })).toEqual([]);
    expect(kinds(before, [late('a'), updated('b', { isReady: true })], { cured })).toEqual([]);
    expect(kinds(before, [late('a'), late('b')])).toEqual([]);
  });

  test('has got better where it has the address that was foreseen, ready or not', () => {
    const node = { ...late('a'), addresses: { 4: '10.0.0.2', 6: null } };
    const forecasts = [forecast('a', '10.9.9.9', '10.0.0.2')];
    expect(kinds([sick('a')], [node], { cured, forecasts })).toEqual([]);
  });

  test('is not looked at where its kubelet was away before', () => {
    const before = [{ ...sick('a'), isNodeReady: false }];
    expect(kinds(before, [late('a')], { cured })).toEqual([]);
  });

  test('may report a conflict until the other node has its own address', () => {
    const parts = { cured, isAboutAddresses: true };
    const conflict = updated('a', { logFault: 'conflicting node detected' });
    const nothing = updated('a', { logFault: 'Unable to auto-detect an IPv4 address' });
    expect(kinds([sick('a')], [conflict], parts)).toEqual([]);
    expect(kinds([sick('a')], [nothing], parts)).toEqual(['log a']);
  });
});

test.each([
  ['2026-01-01 [INFO] fine\n', ''],
  ['x\nUnable to auto-detect an IPv4 address using interface regexes [a]\ny', /Unable/],
  ["Couldn't autodetect an IPv6 address. x", /Couldn't/],
  ['Invalid IP autodetection method: nope', /Invalid/],
])('the log %j', (log, fault) => {
  expect(addressFault(log)).toMatch(fault === '' ? /^$/ : fault);
});
