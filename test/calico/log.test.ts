import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logField, parseLog, parseLogLine } from '../../internal/calico/log.ts';

describe('parseLogLine', () => {
  it('takes no more of a line than a container runtime writes as one', () => {
    const { text, message } = parseLogLine(`${'x'.repeat(16_384)}${'y'.repeat(500_000)}`);
    expect([text, message]).toEqual(['x'.repeat(16_384), 'x'.repeat(16_384)]);
  });

  it.each([
    [
      '3.14 and newer',
      '2026-01-05 10:00:01.250 [INFO][9] startup/startup.go 431: Early log level set to info',
      {
        time: '2026-01-05T10:00:01.250Z',
        level: 'INFO',
        pid: 9,
        component: 'startup',
        file: 'startup.go',
        message: 'Early log level set to info',
      },
    ],
    [
      'before 3.14: no component',
      '2026-01-05 10:00:01.250 [WARNING][10] startup.go 256: Terminating',
      { level: 'WARNING', component: null, file: 'startup.go', message: 'Terminating' },
    ],
    [
      'a padded level',
      '2026-01-05 10:00:01.250 [INFO ][87] felix/hostip_mgr.go 84: Interface addrs changed.',
      { level: 'INFO', component: 'felix', message: 'Interface addrs changed.' },
    ],
    [
      'install-cni without file names',
      '2026-01-05 10:00:01.250 [FATAL][1] cni-installer/<nil> <nil>: Unable to create token for CNI kubeconfig error=x',
      {
        level: 'FATAL',
        component: 'cni-installer',
        file: null,
        message: 'Unable to create token for CNI kubeconfig error=x',
      },
    ],
    [
      'kubectl logs --timestamps',
      '2026-01-05T10:00:01.250000001Z 2026-01-05 10:00:01.250 [INFO][9] felix/daemon.go 1: Felix starting up',
      { component: 'felix', message: 'Felix starting up' },
    ],
    [
      "a container runtime's own file",
      '2026-01-05T10:00:01.250000001Z stderr F bird: Started',
      { time: '2026-01-05T10:00:01.250000001Z', component: null, message: 'bird: Started' },
    ],
    [
      'logrus text',
      'time="2018-10-31T07:47:17Z" level=info msg="Building new node resource" Name=edge-1',
      {
        time: '2018-10-31T07:47:17Z',
        level: 'INFO',
        message: 'Building new node resource Name=edge-1',
      },
    ],
    [
      'klog',
      'I0105 08:43:50.356641       9 warnings.go:107] "Warning: unknown field \\"status\\""',
      { time: null, level: 'INFO', component: null },
    ],
    [
      'BIRD',
      'bird: Mesh_10_0_0_12: State changed to up',
      { level: null, message: 'bird: Mesh_10_0_0_12: State changed to up' },
    ],
    [
      'plain text',
      'Calico node failed to start',
      { level: null, message: 'Calico node failed to start' },
    ],
  ])('reads %s', (_name, text, expected) => {
    expect(parseLogLine(text)).toMatchObject({ text, ...expected });
  });

  it('keeps any line whole and never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => parseLogLine(text).text === text));
  });
});

it('parseLog drops empty lines and both line ends', () => {
  expect(parseLog('a\r\n\n b\n').map(({ text }) => text)).toEqual(['a', ' b']);
});

describe('logField', () => {
  const line = parseLogLine(
    '2026-01-05 10:00:01.250 [INFO][9] felix/x.go 1: Linux interface state changed. ifIndex=686 ifaceName="nerd \\"0" state=""',
  );
  it.each([
    ['ifIndex', '686'],
    ['ifaceName', 'nerd "0'],
    ['state', ''],
    ['Index', null],
  ])('%s', (key, value) => {
    expect(logField(line, key)).toBe(value);
  });
});
