import type { Install } from '../model/install.ts';
import type { Installation, Probe } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { inDaemonSet, inInstallation, type Placed } from './container-fields.ts';

/** The numbers of a probe that may be raised. */
export interface ProbeNumbers {
  readonly initialDelaySeconds?: number;
  readonly failureThreshold?: number;
  readonly timeoutSeconds?: number;
}

const leastDelay = 60;
const leastFailures = 10;
const mostDelay = 600;
const enoughTimeout = 10;

const roundUp = (seconds: number): number => Math.ceil(seconds / 10) * 10;

/**
 * Liveness numbers that give a start the time it needs: `lived` is how many seconds the container had before it was killed,
 * `progress` how much of its start was done by then (0 to 1; 0 if unknown). Half as much again is added. Never below what is set
 * now, nor below a delay of 60 s and 10 failures.
 */
export function enoughForStart(
  probe: Probe,
  { lived, progress }: { readonly lived: number; readonly progress: number },
): ProbeNumbers {
  const period = probe.periodSeconds ?? 10;
  const failureThreshold = Math.max(probe.failureThreshold ?? 3, leastFailures);
  const needed = (lived / Math.max(progress, 0.25)) * 1.5;
  const delay = Math.min(roundUp(needed - failureThreshold * period), mostDelay);
  const initialDelaySeconds = Math.max(probe.initialDelaySeconds ?? 0, leastDelay, delay);
  return { initialDelaySeconds, failureThreshold, ...enoughTime(probe) };
}

/** A timeout of ten seconds, as Calico's own manifests have it since v3.20; nothing where it is that long already. */
export function enoughTime(probe: Probe): Pick<ProbeNumbers, 'timeoutSeconds'> {
  const now = probe.timeoutSeconds ?? 1;
  // The API server refuses nothing here, but probes longer than their period would pile up.
  const wanted = Math.min(enoughTimeout, Math.max(probe.periodSeconds ?? 10, now));
  return wanted > now ? { timeoutSeconds: wanted } : {};
}

export interface ProbeLimits {
  readonly install: Install;
  readonly installation: Installation | undefined;
  /** Whether the Installation has fields for the probes; null where that is not known. */
  readonly canOverride: boolean | null;
  readonly numbers: {
    readonly livenessProbe?: ProbeNumbers;
    readonly readinessProbe?: ProbeNumbers;
    readonly startupProbe?: ProbeNumbers;
  };
}

const freeze = 'unsupported.operator.tigera.io/ignore';

// Operators up to v1.42 render fixed numbers and put an edited DaemonSet back within seconds.
function operatorChoices({ installation, canOverride, numbers }: ProbeLimits): Placed {
  const patch = JSON.stringify({
    spec: { template: { spec: { containers: [{ name: 'calico-node', ...numbers }] } } },
  });
  return {
    action: 'manual',
    target: { kind: 'Installation', name: installation?.metadata.name ?? 'default' },
    changes: [],
    manual: [
      ...(canOverride === null ? words.ask : words.fixed),
      ...words.relieve,
      ...words.upgrade,
      words.lastResort,
      `kubectl -n calico-system annotate daemonset calico-node ${freeze}=true`,
      `kubectl -n calico-system patch daemonset calico-node --type strategic -p '${patch}'`,
      words.undoIt,
      `# kubectl -n calico-system annotate daemonset calico-node ${freeze}-`,
    ],
  };
}

/**
 * More generous probes for calico-node: in the DaemonSet without an operator, as an override in the Installation where its CRD
 * has the fields, else the choices that are left.
 */
export function probeLimits(limits: ProbeLimits): Remedy {
  const { install, installation, canOverride, numbers } = limits;
  const fields = { container: 'calico-node', fields: numbers };
  const placed =
    install.renderer !== 'operator'
      ? inDaemonSet(install, fields)
      : ((canOverride === true ? inInstallation(install, installation, fields) : null) ??
        operatorChoices(limits));
  return {
    id: 'probe-limits',
    title: words.title(numbers),
    risk: 'restarts-pods',
    consequences: [
      words.rolls,
      ...(numbers.livenessProbe?.initialDelaySeconds === undefined ? [] : [words.slower]),
    ],
    ...placed,
  };
}

const words = {
  title: ({ livenessProbe, startupProbe }: ProbeLimits['numbers']): string =>
    (livenessProbe?.initialDelaySeconds ?? startupProbe?.failureThreshold) === undefined
      ? 'Give the probes of calico-node ten seconds to answer'
      : 'Give calico-node more time to start before it is killed',
  rolls: 'calico-node restarts node by node; pods that run keep their network meanwhile.',
  slower: 'A Felix that hangs later on is noticed as late as the new numbers allow.',
  ask: [
    '# can the numbers be set in the Installation? (operator v1.43 and later)',
    'kubectl explain installation.spec.calicoNodeDaemonSet.spec.template.spec.containers.livenessProbe',
  ],
  fixed: [
    '# this operator sets the probes itself, and puts an edited DaemonSet back within seconds',
  ],
  relieve: [
    '# better: take away what makes it slow (load of the node, distance to the API server)',
  ],
  upgrade: [
    '# or upgrade the operator: from v1.31 on the budget is 180 s, from v1.43 on it can be set',
  ],
  lastResort:
    '# last resort: freeze the DaemonSet. The operator then leaves it alone altogether, upgrades and settings included:',
  undoIt: '# do not forget to take it back; the operator then undoes the edit in one rollout:',
};
