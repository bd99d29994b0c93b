import { describe, expect, it } from 'vitest';
import { parseAsNumber } from '../../../internal/calico/autodetection/as-number.ts';
import { hostAddress } from '../../../internal/calico/autodetection/host.ts';
import { addressSource } from '../../../internal/calico/autodetection/start-address.ts';
import { startNode } from '../../../internal/calico/autodetection/start-node.ts';
import type { StartRequest } from '../../../internal/calico/autodetection/start-types.ts';

const request: StartRequest = {
  env: { IP: 'autodetect' },
  calicoVersion: 'v3.29.4',
  interfaces: [{ name: 'uplink', addresses: [hostAddress('192.0.2.7/24') ?? []].flat() }],
  nodeAddresses: [],
  surroundings: null,
  node: { name: 'a', exists: true, bgp: null },
  others: [],
};

const start = (changes: Partial<StartRequest>) => startNode({ ...request, ...changes });

describe('startNode', () => {
  it('stores what it finds', () => {
    expect(start({})).toMatchObject({
      exit: null,
      changed: true,
      writes: [{ verb: 'update', spec: { bgp: { ipv4Address: '192.0.2.7/24' } } }],
    });
  });

  it('writes nothing where nothing changed, from v3.26.2 on', () => {
    const node = { ...request.node, bgp: { ipv4Address: '192.0.2.7/24' } };
    expect(start({ node, calicoVersion: 'v3.26.2' }).writes).toEqual([]);
    expect(start({ node, calicoVersion: 'v3.26.1' }).writes).toHaveLength(1);
  });

  it('detects with backend none up to v3.26.1', () => {
    const env = { ...request.env, CALICO_NETWORKING_BACKEND: 'none' };
    expect(start({ env, calicoVersion: 'v3.26.1' }).changed).toBe(true);
    expect(start({ env, calicoVersion: 'v3.26.2' }).changed).toBe(false);
  });

  it('looks up the prefix of a bare IP from v3.18.0 on', () => {
    const env = { IP: '192.0.2.7' };
    const stored = (calicoVersion: string) =>
      start({ env, calicoVersion }).writes[0]?.spec.bgp?.ipv4Address;
    expect(stored('v3.17.4')).toBe('192.0.2.7/32');
    expect(stored('v3.18.0')).toBe('192.0.2.7/24');
  });

  it('ends in a conflict from v3.31.0 on, even if only the list of interfaces changed', () => {
    const node = { ...request.node, bgp: { ipv4Address: '192.0.2.7/24' } };
    const others = [{ name: 'b', bgp: { ipv4Address: '192.0.2.7/24' } }];
    expect(start({ node, others, calicoVersion: 'v3.30.9' }).exit).toBeNull();
    expect(start({ node, others, calicoVersion: 'v3.31.0' }).exit).toBe(1);
  });

  it('cannot tell without routes', () => {
    const env = { IP: 'autodetect', IP_AUTODETECTION_METHOD: 'can-reach=203.0.113.1' };
    expect(start({ env }).isUnknown).toBe(true);
  });
});

describe('addressSource', () => {
  it.each([
    [4, '', false, 'detect'],
    [4, '', true, 'keep'],
    [6, '', false, 'nothing'],
    [6, '', true, 'keep'],
    [4, 'none', false, 'nothing'],
    [4, 'none', true, 'keep'],
    [6, 'autodetect', true, 'detect'],
    [4, 'Autodetect', true, 'environment'],
  ] as const)('IPv%d, %j, stored %s: %s', (family, value, hasStored, wanted) => {
    expect(addressSource(family, value, hasStored)).toBe(wanted);
  });
});

describe('parseAsNumber', () => {
  it.each([
    ['64512', 64_512],
    ['0', 0],
    ['4294967295', 4_294_967_295],
    ['1.10', 65_546],
    ['4294967296', null],
    ['1.65536', null],
    ['1.2.3', null],
    [' 1', null],
    ['+1', null],
    ['', null],
  ])('%j: %s', (text, wanted) => {
    expect(parseAsNumber(text)).toBe(wanted);
  });
});
