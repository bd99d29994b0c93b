import { speechOf } from './calico-speech.ts';
import { containerLog, type Ending, type Program } from './container-log.ts';
import { shortRun } from './plain-run.ts';
import { type Machine, slownessOf } from './world.ts';

const clientTimeout = 30;
const account = '/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin/token';

// Without the API server it says twice that it got no token, after a client's whole patience.
function installCni(machine: Machine, startedAt: number, version: string): Program {
  const log = containerLog();
  const speech = speechOf(log, version);
  const { facts } = machine;
  const seconds = facts.isServiceIpReachable
    ? (0.4 + facts.secondsPerRequest) * slownessOf(machine)
    : clientTimeout;
  const place: [string, string] = ['cni-installer', 'install.go'];
  let ending: Ending | null = null;
  speech.info(startedAt, ...place, 'Running as a Kubernetes pod');
  return {
    log,
    step: (now) => {
      const end = startedAt + seconds;
      if (ending || now < end) return;
      if (facts.isServiceIpReachable) {
        speech.info(end, ...place, 'Created /host/etc/cni/net.d/10-calico.conflist');
        ending = { exitCode: 0, reason: 'Completed' };
        return;
      }
      const error = `Unable to create token for CNI kubeconfig error=Post "https://10.96.0.1:443${account}": dial tcp 10.96.0.1:443: i/o timeout`;
      speech.line(end, 'ERROR', 'cni-installer', 'token_watch.go', error);
      speech.line(end, 'FATAL', ...place, error);
      ending = { exitCode: 1, reason: 'Error' };
    },
    exit: () => ending,
    probe: () => null,
    stop: () => ({ exitCode: 137, reason: 'Error' }),
  };
}

// From v3.31 on it asks for the API groups first, and goes on without an answer after a client's whole patience.
function upgradeIpam(machine: Machine, startedAt: number): Program {
  const { facts } = machine;
  const seconds = facts.isServiceIpReachable
    ? (0.2 + facts.secondsPerRequest) * slownessOf(machine)
    : clientTimeout;
  const done =
    'host-local IPAM data dir not found; no migration necessary, successfully exiting...';
  const time = new Date((startedAt + seconds) * 1000).toISOString().slice(0, 23).replace('T', ' ');
  return shortRun(startedAt, seconds, `${time} [INFO][1] ipam/migrate.go 74: ${done}`);
}

/** What runs in an init container of calico-node. */
export function initRun(
  name: string,
  machine: Machine,
  startedAt: number,
  version: string,
): Program {
  switch (name) {
    case 'install-cni':
      return installCni(machine, startedAt, version);
    case 'upgrade-ipam':
      return upgradeIpam(machine, startedAt);
    default:
      return shortRun(startedAt, 0.3 * slownessOf(machine), '');
  }
}
