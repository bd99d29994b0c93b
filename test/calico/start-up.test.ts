import { describe, expect, it } from 'vitest';
import { parseLog, parseLogLine } from '../../internal/calico/log.ts';
import { hasReached, overallHealth, startUpOf } from '../../internal/calico/start-up.ts';
import { startLog } from '../support/start-log.ts';
import { upTo } from '../support/node-faults.ts';

const versions = ['v3.8.4', 'v3.13.5', 'v3.15.1', 'v3.20.6', 'v3.24.5', 'v3.29.7', 'v3.32.1'];
const logOf = (version: string): string =>
  startLog({
    start: '2026-03-01T10:00:00Z',
    version,
    node: 'edge-3',
    interfaces: [{ name: 'ens3', index: 2, addresses: ['10.20.0.11/24'] }],
    picked: 'ens3',
  });

describe.each(versions)('a start of %s', (version) => {
  it.each([
    ['Determined node name', 'begun'],
    ['Checking datastore connection', 'datastore'],
    ['Datastore connection verified', 'connected'],
    ['Using autodetected IPv4 address', 'address'],
    ['FELIX_IPV6SUPPORT', 'defaults'],
    ['Using node name', 'named'],
    ['Calico node started successfully', 'started'],
    ['Felix starting up', 'felix'],
    ['Health enabled', 'serving'],
    ['live=true ready=true', 'healthy'],
  ])('that ends with "%s" came to %s', (text, step) => {
    expect(startUpOf(parseLog(upTo(logOf(version), text))).step).toBe(step);
  });

  it('takes the times of its first answer and of the whole', () => {
    const start = startUpOf(parseLog(upTo(logOf(version), 'Using node name')));
    expect(start).toMatchObject({ datastoreSeconds: 0.05, seconds: 0.35, hasGivenUp: false });
    expect(hasReached(start, 'named')).toBe(true);
    expect(hasReached(start, 'tunnel')).toBe(false);
  });
});

const line = (message: string): string =>
  `2026-03-01 10:00:05.100 [INFO][9] startup/startup.go 99: ${message}`;

describe('startUpOf', () => {
  it.each<[string, readonly string[], object]>([
    ['nothing', [], { step: null, last: null, seconds: null }],
    ['lines of another program', ['bird: Started', 'hello'], { step: null }],
    [
      'Terminating',
      [line('Checking datastore connection'), line('Terminating')],
      { hasGivenUp: true },
    ],
    ['start_runit', ['Calico node failed to start'], { hasGivenUp: true }],
    [
      'a retry',
      [
        line('Checking datastore connection'),
        line('Hit error connecting to datastore - retry error=x'),
      ],
      { isRetrying: true, datastoreSeconds: null },
    ],
    [
      'a retry that helped',
      [
        line('Hit error connecting to datastore - retry error=x'),
        line('Datastore connection verified'),
      ],
      { isRetrying: false },
    ],
    [
      'lines without a prefix',
      [
        'Skipping datastore connection test',
        'Using autodetected IPv4 address 10.7.0.1/24 on matching interface eth0',
      ],
      { step: 'address', seconds: null },
    ],
    [
      'an address from the environment',
      [line('Using IPv4 address from environment: IP=10.7.0.1')],
      { step: 'address' },
    ],
    [
      'the tunnel allocator before components had names',
      [
        '2020-03-01 10:00:05.100 [INFO][9] allocateip.go 97: Kubernetes datastore driver handles assignments',
      ],
      { step: 'tunnel' },
    ],
  ])('reads %s', (_name, lines, expected) => {
    expect(startUpOf(parseLog(lines.join('\n')))).toMatchObject(expected);
  });
});

const felix = (message: string): string =>
  `2026-03-01 10:00:05.100 [INFO][61] felix/health.go 99: ${message}`;

describe('overallHealth', () => {
  it.each<[string, { live: boolean; ready: boolean } | null]>([
    ['Overall health status changed: live=true ready=false', { live: true, ready: false }],
    [
      'Overall health status changed newStatus=&health.HealthReport{Live:true, Ready:true, Detail:"+--+\\n| live=false |"}',
      { live: true, ready: true },
    ],
    [
      'Overall health status changed lastSummary=&health.HealthReport{Live:true, Ready:true} newSummary=&health.HealthReport{Live:false, Ready:true}',
      { live: false, ready: true },
    ],
    ['Health of component changed name="FelixStartup" newReport="live,ready"', null],
  ])('%s', (message, expected) => {
    expect(overallHealth(parseLogLine(felix(message)))).toEqual(expected);
  });
});
