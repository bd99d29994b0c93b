import { describe, expect, it } from 'vitest';
import { isProbeTimeout } from '../../internal/calico/neighbours.ts';
import { parseLog } from '../../internal/calico/log.ts';
import { felixPids, silentEnds } from '../../internal/calico/memory-kills.ts';

const event = (message: string, reason = 'Unhealthy') => ({
  about: { kind: 'Pod', name: 'p' },
  uid: null,
  reason,
  message,
  type: 'Warning',
  count: 1,
  at: null,
});

describe('isProbeTimeout', () => {
  it.each<[boolean, string]>([
    [true, 'Liveness probe failed: command timed out: "/bin/check" timed out after 10s'],
    [true, 'Readiness probe failed: command "/bin/calico-node -felix-ready" timed out'],
    [
      true,
      'Liveness probe failed: Get "http://10.1.0.4:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
    [
      true,
      'Liveness probe failed: Get http://10.1.0.4:80/: net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    ],
    [
      true,
      '(combined from similar events): Readiness probe failed: Get "https://10.1.0.4:443/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
    [
      true,
      'Readiness probe errored: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    ],
    [
      true,
      'Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded',
    ],
    [
      false,
      'Readiness probe failed: Error verifying datastore: Post "https://10.96.0.1:443/": context deadline exceeded',
    ],
    [
      false,
      'Readiness probe failed: Get "http://10.1.0.4:80/": dial tcp 10.1.0.4:80: connect: connection refused',
    ],
    [false, 'Readiness probe failed: HTTP probe failed with statuscode: 503'],
    [false, 'Readiness probe failed: '],
  ])('%s: %s', (expected, message) => {
    expect(isProbeTimeout(event(message))).toBe(expected);
  });

  it('asks only events of probes', () => {
    expect(isProbeTimeout(event('probe failed: command timed out', 'BackOff'))).toBe(false);
  });
});

describe('processes of Felix', () => {
  const line = (pid: number, level: string, message: string): string =>
    `2026-03-01 10:00:00.000 [${level}][${pid}] felix/daemon.go 1: ${message}`;
  const starts = [61, 92, 117].map((pid) => line(pid, 'INFO', 'Felix starting up'));

  it.each<[string, readonly string[], number]>([
    ['three that never said why', starts, 2],
    ['one run', starts.slice(0, 1), 0],
    [
      'each with its reason',
      starts.flatMap((start, index) => [
        start,
        line([61, 92, 117][index] ?? 0, 'FATAL', 'Exiting.'),
      ]),
      0,
    ],
    ['one with a reason', [...starts, line(92, 'PANIC', 'x')], 1],
    ['a panic of Go, which has no pid', [...starts, 'panic: runtime error'], 0],
  ])('%s', (_name, lines, expected) => {
    expect(silentEnds(parseLog(lines.join('\n')))).toBe(expected);
  });

  it('are told apart by their pids', () => {
    expect(felixPids(parseLog([...starts, starts[0]].join('\n')))).toEqual([61, 92, 117]);
  });
});
