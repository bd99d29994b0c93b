import { describe, expect, it } from 'vitest';
import {
  parseMethod,
  storesNetworkAddress,
} from '../../../internal/calico/autodetection/method.ts';

describe('parseMethod', () => {
  it.each([
    ['', 'v3.8.0', 'enumerate'],
    ['first-found', 'v3.32.1', 'enumerate'],
    ['first-found ', 'v3.32.1', 'unknown'],
    ['First-Found', 'v3.32.1', 'unknown'],
    ['interface=uplink', 'v3.8.0', 'enumerate'],
    ['interface', 'v3.32.1', 'unknown'],
    ['skip-interface=uplink', 'v3.8.0', 'enumerate'],
    ['cidr=192.0.2.0/24', 'v3.15.5', 'unknown'],
    ['cidr=192.0.2.0/24', 'v3.16.0', 'enumerate'],
    ['cidr=192.0.2.0/24,here', 'v3.16.0', 'bad-cidr'],
    ['cidr=', 'v3.16.0', 'bad-cidr'],
    ['can-reach=', 'v3.8.0', 'can-reach'],
    ['kubernetes-internal-ip', 'v3.21.9', 'unknown'],
    ['kubernetes-internal-ip', 'v3.22.0', 'kubernetes-internal-ip'],
    ['kubernetes-internal-ips', 'v3.22.0', 'kubernetes-internal-ip'],
  ])('%j in %s: %s', (text, version, kind) => {
    expect(parseMethod(text, version).kind).toBe(kind);
  });

  it.each([
    ['interface=a , b\t,c', ['a', 'b', 'c']],
    ['interface= a,b ', [' a', 'b ']],
    ['interface=a,', ['a', '']],
    ['interface=a\u00a0,b', ['a\u00a0', 'b']],
  ])('splits %j', (text, listed) => {
    expect(parseMethod(text, 'v3.29.0')).toMatchObject({ listed });
  });
});

describe('storesNetworkAddress', () => {
  it.each([
    ['v3.21.6', false],
    ['v3.22.0', true],
    ['v3.22.3', true],
    ['v3.22.4', false],
    ['v3.23.0', true],
    ['v3.23.1', true],
    ['v3.23.2', false],
    ['v3.32.1', false],
  ])('%s: %s', (version, wanted) => {
    expect(storesNetworkAddress(version)).toBe(wanted);
  });
});
