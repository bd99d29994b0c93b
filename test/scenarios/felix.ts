import { healthyCluster, runningPod } from '../support/cluster.ts';
import { nodeOf, podOn } from '../support/faults.ts';
import {
  felixAdds,
  felixDies,
  felixGoesOn,
  felixHeals,
  gaveUp,
  refusedProbe,
  restoreFailed,
  type FelixLine,
} from '../support/felix-faults.ts';
import { ended } from '../support/node-faults.ts';
import { add, type Sample, type Scenario } from '../support/sample.ts';

const nodesNamed = (prefix: string, count: number): { name: string; ip: string }[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${index + 1}`,
    ip: `10.33.8.${21 + index}`,
  }));

function setKernel(sample: Sample, node: string, kernel: string, os?: string): void {
  const info = nodeOf(sample, node).status?.nodeInfo;
  if (!info) throw new Error(`${node} has no nodeInfo`);
  info.kernelVersion = kernel;
  if (os !== undefined) info.osImage = os;
}

function felixConfiguration(sample: Sample, spec: Readonly<Record<string, unknown>>): void {
  add(sample, 'felixConfigurations', {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'FelixConfiguration',
    metadata: { name: 'default' },
    spec: { logSeverityScreen: 'Info', ...spec },
  });
}

/** Felix ends again and again; the liveness probe has ended the container some times, too. */
function keepsDying(
  sample: Sample,
  node: string,
  version: string,
  lines: readonly FelixLine[],
): void {
  ended(sample, podOn(sample, node), { exitCode: 0, restarts: 11, lived: 75, ago: 48 });
  felixDies(sample, node, { version, lines, times: 6 });
  refusedProbe(sample, node);
}

function looseFilter(): Sample {
  const version = 'v3.10.4';
  const sample = healthyCluster({
    version,
    kubernetes: 'v1.17.17',
    kernel: '5.4.0-42-generic',
    nodes: nodesNamed('kiln', 3),
  });
  for (const node of ['kiln-2', 'kiln-3'])
    keepsDying(sample, node, version, [
      [
        'INFO',
        'int_dataplane.go',
        'attempted to modprobe nf_conntrack_proto_sctp error=exit status 1 output=""',
      ],
      [
        'FATAL',
        'int_dataplane.go',
        "Kernel's RPF check is set to 'loose'.  This would allow endpoints to spoof their IP address.  Calico requires net.ipv4.conf.all.rp_filter to be set to 0 or 1. If you require loose RPF and you are not concerned about spoofing, this check can be disabled by setting the IgnoreLooseRPF configuration parameter to 'true'.",
      ],
    ]);
  return sample;
}

function withoutSets(): Sample {
  const version = 'v3.27.3';
  const sample = healthyCluster({ version, install: 'kubespray', nodes: nodesNamed('press', 4) });
  setKernel(sample, 'press-4', '6.6.31-v8+', 'Debian GNU/Linux 12 (bookworm)');
  keepsDying(sample, 'press-4', version, [
    restoreFailed(
      "iptables-restore v1.8.8 (nf_tables): Couldn't load match `set':No such file or directory\\n\\nError occurred at line: 31\\n",
    ),
    ...gaveUp,
  ]);
  return sample;
}

function withoutVxlan(): Sample {
  const version = 'v3.31.2';
  const sample = healthyCluster({ version, install: 'vxlan', nodes: nodesNamed('press', 3) });
  setKernel(sample, 'press-2', '6.8.0-1018-raspi', 'Ubuntu 24.04.1 LTS');
  felixAdds(
    sample,
    'press-2',
    version,
    [8, 7, 6, 5, 4, 3, 2, 1].map((ago) => [
      ago,
      'WARNING',
      'route_mgr.go',
      'Failed to configure tunnel device, retrying... error=operation not supported ipVersion=0x4 tunnelDevice="vxlan.calico"',
    ]),
  );
  return sample;
}

function foreignRules(): Sample {
  const version = 'v3.24.5';
  const sample = healthyCluster({ version, nodes: nodesNamed('loom', 3) });
  keepsDying(sample, 'loom-1', version, [
    [
      'ERROR',
      'table.go',
      'iptables-save failed because there are incompatible nft rules in the table.  Remove the nft rules to continue. ipVersion=0x4 table="filter"',
    ],
    [
      'WARNING',
      'table.go',
      'iptables-nft-save command failed error=iptables-save failed because there are incompatible nft rules in the table ipVersion=0x4 stderr="" table="filter"',
    ],
    [
      'PANIC',
      'table.go',
      'iptables-nft-save command failed after retries ipVersion=0x4 table="filter"',
    ],
  ]);
  return sample;
}

function lockForAMoment(): Sample {
  const version = 'v3.24.5';
  const sample = healthyCluster({ version, nodes: nodesNamed('loom', 3) });
  const locked = restoreFailed(
    'Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\\n',
  );
  for (const node of ['loom-1', 'loom-3'])
    felixAdds(sample, node, version, [
      [300, ...locked],
      [300, 'WARNING', 'table.go', 'Failed to program iptables, will retry error=exit status 4'],
      [299, 'WARNING', 'table.go', 'Succeeded after retry.'],
      [30, ...locked],
      [30, 'WARNING', 'table.go', 'Failed to program iptables, will retry error=exit status 4'],
      [29, 'WARNING', 'table.go', 'Succeeded after retry.'],
    ]);
  return sample;
}

function oldKernel(): Sample {
  const version = 'v3.32.1';
  const sample = healthyCluster({
    version,
    install: 'operator',
    kubernetes: 'v1.35.1',
    nodes: nodesNamed('forge', 4),
  });
  felixConfiguration(sample, { nftablesMode: 'Enabled' });
  Object.assign(sample.lists.installations?.[0]?.spec?.calicoNetwork ?? {}, {
    linuxDataplane: 'Nftables',
  });
  setKernel(sample, 'forge-2', '5.4.0-198-generic', 'Ubuntu 20.04.6 LTS');
  keepsDying(sample, 'forge-2', version, [
    [
      'ERROR',
      'table.go',
      'Failed to run nft transaction error=/dev/stdin:14:1-63: Error: Could not process rule: No such file or directory ipVersion=0x4 table="calico"',
    ],
    [
      'WARNING',
      'table.go',
      'Failed to program nftables, will retry error=error performing nft transaction',
    ],
    [
      'PANIC',
      'table.go',
      'Failed to program nftables, giving up after retries error=error performing nft transaction',
    ],
  ]);
  return sample;
}

function newerSets(): Sample {
  const version = 'v3.26.4';
  const sample = healthyCluster({ version, nodes: nodesNamed('dock', 5) });
  for (const node of ['dock-4', 'dock-5']) {
    setKernel(sample, node, '6.14.2-300.fc42.x86_64', 'Fedora Linux 42 (Server Edition)');
    keepsDying(sample, node, version, [
      [
        'ERROR',
        'ipsets.go',
        'Bad return code from \'ipset list\'. error=exit status 1 family="inet" stderr="ipset v7.11: Kernel and userspace incompatible: settype hash:ip with revision 6 not supported by userspace.\\n"',
      ],
      ['WARNING', 'ipsets.go', 'Failed to resync with dataplane error=exit status 1 family="inet"'],
      ['PANIC', 'ipsets.go', 'Failed to update IP sets after multiple retries. family="inet"'],
    ]);
  }
  return sample;
}

const mismatch = (detected: string, specified: string): FelixLine => [
  'WARNING',
  'feature_detect_linux.go',
  `Iptables backend specified does not match the detected backend, using specified backend detectedBackend="${detected}" specifiedBackend="${specified}"`,
];

function legacyForced(): Sample {
  const version = 'v3.29.2';
  const sample = healthyCluster({ version, nodes: nodesNamed('mill', 3) });
  felixConfiguration(sample, { iptablesBackend: 'Legacy' });
  setKernel(sample, 'mill-3', '6.12.0-55.el10.x86_64', 'Rocky Linux 10.0 (Red Quartz)');
  keepsDying(sample, 'mill-3', version, [
    mismatch('nft', 'legacy'),
    restoreFailed(
      "iptables-restore v1.8.8 (legacy): can't initialize iptables table `filter': Table does not exist (do you need to insmod?)\\n",
    ),
    ...gaveUp,
  ]);
  return sample;
}

function legacyQuiet(): Sample {
  const version = 'v3.29.2';
  const sample = healthyCluster({ version, nodes: nodesNamed('mill', 3) });
  felixConfiguration(sample, { iptablesBackend: 'Legacy' });
  for (const node of ['mill-1', 'mill-2', 'mill-3']) {
    felixAdds(sample, node, version, [
      [50_000, 'INFO', 'daemon.go', 'Felix starting up'],
      [49_999, ...mismatch('nft', 'legacy')],
      felixHeals(49_990),
    ]);
    felixGoesOn(sample, node, version);
  }
  return sample;
}

function secondVxlan(): Sample {
  const version = 'v3.29.3';
  const sample = healthyCluster({ version, install: 'vxlan', nodes: nodesNamed('pier', 3) });
  felixAdds(sample, 'pier-3', version, [
    [
      400,
      'INFO',
      'int_dataplane.go',
      'Linux interface state changed. ifIndex=5 ifaceName="flannel.4096" state="up"',
    ],
    ...[9, 8, 7, 6, 5, 4, 3, 2, 1].map(
      (ago) =>
        [
          ago,
          'WARNING',
          'vxlan_mgr.go',
          "Failed to configure VXLAN tunnel device, retrying... error=can't locate created vxlan device vxlan.calico ipVersion=0x4",
        ] as const,
    ),
  ]);
  add(
    sample,
    'pods',
    runningPod(sample, {
      name: 'kube-flannel-ds-9wq4t',
      namespace: 'kube-flannel',
      node: 'pier-3',
      hostIP: '10.33.8.23',
      age: 410,
      labels: { app: 'flannel' },
      owner: { kind: 'DaemonSet', name: 'kube-flannel-ds' },
      spec: {
        hostNetwork: true,
        containers: [{ name: 'kube-flannel', image: 'registry.example/flannel/flannel:v0.26.1' }],
      },
    }),
  );
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'rp-filter-loose',
    title: 'An upgrade of systemd set rp_filter to loose on two nodes with an old Calico.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'rp-filter-loose',
      nodes: ['kiln-2', 'kiln-3'],
      renderer: 'manifest',
      never: ['slow-startup-liveness-kill', 'kernel-modules-missing'],
    },
    build: looseFilter,
  },
  {
    name: 'kernel-modules-missing',
    title: 'A node joined with a small kernel that has no sets for iptables.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'kernel-modules-missing',
      nodes: ['press-4'],
      never: ['iptables-programming-failure', 'iptables-backend-mismatch'],
    },
    build: withoutSets,
  },
  {
    name: 'kernel-modules-missing-vxlan',
    title: 'The kernel of one node has no VXLAN, and its pod is 1/1 all the same.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'kernel-modules-missing',
      nodes: ['press-2'],
      never: ['vxlan-device-conflict'],
    },
    build: withoutVxlan,
  },
  {
    name: 'iptables-programming-failure',
    title: 'Somebody wrote nft rules into the tables of iptables on one node.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'iptables-programming-failure',
      nodes: ['loom-1'],
      never: ['iptables-backend-mismatch', 'kernel-modules-missing'],
    },
    build: foreignRules,
  },
  {
    name: 'iptables-programming-failure-lookalike-lock',
    title: 'Another program had the lock of iptables for a moment; nothing is wrong.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, never: ['iptables-programming-failure'] },
    build: lockForAMoment,
  },
  {
    name: 'nftables-programming-failure',
    title: 'The dataplane was switched to nftables, for which one kernel is too old.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'nftables-programming-failure',
      nodes: ['forge-2'],
      renderer: 'operator',
    },
    build: oldKernel,
  },
  {
    name: 'ipset-failure',
    title: 'Two nodes with a new system make IP sets that an older Calico cannot read.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'ipset-failure',
      nodes: ['dock-4', 'dock-5'],
      never: ['calico-node-not-privileged', 'kernel-modules-missing'],
    },
    build: newerSets,
  },
  {
    name: 'iptables-backend-mismatch',
    title: 'Felix is set to legacy iptables, and a new node has nothing but nft.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'iptables-backend-mismatch',
      nodes: ['mill-3'],
      never: ['iptables-programming-failure', 'kernel-modules-missing'],
    },
    build: legacyForced,
  },
  {
    name: 'iptables-backend-mismatch-quiet',
    title: 'Felix writes to legacy iptables on nodes that use nft, and every pod is 1/1.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, never: ['iptables-programming-failure'] },
    build: legacyQuiet,
  },
  {
    name: 'vxlan-device-conflict',
    title:
      "A test of flannel left a device with the identifier of Calico's VXLAN; every pod is 1/1.",
    layout: 'cluster-info',
    expect: {
      verdict: 'findings',
      first: 'vxlan-device-conflict',
      nodes: ['pier-3'],
      never: ['kernel-modules-missing'],
    },
    build: secondVxlan,
  },
];
