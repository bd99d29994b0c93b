import { isAtLeast } from '../../../../internal/calico/version.ts';
import type { CalicoContext } from './calico-context.ts';
import type { Services } from './calico-services.ts';
import { timeText, type ProbeSpec } from './container-log.ts';
import { lateProbe } from './probe-answers.ts';
import { establishedPeers, peersOf } from './world.ts';

const threshold = 30;

const refused = (port: number, path: string): string =>
  `Get "http://localhost:${port}${path}": dial tcp 127.0.0.1:${port}: connect: connection refused`;

// Felix's own server, or what else holds its port.
function felixTrouble(
  context: CalicoContext,
  services: Services | null,
  port: number,
  path: string,
): string | null {
  if (context.machine.facts.takenPorts.includes(port))
    return `${path.slice(1)} probe reporting 404`;
  const own = Number(context.env()['FELIX_HEALTHPORT'] ?? 9099);
  return services?.isFelixServing() && own === port ? null : refused(port, path);
}

function httpAnswer(
  context: CalicoContext,
  services: Services | null,
  { port, path }: ProbeSpec,
): string | null {
  if (context.machine.facts.takenPorts.includes(port))
    return 'HTTP probe failed with statuscode: 404';
  return felixTrouble(context, services, port, path);
}

/**
 * BIRD's part of the readiness probe (node/pkg/health/bird): in the first 30 s behind the start all peers have to be there, later
 * one of them; a BIRD without peers is ready.
 */
function birdTrouble(
  { world, machine }: CalicoContext,
  services: Services,
  now: number,
): string | null {
  if (!services.isBirdRunning())
    return 'error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused';
  const established = establishedPeers(world, machine, now);
  const missing = peersOf(world, machine).filter((peer) => !established.has(peer));
  if (missing.length === 0) return null;
  if (now > services.since + threshold && established.size > 0) return null;
  return `BGP not established with ${missing.join(',')}`;
}

function execAnswer(
  context: CalicoContext,
  services: Services | null,
  probe: ProbeSpec,
  now: number,
): string | null {
  const asks = (flag: string): boolean =>
    probe.command?.some((word) => word.includes(flag)) ?? false;
  const own = Number(context.env()['FELIX_HEALTHPORT'] ?? 9099);
  const say = (text: string): string => `calico/node is not ready: ${text}`;
  if (asks('felix-live')) {
    const trouble = felixTrouble(context, services, own, '/liveness');
    if (trouble !== null) return say(`Felix is not live: ${trouble}`);
  }
  if (asks('bird-live') && !services?.isBirdRunning())
    return say('bird/confd is not live: exit status 1');
  if (asks('felix-ready')) {
    const trouble = felixTrouble(context, services, own, '/readiness');
    if (trouble !== null) return say(`felix is not ready: ${trouble}`);
  }
  if (!asks('bird-ready')) return null;
  if (!services)
    return say(
      'BIRD is not ready: failed to stat() nodename file: stat /var/lib/calico/nodename: no such file or directory',
    );
  const trouble = birdTrouble(context, services, now);
  if (trouble === null) return null;
  const count = establishedPeers(context.world, context.machine, now).size;
  const file = isAtLeast(context.version, '3.32.0') ? 'node/health.go 207' : 'confd/health.go 180';
  const time = timeText(now).replace('T', ' ').replace('Z', '.417');
  const pid = 100 + (Math.floor(now) % 900);
  return `${time} [INFO][${pid}] ${file}: Number of node(s) with BGP peering established = ${count}\n${say(`BIRD is not ready: ${trouble}`)}\n`;
}

/** What a probe of calico-node comes to: null for a success, else the kubelet's words. */
export function healthAnswer(
  context: CalicoContext,
  services: Services | null,
  probe: ProbeSpec,
  now: number,
): string | null {
  const late = lateProbe(context.machine, probe);
  // Who is not there refuses at once, however slow the machine is.
  if (probe.command === null) {
    const answer = httpAnswer(context, services, probe);
    return answer?.includes('refused') ? answer : (late ?? answer);
  }
  return late ?? execAnswer(context, services, probe, now);
}
