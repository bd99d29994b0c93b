import { addEvent, logOf, podOn, setLog, unready } from './faults.ts';
import type { Sample } from './sample.ts';

/** BIRD's name of a session of the mesh. */
export const meshName = (ip: string): string => `Mesh_${ip.replaceAll(/[.:]/g, '_')}`;

/** A start of BIRD, line for line in its own order: the sessions are named before it says that it has started. */
export function birdStart(
  peers: readonly string[],
  up: readonly string[] = peers,
): readonly string[] {
  const names = peers.map(meshName);
  return [
    'bird: device1: Initializing',
    'bird: direct1: Initializing',
    ...names.map((name) => `bird: ${name}: Initializing`),
    'bird: device1: Starting',
    'bird: device1: State changed to feed',
    ...names.flatMap((name) => [
      `bird: ${name}: Starting`,
      `bird: ${name}: State changed to start`,
    ]),
    'bird: Graceful restart started',
    'bird: Started',
    'bird: device1: State changed to up',
    ...up
      .map(meshName)
      .flatMap((name) => [
        `bird: ${name}: State changed to feed`,
        `bird: ${name}: State changed to up`,
      ]),
  ];
}

/** A start of BIRD that does not get its port: each session is given up at once. */
export const birdWithoutPort = (peers: readonly string[]): readonly string[] => [
  ...birdStart(peers, []),
  ...peers
    .map(meshName)
    .flatMap((name) => [
      'bird: BGP: Socket error: bind: Address in use',
      'bird: BGP: Cannot open listening socket',
      `bird: ${name}: State changed to down`,
    ]),
];

/** Puts other lines in the place of what BIRD says in a node's log. */
export function birdSays(sample: Sample, node: string, lines: readonly string[]): void {
  const pod = podOn(sample, node);
  const rest = logOf(sample, pod)
    .split('\n')
    .filter((line) => !line.startsWith('bird'));
  const place = rest.findIndex((line) => line.includes('Summarising'));
  const at = place === -1 ? rest.length : place;
  setLog(
    sample,
    pod,
    'calico-node',
    [...rest.slice(0, at), ...lines, ...rest.slice(at)].join('\n'),
  );
}

/** The addresses of the other workers of `healthyCluster({ nodes: count })`. */
export const peersOf = (number: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => index + 1)
    .filter((other) => other !== number)
    .map((other) => `10.20.0.${10 + other}`);

/** A pod that is 0/1, and what its readiness probe says of BIRD. */
export function birdProbe(
  sample: Sample,
  node: string,
  message: string,
  options: { readonly ago?: number; readonly probe?: 'Readiness' | 'Liveness' } = {},
): void {
  const pod = podOn(sample, node);
  unready(pod);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    `${options.probe ?? 'Readiness'} probe failed: calico/node is not ready: ${message}`,
    { count: 31, ago: options.ago ?? 9 },
  );
}

export const socketRefused =
  'BIRD is not ready: error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused';
export const socketMissing =
  'BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/bird/bird.ctl: connect: no such file or directory';
export const serviceDown =
  'bird/confd is not live: Service bird is not running. Output << down: /etc/service/enabled/bird: 0s, normally up, want up >>';
