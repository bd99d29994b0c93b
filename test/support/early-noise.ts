import { minorOf } from '../../internal/calico/version.ts';
import type { NodeSpec } from './cluster.ts';
import { logLine } from './start-log.ts';

/** Where and when the noise is made. */
export interface NoiseSpec {
  readonly version: string;
  readonly node: NodeSpec;
  /** Addresses of the other nodes. */
  readonly peers: readonly string[];
  readonly backend: 'bird' | 'vxlan' | 'none';
  /** RFC 3339: the container's start. */
  readonly start: string;
  /** Seconds from the start to the snapshot. */
  readonly age: number;
  readonly hasTypha?: boolean;
}

/** A line of the log: when, what, and who says it. */
export type Line = readonly [
  seconds: number,
  level: string,
  component: string,
  file: string,
  message: string,
];

export const serviceIP = '10.96.0.1:443';

export const written = (spec: NoiseSpec, lines: readonly Line[]): string[] =>
  lines.map(([seconds, ...rest]) => logLine(spec, seconds, ...rest));

// klog's lines have neither a year nor a component.
export const klog = (letter: string, text: string): string =>
  `${letter}0301 11:58:02.117406      17 ${text}`;

/** What startup writes besides, as long as it runs. */
export function startupNoise(spec: NoiseSpec): string[] {
  const asks = `Get "https://${serviceIP}/api/v1/nodes/foo": dial tcp ${serviceIP}: connect: connection refused`;
  const minor = minorOf(spec.version) ?? 0;
  return [
    ...written(spec, [
      [
        0.02,
        'INFO',
        'startup',
        'startup.go',
        `Hit error connecting to datastore - retry error=${asks}`,
      ],
      [
        0.03,
        'INFO',
        'startup',
        'startup.go',
        `Hit error connecting to datastore - retry error=${asks}`,
      ],
      [
        0.2,
        'INFO',
        'startup',
        'startup.go',
        'Unauthorized to query kubeadm configmap, assuming not on kubeadm. CIDR detection will not occur.',
      ],
      [
        0.2,
        'INFO',
        'startup',
        'startup.go',
        'Unauthorized to query rancher configmap, assuming not on rancher. CIDR detection will not occur.',
      ],
    ]),
    ...(minor >= 30 ? [klog('I', `warnings.go:107] "Warning: unknown field \\"status\\""`)] : []),
    ...(minor >= 23 && minor <= 27
      ? [
          klog(
            'W',
            'feature_gate.go:241] Setting GA feature gate ServiceInternalTrafficPolicy=true. It will be removed in a future release.',
          ),
        ]
      : []),
    klog(
      'W',
      'client_config.go:617] Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.',
    ),
  ];
}

function felix(spec: NoiseSpec): string[] {
  const minor = minorOf(spec.version) ?? 0;
  const typha: Line[] = [
    [1.2, 'ERROR', 'felix', 'discovery.go', "Didn't find any ready Typha instances."],
    [
      1.2,
      'ERROR',
      'felix',
      'daemon.go',
      'Typha discovery enabled but discovery failed. error=missing Kubernetes service IP or port',
    ],
  ];
  const link: Line = [
    1.6,
    'ERROR',
    'felix',
    'route_table.go',
    'Failed to get link attributes error=interface not present ifaceRegex="^vxlan.calico$" ipVersion=0x4 tableIndex=0',
  ];
  return written(spec, [
    ...(spec.hasTypha === true ? [...typha, ...typha] : []),
    [1.4, 'INFO', 'felix', 'health.go', 'Health enabled.  Server is already running.'],
    [
      1.5,
      'WARNING',
      'felix',
      'int_dataplane.go',
      "Can't enable XDP acceleration. error=bpftool not found in $PATH",
    ],
    ...(minor <= 26 ? [link, link] : []),
    [1.8, 'INFO', 'felix', 'health.go', 'Reporter is not ready: name="InternalDataplaneMainLoop"'],
    [1.8, 'INFO', 'felix', 'health.go', 'Overall health status changed: live=true ready=false'],
  ]);
}

function confd(spec: NoiseSpec): string[] {
  const missing = 'no such file or directory';
  const minor = minorOf(spec.version) ?? 0;
  const component = minor >= 32 ? 'node-services' : 'complete-startup';
  const waits = (seconds: number, reason: string): Line => [
    seconds,
    'WARNING',
    component,
    'startup.go',
    `Calico is not ready yet, waiting... reason="calico/node is not ready: ${reason}"`,
  ];
  const waiting: Line[] = [
    waits(
      1.3,
      'BIRD6 is not ready: error querying BIRD: unable to connect to BIRDv6 socket: dial unix /var/run/calico/bird6.ctl: connect: no such file or directory',
    ),
    waits(2.3, `BIRD is not ready: BGP not established with ${spec.peers.join(',')}`),
    [3.3, 'INFO', component, 'startup.go', 'Calico started successfully'],
  ];
  return [
    ...written(spec, [
      [
        1.3,
        'ERROR',
        'confd',
        'status_file_watcher.go',
        `Error adding directory to fsnotify. error=${missing}`,
      ],
      [
        1.3,
        'ERROR',
        'confd',
        'status_file_watcher.go',
        `Error reading directory error=open /var/run/calico/endpoint-status: ${missing}`,
      ],
      [
        1.4,
        'ERROR',
        'confd',
        'resource.go',
        `Error from checkcmd "bird -p -c /etc/calico/confd/config/.bird.cfg58": "bird: /etc/calico/confd/config/.bird.cfg58:2:1 Unable to open included file /etc/calico/confd/config/bird_aggr.cfg: ${missing}\\n"`,
      ],
      ...(minor >= 31 ? waiting : []),
    ]),
    `bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: ${missing}`,
    `bird6: Unable to open configuration file /etc/calico/confd/config/bird6.cfg: ${missing}`,
    'bird: device1: State changed to up',
    'bird: Graceful restart started',
  ];
}

/** What calico-node writes in the first seconds behind its startup, if all is right: warnings and errors that mean nothing. */
export const earlyNoise = (spec: NoiseSpec): readonly string[] => [
  ...felix(spec),
  ...(spec.backend === 'bird' ? confd(spec) : []),
  '... dropped 56 logs ...',
];
