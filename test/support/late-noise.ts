import { minorOf } from '../../internal/calico/version.ts';
import { klog, serviceIP, written, type Line, type NoiseSpec } from './early-noise.ts';
import { birdLines } from './start-log.ts';

function outage(spec: NoiseSpec, from: number): string[] {
  const refused = `dial tcp ${serviceIP}: connect: connection refused`;
  return [
    ...written(spec, [
      [
        from,
        'WARNING',
        'felix',
        'watchercache.go',
        `Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/networkpolicies" error=Get "https://${serviceIP}/apis/crd.projectcalico.org/v1/networkpolicies": ${refused}`,
      ],
      [
        from + 9,
        'INFO',
        'felix',
        'health.go',
        'Overall health status changed: live=true ready=false',
      ],
      [
        from + 12,
        'WARNING',
        'felix',
        'table.go',
        'Failed to execute ip(6)tables-restore command error=exit status 4 errorOutput="Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\\n" ipVersion=0x4',
      ],
      [
        from + 40,
        'INFO',
        'felix',
        'health.go',
        'Overall health status changed: live=true ready=true',
      ],
    ]),
    klog(
      'W',
      `reflector.go:561] failed to list *v1.EndpointSlice: Get "https://${serviceIP}/apis": ${refused}`,
    ),
    klog(
      'E',
      `reflector.go:166] "Unhandled Error" err="failed to list *v1.NetworkPolicy: ${refused}"`,
    ),
  ];
}

function bgpOutage({ peers }: NoiseSpec): string[] {
  const [peer] = peers;
  if (peer === undefined) return [];
  const name = `Mesh_${peer.replaceAll('.', '_')}`;
  return [
    `bird: ${name}: Error: Hold timer expired`,
    `bird: ${name}: State changed to stop`,
    ...birdLines([peer]).slice(1),
    'bird: KIF: Received address message for unknown interface 41',
    `bird: KRT: Received route 10.244.9.0/26 with strange next-hop ${peer}`,
  ];
}

/** What stands in the log of a calico-node that has run for long: an outage of long ago that is over, and routine to the end. */
export function lateNoise(spec: NoiseSpec): readonly string[] {
  const nic = spec.node.nic ?? 'ens3';
  const address = `${spec.node.ip}/${spec.node.prefix ?? 24}`;
  const minor = minorOf(spec.version) ?? 0;
  const monitor = minor >= 32 ? 'node-services' : 'monitor-addresses';
  const routine = (seconds: number): Line => [
    seconds,
    'INFO',
    'felix',
    'summary.go',
    'Summarising 11 dataplane reconciliation loops over 1m3.5s: avg=5ms longest=37ms ()',
  ];
  const checked: Line = [
    spec.age - 44,
    'INFO',
    monitor,
    minor >= 22 ? 'autodetection_methods.go' : 'startup.go',
    `Using autodetected IPv4 address on interface ${nic}: ${address}`,
  ];
  return [
    ...(spec.age > 8000 ? outage(spec, spec.age / 3) : []),
    ...(spec.age > 8000 && spec.backend === 'bird' ? bgpOutage(spec) : []),
    ...written(spec, [
      ...(spec.age > 400 ? [routine(spec.age - 300)] : []),
      ...(spec.age > 100 && spec.backend !== 'none' && minor >= 18 ? [checked] : []),
      ...(spec.age > 100 ? [routine(spec.age - 21)] : []),
    ]),
  ];
}
