import { expect, it } from 'vitest';
import {
  coreVersion,
  imageVersion,
  isAtLeast,
  isBelow,
  minorOf,
} from '../../internal/calico/version.ts';

it.each([
  ['quay.io/calico/node:v3.29.1', 'v3.29.1'],
  ['registry.example:5000/mirror/calico-node:v3.8.2-arm64', 'v3.8.2'],
  ['docker.io/calico/node:release-v3.31.0@sha256:abc', 'v3.31.0'],
  ['docker.io/calico/node@sha256:abc', null],
  ['registry.example:5000/calico/node', null],
  ['calico/node:latest', null],
  [undefined, null],
])('imageVersion(%s) is %s', (image, version) => {
  expect(imageVersion(image)).toBe(version);
});

it('compares without suffixes, and an unknown version is neither', () => {
  expect(coreVersion('v1.36.3+rke2r1')).toBe('1.36.3');
  expect(isAtLeast('v3.25.0-0.dev', '3.25.0')).toBe(true);
  expect(isBelow('v3.24.6', '3.25.0')).toBe(true);
  expect([isAtLeast(null, '3.0.0'), isBelow(null, '3.0.0')]).toEqual([false, false]);
  expect(minorOf('v3.9.6')).toBe(9);
});
