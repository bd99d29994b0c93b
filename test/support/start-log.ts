/** Healthy starts of calico-node in the grammars of several releases, of our own making. */

export interface Interface {
  readonly name: string;
  readonly index: number;
  /** `10.0.0.1/24`. */
  readonly addresses: readonly string[];
}

export interface StartOptions {
  /** RFC 3339, the first line's time. */
  readonly start: string;
  readonly version: string;
  readonly node: string;
  readonly interfaces: readonly Interface[];
  /** Name of the interface that first-found takes; with its first address. */
  readonly picked: string;
  readonly peers?: readonly string[];
  readonly backend?: 'bird' | 'vxlan' | 'none';
}

const minorOf = (version: string): number => Number(version.split('.')[1]);

/** Makes a line of the release's grammar, so many seconds behind the start. */
export function logLine(
  options: { readonly start: string; readonly version: string },
  seconds: number,
  level: string,
  component: string,
  file: string,
  message: string,
): string {
  const time = new Date(Date.parse(options.start) + seconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '');
  const pid = component === 'startup' ? 9 : component === 'felix' ? 61 : 62;
  const where = minorOf(options.version) >= 14 ? `${component}/${file}` : file;
  return `${time} [${level}][${pid}] ${where} ${100 + message.length}: ${message}`;
}

function addressSet(options: StartOptions, addresses: readonly string[]): string {
  const bare = addresses.map((address) => address.split('/')[0] ?? '');
  const minor = minorOf(options.version);
  if (minor <= 22) return `set.mapSet{${bare.map((ip) => `"${ip}":set.empty{}`).join(', ')}}`;
  return `set.Set{${bare.join(',')}}`;
}

function startup(options: StartOptions): string[] {
  const picked = options.interfaces.find(({ name }) => name === options.picked);
  const say = (seconds: number, message: string, file = 'startup.go'): string =>
    logLine(options, seconds, 'INFO', 'startup', file, message);
  const file = minorOf(options.version) >= 22 ? 'autodetection_methods.go' : 'startup.go';
  return [
    say(0, 'Early log level set to info'),
    say(0.002, 'Using NODENAME environment for node name'),
    say(0.003, `Determined node name: ${options.node}`),
    say(0.004, `Starting node ${options.node} with version ${options.version}`),
    say(0.01, 'Checking datastore connection'),
    say(0.06, 'Datastore connection verified'),
    ...(options.backend === 'none'
      ? []
      : [
          say(
            0.09,
            `Using autodetected IPv4 address on interface ${options.picked}: ${picked?.addresses[0]}`,
            file,
          ),
        ]),
    say(0.1, 'No AS number configured on node resource, using global value'),
    say(0.31, 'FELIX_IPV6SUPPORT is false through environment variable'),
    say(0.35, `Using node name: ${options.node}`),
    'Calico node started successfully',
  ];
}

function felix(options: StartOptions): string[] {
  const say = (
    seconds: number,
    message: string,
    file = 'int_dataplane.go',
    level = 'INFO',
  ): string => logLine(options, seconds, level, 'felix', file, message);
  const hasIndex = minorOf(options.version) >= 13;
  return [
    say(1.2, 'Felix starting up', 'daemon.go'),
    say(1.4, 'Health enabled.  Starting server. host="localhost" port=9099', 'health.go'),
    say(1.5, 'attempted to modprobe nf_conntrack_proto_sctp error=exit status 1 output=""'),
    ...options.interfaces.flatMap(({ name, index, addresses }) => [
      say(
        1.6,
        `Linux interface state changed. ${hasIndex ? `ifIndex=${index} ` : ''}ifaceName="${name}" state="up"`,
      ),
      say(
        1.6,
        `Linux interface addrs changed. addrs=${addressSet(options, addresses)} ifaceName="${name}"`,
      ),
    ]),
    say(2.2, 'Overall health status changed: live=true ready=true', 'health.go'),
    ...(minorOf(options.version) >= 25
      ? [
          '+---------------------------+---------+----------------+-----------------+--------+',
          '|         COMPONENT         | TIMEOUT |    LIVENESS    |    READINESS    | DETAIL |',
          '+---------------------------+---------+----------------+-----------------+--------+',
          '| CalculationGraph          | 30s     | reporting live | reporting ready |        |',
          '| FelixStartup              | -       | reporting live | reporting ready |        |',
          '| InternalDataplaneMainLoop | 1m30s   | reporting live | reporting ready |        |',
          '+---------------------------+---------+----------------+-----------------+--------+',
        ]
      : []),
    say(
      62,
      'Summarising 18 dataplane reconciliation loops over 1m2.1s: avg=6ms longest=48ms ()',
      'summary.go',
    ),
  ];
}

/** BIRD's lines about its mesh: each peer comes up, unless it is in `down`. */
export function birdLines(peers: readonly string[], down: readonly string[] = []): string[] {
  return [
    'bird: Started',
    ...peers.flatMap((peer) => {
      const name = `Mesh_${peer.replaceAll(/[.:]/g, '_')}`;
      const start = [
        `bird: ${name}: Initializing`,
        `bird: ${name}: Starting`,
        `bird: ${name}: State changed to start`,
      ];
      return down.includes(peer)
        ? start
        : [...start, `bird: ${name}: State changed to feed`, `bird: ${name}: State changed to up`];
    }),
  ];
}

/** The log of a calico-node that started well. */
export function startLog(options: StartOptions): string {
  const bird = (options.backend ?? 'bird') === 'bird' ? birdLines(options.peers ?? []) : [];
  return `${[...startup(options), ...felix(options).slice(0, -1), ...bird, ...felix(options).slice(-1)].join('\n')}\n`;
}
