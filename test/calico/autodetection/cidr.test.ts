import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../internal/calico/autodetection/address.ts';
import {
  cidrText,
  contains,
  networkText,
  parseCidr,
  parseCidrOrAddress,
} from '../../../internal/calico/autodetection/cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['192.0.2.7/24', '192.0.2.7/24', '192.0.2.0/24'],
    ['192.0.2.7/08', '192.0.2.7/8', '192.0.0.0/8'],
    ['192.0.2.7/0', '192.0.2.7/0', '0.0.0.0/0'],
    ['192.0.2.7/31', '192.0.2.7/31', '192.0.2.6/31'],
    ['2001:db8::7/36', '2001:db8::7/36', '2001:db8::/36'],
    ['::ffff:192.0.2.7/104', '192.0.2.7/8', '192.0.0.0/8'],
    ['::ffff:192.0.2.7/90', '192.0.2.7/0', '::ffc0:0:0/90'],
  ])('%s', (text, address, network) => {
    const cidr = parseCidr(text);
    expect(cidr && cidrText(cidr.address, cidr.prefix)).toBe(address);
    expect(cidr && networkText(cidr.network)).toBe(network);
  });

  it.each([
    '192.0.2.7',
    '192.0.2.7/',
    '/24',
    '192.0.2.7/33',
    '192.0.2.7/-1',
    '192.0.2.7/+8',
    '192.0.2.7/8/8',
    '192.0.2.7/255.255.0.0',
    '192.0.2.7 /8',
    'fe80::1%eth0/64',
    '2001:db8::/129',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeNull();
  });
});

it('gives a bare address its full length', () => {
  expect(parseCidrOrAddress('192.0.2.7')?.prefix).toBe(32);
  expect(parseCidrOrAddress('2001:db8::7')?.prefix).toBe(128);
  expect(parseCidrOrAddress('here')).toBeNull();
});

describe('contains', () => {
  it.each([
    ['192.0.2.0/23', '192.0.3.255', true],
    ['192.0.2.0/23', '192.0.4.0', false],
    ['0.0.0.0/0', '198.51.100.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '198.51.100.1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
  ])('%s holds %s: %s', (network, text, wanted) => {
    const cidr = parseCidr(network);
    const address = parseAddress(text);
    expect(cidr && address && contains(cidr.network, address)).toBe(wanted);
  });
});
