import { describe, expect, it } from 'vitest';
import { reach, type Reach } from '../../../internal/calico/autodetection/can-reach.ts';
import { isDomainName } from '../../../internal/calico/autodetection/destination.ts';
import { hostAddress, type HostInterface } from '../../../internal/calico/autodetection/host.ts';
import { parseRoutes } from '../../../internal/calico/autodetection/routes.ts';

const iface = (name: string, ...addresses: readonly string[]): HostInterface => ({
  name,
  isUp: true,
  addresses: addresses.flatMap((text) => hostAddress(text) ?? []),
});

const interfaces = [
  iface('lo', '127.0.0.1/8', '::1/128'),
  iface('uplink', '198.51.100.7/24', '198.51.100.70/24', '203.0.113.9/25', '2001:db8:7::7/64'),
  iface('store', '192.0.2.7/26', '127.7.0.7/24', 'fd07::7/64'),
];
const routes = [
  'default via 203.0.113.1 dev uplink proto dhcp metric 100',
  '10.0.0.0/8 via 198.51.100.1 dev uplink',
  '10.9.0.0/16 dev store scope link src 192.0.2.7',
  '192.0.2.0/26 dev store proto kernel scope link src 192.0.2.7',
  '198.51.100.0/24 dev uplink proto kernel scope link src 198.51.100.7',
  '203.0.113.0/25 dev uplink proto kernel scope link src 203.0.113.9',
  '2001:db8:7::/64 dev uplink proto kernel metric 256 pref medium',
  'fd07::/64 dev store proto kernel metric 256 pref medium',
  'default via fe80::1 dev uplink proto ra metric 1024 pref medium',
  'unreachable 10.8.0.0/16',
];

function ask(destination: string, known: readonly string[] | null = routes): string {
  const answer: Reach = reach({
    destination,
    family: destination.includes('::') ? 6 : 4,
    calicoVersion: 'v3.32.1',
    interfaces,
    surroundings: { routes: known && parseRoutes(known), resolve: null },
  });
  if ('source' in answer) return answer.source.text;
  return 'error' in answer ? answer.error : answer.unknown;
}

describe('reach', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.9', '192.0.2.7'],
    // A second address of a network answers with the first.
    ['198.51.100.70', '198.51.100.7'],
    ['203.0.113.77', '203.0.113.9'],
    // Next to the gateway.
    ['100.64.0.1', '203.0.113.9'],
    ['10.1.1.1', '198.51.100.7'],
    ['10.9.1.1', '192.0.2.7'],
    ['127.9.9.9', '127.0.0.1'],
    ['127.7.0.7', '127.7.0.7'],
    ['', '127.0.0.1'],
    ['2001:db8:7::9', '2001:db8:7::7'],
    ['fd07::7', 'fd07::7'],
    ['2001:db8:99::1', '2001:db8:7::7'],
    ['::1', '::1'],
    ['10.1.1.1/8', 'dial udp4: lookup 10.1.1.1/8: no such host'],
    ['fe80::1', 'dial udp6 [fe80::1]:80: connect: invalid argument'],
    ['gateway.example', 'name'],
  ])('%j: %s', (destination, wanted) => {
    expect(ask(destination)).toBe(wanted);
  });

  it('says that the table has no route', () => {
    const few = routes.filter((line) => !line.startsWith('default'));
    expect(ask('100.64.0.1', few)).toContain('network is unreachable');
  });

  it('knows own and connected addresses without a table, and no others', () => {
    expect(ask('192.0.2.7', null)).toBe('192.0.2.7');
    expect(ask('192.0.2.9', null)).toBe('192.0.2.7');
    expect(ask('100.64.0.1', null)).toBe('route');
  });
});

describe('isDomainName', () => {
  it.each([
    ['gateway', true],
    ['gateway.example.', true],
    ['_x.example', true],
    ['1.2.3', false],
    ['a..b', false],
    ['-a.example', false],
    ['a-.example', false],
    ['a b', false],
    ['$(NODEIP)', false],
    [`${'a'.repeat(64)}.example`, false],
  ])('%s: %s', (name, wanted) => {
    expect(isDomainName(name)).toBe(wanted);
  });
});
