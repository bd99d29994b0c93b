import { hostAddress, type HostInterface } from '../../internal/calico/autodetection/host.ts';
import { startNode } from '../../internal/calico/autodetection/start-node.ts';
import type { StartWrite, StoredNode } from '../../internal/calico/autodetection/start-types.ts';
import type { Node, Pod } from '../../internal/model/kubernetes.ts';
import { environmentOf } from './simulated-environment.ts';
import type { Birds } from './simulated-bird.ts';
import type { PodLog, World } from './simulated-world.ts';
import { logLine, startLog } from './start-log.ts';

/** One run of the calico-node container. */
export interface Run {
  readonly startedAt: number;
  /** Felix answers on its health port. */
  isLive: boolean;
  hasEnded: boolean;
}

export interface RunHooks {
  readonly log: PodLog;
  readonly birds: Birds;
  readonly onExit: (exitCode: number) => void;
}

const annotation = 'projectcalico.org/IPv4Address';
const listAnnotation = 'projectcalico.org/Interfaces';

// The kernel lists interfaces in the order of their index.
function interfacesOf(world: World, name: string): readonly HostInterface[] {
  const node = world.nodes.get(name);
  const all = [
    { name: 'lo', index: 1, addresses: ['127.0.0.1/8'] },
    { name: node?.nic ?? 'ens3', index: 2, addresses: [`${node?.ip}/${node?.prefix ?? 24}`] },
    ...(node?.more ?? []),
  ].toSorted((a, b) => a.index - b.index);
  return all.map(({ name: iface, addresses }) => ({
    name: iface,
    addresses: addresses.flatMap((text) => hostAddress(text) ?? []),
  }));
}

function storedNode({ metadata }: Node): StoredNode {
  const address = metadata.annotations?.[annotation];
  return { name: metadata.name, bgp: address === undefined ? null : { ipv4Address: address } };
}

function write(world: World, name: string, { spec }: StartWrite): void {
  world.cluster.edit<Node>({ kind: 'Node', name }, ({ metadata }) => {
    const { [annotation]: former, ...rest } = metadata.annotations ?? {};
    void former;
    const address = spec.bgp?.ipv4Address;
    metadata.annotations = {
      ...rest,
      ...(address === undefined ? {} : { [annotation]: address }),
      ...(spec.interfaces ? { [listAnnotation]: JSON.stringify(spec.interfaces) } : {}),
    };
  });
}

/** The address step of the start, by the project's own copy of Calico's code; the lines that it says. */
function settleAddress(world: World, pod: Pod) {
  const name = pod.spec?.nodeName ?? '';
  const nodes: readonly Node[] = world.cluster.store.list('Node');
  const own = nodes.find(({ metadata }) => metadata.name === name);
  if (!own) throw new Error(`the cluster has no node ${name}`);
  const result = startNode({
    env: environmentOf(world, pod, 'calico-node'),
    calicoVersion: world.calicoVersion,
    interfaces: interfacesOf(world, name),
    nodeAddresses: own.status?.addresses ?? [],
    surroundings: null,
    node: { ...storedNode(own), exists: true },
    others: nodes.filter((node) => node !== own).map(storedNode),
  });
  if (result.isUnknown) throw new Error(`what calico-node on ${name} detects cannot be simulated`);
  for (const one of result.writes) write(world, name, one);
  return result;
}

/** The lines of a healthy start, to take those of Felix from. */
const felixLines = (world: World, name: string, start: string): readonly string[] =>
  startLog({
    start,
    version: world.calicoVersion,
    node: name,
    interfaces: [
      { name: 'lo', index: 1, addresses: ['127.0.0.1/8'] },
      {
        name: world.nodes.get(name)?.nic ?? 'ens3',
        index: 2,
        addresses: [`${world.nodes.get(name)?.ip}/24`],
      },
      ...(world.nodes.get(name)?.more ?? []),
    ],
    picked: world.nodes.get(name)?.nic ?? 'ens3',
    backend: 'none',
  })
    .split('\n')
    .filter((line) => !line.includes('Summarising'))
    .filter((line) => /\[\d+\] (?:felix\/|int_dataplane|daemon|health)|^[+|]/.test(line));

/** Starts calico-node in a container that has just begun; ends by itself where the start fails. */
export function startCalicoNode(world: World, pod: Pod, hooks: RunHooks): Run {
  const { clock } = world.cluster;
  const { log, birds } = hooks;
  const name = pod.spec?.nodeName ?? '';
  const start = new Date(clock.now()).toISOString();
  const run: Run = { startedAt: clock.now(), isLive: false, hasEnded: false };
  const whole = world.nodes.get(name)?.startSeconds ?? 3;
  const say = (seconds: number, message: string, level = 'INFO'): string =>
    logLine(
      { start, version: world.calicoVersion },
      seconds,
      level,
      'startup',
      'startup.go',
      message,
    );
  const at = (share: number, action: (seconds: number) => void): void => {
    const seconds = share * whole;
    clock.schedule(seconds * 1000, () => {
      if (!run.hasEnded) action(seconds);
    });
  };
  log.append([
    say(0, 'Early log level set to info'),
    say(0.002, 'Using NODENAME environment for node name'),
    say(0.003, `Determined node name: ${name}`),
    say(0.004, `Starting node ${name} with version ${world.calicoVersion}`),
    say(0.01, 'Checking datastore connection'),
  ]);
  at(0.02, (seconds) => log.append([say(seconds, 'Datastore connection verified')]));
  at(0.4, (seconds) => {
    const { exit, log: said } = settleAddress(world, pod);
    log.append(said.map(({ level, message }) => say(seconds, message, level)));
    if (exit === null) return;
    log.append(['Calico node failed to start']);
    run.hasEnded = true;
    hooks.onExit(exit);
  });
  at(0.8, (seconds) =>
    log.append([
      say(seconds, 'FELIX_IPV6SUPPORT is false through environment variable'),
      say(seconds, `Using node name: ${name}`),
    ]),
  );
  at(1, () => {
    const begun = new Date(clock.now()).toISOString();
    log.append(['Calico node started successfully', ...felixLines(world, name, begun)]);
    run.isLive = true;
    const backend = environmentOf(world, pod, 'calico-node')['CALICO_NETWORKING_BACKEND'];
    if ((backend ?? 'bird') === 'bird') birds.start(pod, log);
  });
  return run;
}
