import { describe, expect, it } from 'vitest';
import { ipAutodetectInvalidMethod } from '../../internal/checks/ip-autodetect-invalid-method.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, crashLoop, nodeOf, podOn, storeAddress } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { failsWith, setVariable, type SaidLine } from '../support/start-failure.ts';

const gaveUp: SaidLine = ['WARNING', "Couldn't autodetect an IPv4 address. If auto-detecting, …"];

interface Case {
  readonly kind: string;
  readonly variable?: string;
  readonly value: string;
  readonly lines: readonly SaidLine[];
  readonly version?: string;
}

const cases: readonly Case[] = [
  {
    kind: 'unknown-method',
    value: 'eth0',
    lines: [['ERROR', 'Invalid IP autodetection method: eth0']],
  },
  {
    kind: 'unknown-method',
    value: 'First-Found',
    lines: [['ERROR', 'Invalid IP autodection method: First-Found']],
    version: 'v3.8.4',
  },
  {
    kind: 'unknown-method',
    value: 'cidr=10.20.0.0/24',
    lines: [['ERROR', 'Invalid IP autodetection method: cidr=10.20.0.0/24']],
    version: 'v3.15.1',
  },
  {
    kind: 'bad-network',
    value: 'cidr=10.20.0.0',
    lines: [
      ['ERROR', 'Invalid CIDR "10.20.0.0" for IP autodetection method: cidr=10.20.0.0'],
      gaveUp,
    ],
  },
  {
    kind: 'bad-pattern',
    value: 'interface=^(?!eth)',
    lines: [
      [
        'WARNING',
        'Invalid interface regex error=error parsing regexp: invalid or unsupported Perl syntax: `(?!`',
      ],
      [
        'WARNING',
        'Unable to auto-detect an IPv4 address using interface regexes [^(?!eth)]: error parsing regexp',
      ],
      gaveUp,
    ],
  },
  {
    kind: 'unexpanded',
    value: 'can-reach=$(NODEIP)',
    lines: [
      [
        'WARNING',
        'Unable to auto-detect IPv4 address by connecting to $(NODEIP): dial udp4: lookup $(NODEIP): no such host',
      ],
      gaveUp,
    ],
  },
  {
    kind: 'bad-address',
    variable: 'IP',
    value: 'Autodetect',
    lines: [
      ['WARNING', 'Attempt to get the local CIDR: Autodetect failed, Autodetect is invalid.'],
      ['WARNING', 'Environment does not contain a valid IPv4 address: IP=Autodetect'],
    ],
  },
];

function broken({
  variable = 'IP_AUTODETECTION_METHOD',
  value,
  lines,
  version = 'v3.27.2',
}: Case): Sample {
  const sample = healthyCluster({ nodes: 3, version });
  setVariable(sample, variable, value);
  failsWith(sample, 'worker-3', lines, { version });
  return sample;
}

describe('ip-autodetect-invalid-method', () => {
  it.each(cases)('$kind by the log: $value', (item) => {
    const finding = findingIn(ipAutodetectInvalidMethod, broken(item));
    const { kind, value, variable = 'IP_AUTODETECTION_METHOD' } = item;
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: { kind, value, variable, nodes: ['worker-3'] },
    });
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it.each(cases)('$kind by the settings alone: $value', (item) => {
    const sample = broken(item);
    sample.logs = [];
    const finding = findingIn(ipAutodetectInvalidMethod, sample);
    expect(finding).toMatchObject({ confidence: 'likely', facts: { kind: item.kind } });
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it('finds a stored value that is no address', () => {
    const sample = healthyCluster({ nodes: 3 });
    failsWith(sample, 'worker-1', [
      ['ERROR', "Failed to parse autodetected CIDR '10.20.0.11/x' error=invalid CIDR address"],
    ]);
    const finding = findingIn(ipAutodetectInvalidMethod, sample);
    expect(finding.facts).toMatchObject({
      kind: 'bad-stored',
      variable: null,
      value: '10.20.0.11/x',
    });
  });

  it('warns of a DaemonSet whose pods run with something else yet', () => {
    const sample = healthyCluster({ nodes: 3 });
    sample.lists.daemonSets?.[0]?.spec?.template?.spec?.containers?.[0]?.env?.push({
      name: 'IP_AUTODETECTION_METHOD',
      value: 'eth0',
    });
    const finding = findingIn(ipAutodetectInvalidMethod, sample);
    expect(finding.severity).toBe('warning');
    expect(namesOf(finding)).toEqual(['DaemonSet/calico-node']);
  });

  it('warns of a pattern that only the stored address makes up for', () => {
    const sample = healthyCluster({ nodes: 3 });
    setVariable(sample, 'IP_AUTODETECTION_METHOD', 'interface=eth(');
    const say = (message: string): string =>
      logLine(
        { start: at(sample, -20), version: 'v3.29.1' },
        0,
        'WARNING',
        'startup',
        'startup.go',
        message,
      );
    appendLog(sample, podOn(sample, 'worker-1'), [
      say('Invalid interface regex error=error parsing regexp: missing closing ): `(eth(`'),
      say('Autodetection of IPv4 address failed, keeping existing value: 10.20.0.11/24'),
    ]);
    expect(findingIn(ipAutodetectInvalidMethod, sample).severity).toBe('warning');
  });

  it.each<[string, string, string, string]>([
    ['cidr= from v3.16 on', 'IP_AUTODETECTION_METHOD', 'cidr=10.20.0.0/24', 'v3.16.0'],
    [
      'a mirrored image without a version',
      'IP_AUTODETECTION_METHOD',
      'kubernetes-internal-ip',
      'latest',
    ],
    [
      'a pattern that only Go takes',
      'IP_AUTODETECTION_METHOD',
      'interface=(?i)ETH[[:digit:]]',
      'v3.27.0',
    ],
    ['a fixed address', 'IP', '10.20.0.12/24', 'v3.27.0'],
    ['no address', 'IP', 'none', 'v3.27.0'],
    ['first-found', 'IP_AUTODETECTION_METHOD', 'first-found', 'v3.27.0'],
  ])('takes for valid: %s', (_name, variable, value, version) => {
    const sample = healthyCluster({ nodes: 3, noLogs: true });
    setVariable(sample, variable, value);
    for (const spec of [
      ...(sample.lists.pods ?? []).map((pod) => pod.spec),
      ...(sample.lists.daemonSets ?? []).map((one) => one.spec?.template?.spec),
    ])
      for (const container of spec?.containers ?? [])
        if (container.name === 'calico-node')
          container.image = `registry.example/calico/node:${version}`;
    storeAddress(nodeOf(sample, 'worker-2'), null);
    crashLoop(sample, podOn(sample, 'worker-2'), {
      lived: 1,
      exitCode: 1,
      reason: 'Error',
      restarts: 9,
    });
    expect(findingsIn(ipAutodetectInvalidMethod, sample)).toEqual([]);
  });
});
