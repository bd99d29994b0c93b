import { describe, expect, it } from 'vitest';
import { defaultExclusions } from '../../../internal/calico/autodetection/exclusions.ts';
import { namePattern } from '../../../internal/calico/autodetection/go-regexp.ts';

function isExcluded(name: string, version: string): boolean {
  const pattern = namePattern(defaultExclusions(version), version);
  return 'matches' in pattern && pattern.matches(name);
}

describe('defaultExclusions', () => {
  // The last release without, and the first one with it.
  it.each([
    ['cni0', 'v3.14.2', 'v3.15.0'],
    ['br-17', 'v3.24.6', 'v3.25.0'],
    ['podman1', 'v3.24.6', 'v3.25.0'],
    ['nodelocaldns', 'v3.24.5', 'v3.24.6'],
    ['vxlan.calico', 'v3.23.4', 'v3.23.5'],
    ['vxlan.calico', 'v3.24.3', 'v3.24.4'],
    ['wg-v6.cali', 'v3.24.3', 'v3.24.4'],
  ])('leaves %s out, not in %s, but in %s', (name, without, with_) => {
    expect(isExcluded(name, without)).toBe(false);
    expect(isExcluded(name, with_)).toBe(true);
  });

  it.each([
    ['v3.8.0', true],
    ['v3.23.3', true],
    ['v3.23.4', false],
    ['v3.24.0', true],
    ['v3.24.2', true],
    ['v3.24.3', false],
    ['v3.25.0', false],
    ['v3.32.1', false],
  ])('%s looks anywhere in the name: %s', (version, wanted) => {
    expect(isExcluded('solo0', version)).toBe(wanted);
  });

  it.each(['docker0', 'lo', 'lom1', 'cali123', 'tunl0', 'kube-ipvs0', 'flannel.1', 'veth7'])(
    'always leaves %s out',
    (name) => {
      for (const version of ['v3.8.0', 'v3.16.0', 'v3.23.4', 'v3.24.6', 'v3.32.1'])
        expect(isExcluded(name, version)).toBe(true);
    },
  );

  it.each(['nerdctl0', 'lxdbr0', 'br0', 'wg0', 'tailscale0', 'bond0', 'eth0'])(
    'never leaves %s out',
    (name) => {
      for (const version of ['v3.8.0', 'v3.23.4', 'v3.32.1'])
        expect(isExcluded(name, version)).toBe(false);
    },
  );
});
