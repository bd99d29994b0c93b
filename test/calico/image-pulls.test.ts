import { describe, expect, it } from 'vitest';
import { pullCause, type PullCause } from '../../internal/calico/image-pulls.ts';

describe('pullCause', () => {
  it.each<[PullCause, string]>([
    [
      'rate-limit',
      'Failed to pull image "calico/cni:v3.24.1": rpc error: code = Unknown desc = toomanyrequests: You have reached your pull rate limit.',
    ],
    ['rate-limit', 'unexpected status code [manifests v3.25.0]: 429 Too Many Requests'],
    [
      'no-such-image',
      'failed to resolve reference "mirror.test/calico/node:v9": mirror.test/calico/node:v9: not found',
    ],
    [
      'no-such-image',
      'manifest for calico/node:v3.99 not found: manifest unknown: manifest unknown',
    ],
    [
      'denied',
      "pull access denied for acme/node, repository does not exist or may require 'docker login'",
    ],
    [
      'denied',
      'pulling from host mirror.test failed with status code [manifests v3]: 403 Forbidden',
    ],
    [
      'denied',
      'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    ],
    ['certificate', 'Get "https://mirror.test/v2/": x509: certificate signed by unknown authority'],
    ['certificate', 'http: server gave HTTP response to HTTPS client'],
    [
      'unreachable',
      'Get "https://quay.io/v2/": dial tcp: lookup quay.io on 10.4.0.2:53: no such host',
    ],
    ['unreachable', 'dial tcp 34.13.40.141:443: i/o timeout'],
    [
      'unreachable',
      'Head "https://mirror.test:40300/v2/": dial tcp 10.9.40.1:40300: connect: connection refused',
    ],
    ['unreachable', 'net/http: TLS handshake timeout'],
    ['unreachable', 'failed to copy: httpReadSeeker: failed open: unexpected EOF'],
    ['registry-error', 'unexpected status from HEAD request: 503 Service Unavailable'],
    ['disk-full', 'failed to extract layer sha256:401f: write /var/lib: no space left on device'],
    ['unpack', 'failed to extract layer sha256:403a: failed to mount: invalid argument'],
    [
      'invalid-name',
      'Failed to apply default image tag "mirror.test//node:v3": couldn\'t parse image name: invalid reference format',
    ],
    [
      'never-pull',
      'Container image "calico/node:v3.28.0" is not present with pull policy of Never',
    ],
    ['unknown', 'ImagePullBackOff Back-off pulling image "quay.io/calico/node:v3.28.0"'],
    ['unknown', 'rpc error: code = Unknown desc = something of the 403rd kind'],
  ])('%s: %s', (cause, text) => {
    expect(pullCause(text)).toBe(cause);
  });
});
