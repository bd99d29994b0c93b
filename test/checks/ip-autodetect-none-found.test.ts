import { describe, expect, it } from 'vitest';
import { ipAutodetectNoneFound } from '../../internal/checks/ip-autodetect-none-found.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, crashLoop, nodeOf, podOn, setLog, storeAddress } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { failsWith, setVariable, type SaidLine } from '../support/start-failure.ts';

const gaveUp: SaidLine = [
  'WARNING',
  "Couldn't autodetect an IPv4 address. If auto-detecting, choose a different autodetection method. Otherwise provide an explicit address.",
];
const noInterface: SaidLine = [
  'WARNING',
  'Unable to auto-detect an IPv4 address using interface regexes [eth.*]: no valid host interfaces found',
];
const off = 'IPv4 or IPv6 addresses configured or detected, required for Calico networking';

const failing = (lines: readonly SaidLine[], version = 'v3.27.2', nodes = ['worker-2']): Sample => {
  const sample = healthyCluster({ nodes: 4, version });
  for (const node of nodes) failsWith(sample, node, lines, { version });
  return sample;
};

describe('ip-autodetect-none-found', () => {
  it.each<[string, string, readonly SaidLine[], string?]>([
    ['no-interface', 'interface=', [noInterface, gaveUp]],
    ['no-interface', 'oldest grammar', [noInterface, gaveUp], 'v3.8.9'],
    [
      'no-interface',
      'first-found',
      [
        ['WARNING', 'Unable to auto-detect an IPv4 address: no valid host interfaces found'],
        gaveUp,
      ],
    ],
    [
      'no-interface',
      'skip-interface=',
      [
        [
          'WARNING',
          'Unable to auto-detect an IPv4 address while excluding [ens.*]: no valid host interfaces found',
        ],
        gaveUp,
      ],
    ],
    [
      'no-address',
      'cidr=',
      [
        [
          'WARNING',
          'Unable to auto-detect an IPv4 address using interface cidr [10.9.0.0/16]: no valid IPv4 addresses found on the host interfaces',
        ],
        gaveUp,
      ],
    ],
    [
      'not-reached',
      'no route',
      [
        [
          'WARNING',
          'Unable to auto-detect IPv4 address by connecting to 8.8.8.8: dial udp4 8.8.8.8:80: connect: network is unreachable',
        ],
        gaveUp,
      ],
    ],
    [
      'not-reached',
      'no name',
      [
        [
          'WARNING',
          'Unable to auto-detect IPv4 address by connecting to gw.example: dial udp4: lookup gw.example: no such host',
        ],
        gaveUp,
      ],
    ],
    [
      'no-internal-ip',
      'not on the host',
      [
        ['WARNING', 'Unable to find matching host interface for IP 10.20.0.12'],
        ['ERROR', 'Unable to parse CIDR 10.20.0.12 : invalid CIDR address: 10.20.0.12'],
        gaveUp,
      ],
    ],
    [
      'no-internal-ip',
      'no InternalIP',
      [['ERROR', 'Unable to parse CIDR  : invalid CIDR address: '], gaveUp],
    ],
    [
      'no-interface',
      'the error of v3.32',
      [
        noInterface,
        gaveUp,
        [
          'ERROR',
          'Failed to configure IP addresses error=failed to configure IP addresses and subnets: failed to autodetect an IPv4 address',
        ],
      ],
      'v3.32.1',
    ],
    [
      'switched-off',
      'v3.16 and older',
      [['WARNING', 'No IP Addresses configured, and autodetection is not enabled']],
      'v3.14.1',
    ],
    ['switched-off', 'v3.17 and later', [['ERROR', `No ${off}`]]],
    [
      'switched-off',
      'v3.32',
      [['ERROR', `Failed to configure IP addresses error=no ${off}`]],
      'v3.32.1',
    ],
    ['not-told', 'no reason in the log', [gaveUp]],
  ])('%s: %s', (kind, _name, lines, version) => {
    const finding = findingIn(ipAutodetectNoneFound, failing(lines, version));
    expect(finding).toMatchObject({ severity: 'error', confidence: 'confirmed', facts: { kind } });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('is one finding for all nodes with the same failure', () => {
    const finding = findingIn(
      ipAutodetectNoneFound,
      failing([noInterface, gaveUp], 'v3.29.1', ['worker-1', 'worker-3', 'worker-4']),
    );
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-3', 'worker-4']);
    expect(namesOf(finding)).toHaveLength(6);
    expect(finding.facts['subject']).toBe('eth.*');
  });

  it('reads the run before where the present one has just begun', () => {
    const sample = healthyCluster({ nodes: 3 });
    failsWith(sample, 'worker-1', [noInterface, gaveUp], { isBefore: true });
    const finding = findingIn(ipAutodetectNoneFound, sample);
    expect(finding.evidence.map(({ field }) => field)).toContain('previous log');
  });

  it('tells IPv6 from IPv4', () => {
    const sample = failing([
      [
        'WARNING',
        'Unable to auto-detect an IPv6 address: no valid IPv6 addresses found on the host interfaces',
      ],
      ['WARNING', gaveUp[1].replace('IPv4', 'IPv6')],
      ['INFO', 'Clearing out-of-date IPv4 address from this node IP="10.20.0.12/24"'],
    ]);
    expect(findingIn(ipAutodetectNoneFound, sample).facts['family']).toBe(6);
  });

  describe('without a log', () => {
    const silent = (method: string, lived = 1): Sample => {
      const sample = healthyCluster({ nodes: 3, noLogs: true });
      setVariable(sample, 'IP_AUTODETECTION_METHOD', method);
      storeAddress(nodeOf(sample, 'worker-2'), null);
      crashLoop(sample, podOn(sample, 'worker-2'), {
        lived,
        exitCode: 1,
        reason: 'Error',
        restarts: 9,
      });
      return sample;
    };

    it.each<[string, Sample, readonly string[]]>([
      ['a method that may match nothing', silent('interface=eth.*'), ['possible']],
      ['first-found finds something nearly always', silent('first-found'), []],
      ['an unknown method is another fault', silent('eth0'), []],
      ['a long run is another fault', silent('interface=eth.*', 60), []],
    ])('%s', (_name, sample, expected) => {
      expect(findingsIn(ipAutodetectNoneFound, sample).map(({ confidence }) => confidence)).toEqual(
        expected,
      );
    });

    it('is surer where the interfaces are known', () => {
      const sample = silent('interface=eth.*');
      const { metadata } = nodeOf(sample, 'worker-2');
      metadata.annotations = {
        'projectcalico.org/Interfaces': '[{"name":"ens3","addresses":["10.20.0.12"]}]',
      };
      expect(findingIn(ipAutodetectNoneFound, sample).confidence).toBe('likely');
    });
  });

  it.each<[string, () => Sample]>([
    ['a healthy cluster', () => healthyCluster({ nodes: 3 })],
    [
      'a method that is not understood',
      () => failing([['ERROR', 'Invalid IP autodetection method: eth0']]),
    ],
    [
      'a pattern that does not parse',
      () =>
        failing([
          [
            'WARNING',
            'Invalid interface regex error=error parsing regexp: missing closing ): `(eth`',
          ],
          [
            'WARNING',
            'Unable to auto-detect an IPv4 address using interface regexes [(eth]: error parsing regexp',
          ],
          gaveUp,
        ]),
    ],
    [
      'a conflict',
      () =>
        failing([
          ['WARNING', "Calico node 'worker-1' is already using the IPv4 address 10.20.0.12."],
        ]),
    ],
    [
      'a failure that is over',
      () => {
        const sample = failing([noInterface, gaveUp]);
        appendLog(sample, podOn(sample, 'worker-2'), [
          logLine(
            { start: at(sample, -20), version: 'v3.27.2' },
            0,
            'INFO',
            'startup',
            'startup.go',
            'Using node name: worker-2',
          ),
        ]);
        return sample;
      },
    ],
    [
      'a stored address that is kept',
      () => {
        const sample = healthyCluster({ nodes: 3 });
        const pod = podOn(sample, 'worker-1');
        appendLog(sample, pod, [
          logLine(
            { start: at(sample, -20), version: 'v3.29.1' },
            0,
            'WARNING',
            'monitor-addresses',
            'startup.go',
            'Autodetection of IPv4 address failed, keeping existing value: 10.20.0.11/24',
          ),
        ]);
        return sample;
      },
    ],
    [
      'the words of another container',
      () => {
        const sample = healthyCluster({ nodes: 3 });
        setLog(sample, podOn(sample, 'worker-1'), 'install-cni', gaveUp[1]);
        return sample;
      },
    ],
  ])('finds nothing: %s', (_name, build) => {
    expect(findingsIn(ipAutodetectNoneFound, build())).toEqual([]);
  });
});
