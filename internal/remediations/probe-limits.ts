import { isAtLeast } from '../calico/version.ts';
import type { Install } from '../model/install.ts';
import type { Installation, Probe } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { inDaemonSet, inInstallation, overrideOf, type Placed } from './container-fields.ts';
import { isRenderedByOperator, isSendable, aboutPlace, shellJson } from './durable.ts';
import { daemonSetRef, strategic, templatePatch } from './refs.ts';
import { isTree, type Tree } from './tree.ts';

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

// What a start does for each other node (looking for its address twice, a BGP session) takes this long over a slow datastore.
const perNode = 0.2;

/** What was seen of a start that was cut off. */
export interface StartSeen {
  /** Seconds that the container had before it was killed. */
  readonly lived: number;
  /** How much of its start was done by then (0 to 1; 0 if unknown). */
  readonly progress: number;
  /** Nodes of the cluster. */
  readonly nodes?: number;
}

/**
 * Liveness numbers that give a start the time it needs, by how long the last one took and how far it came; half as much again is
 * added. Never below what is set now, nor below a delay of 60 s and 10 failures.
 */
export function enoughForStart(
  probe: Probe,
  { lived, progress, nodes = 0 }: StartSeen,
): ProbeNumbers {
  const period = probe.periodSeconds ?? 10;
  const failureThreshold = Math.max(probe.failureThreshold ?? 3, leastFailures);
  const needed = Math.max((lived / Math.max(progress, 0.25)) * 1.5, lived + nodes * perNode);
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
  /** Where the values of a chart are to be looked up; without it they are only printed. */
  readonly snapshot?: Snapshot;
}

/** Tells the operator to leave an object alone (tigera/operator, IgnoreObject): on the object itself, with exactly this value. */
export const ignoreAnnotation = 'unsupported.operator.tigera.io/ignore';

// A probe without a handler is refused, and so would be one that is made of no numbers.
const given = (numbers: ProbeLimits['numbers']): Tree =>
  Object.fromEntries(Object.entries(numbers).filter(([, probe]) => Object.keys(probe).length > 0));

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
      `kubectl -n calico-system annotate daemonset calico-node ${ignoreAnnotation}=true`,
      `kubectl -n calico-system patch daemonset calico-node --type strategic -p '${patch}'`,
      words.undoIt,
      `# kubectl -n calico-system annotate daemonset calico-node ${ignoreAnnotation}-`,
    ],
  };
}

// An override may say more than the DaemonSet has yet: it is not lowered.
function notBelow(fields: Tree, standing: unknown): Tree {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const now = isTree(standing) ? standing[name] : undefined;
      if (isTree(value)) return [name, notBelow(value, now)];
      return [
        name,
        typeof value === 'number' && typeof now === 'number' ? Math.max(value, now) : value,
      ];
    }),
  );
}

function placeOf(limits: ProbeLimits): Placed {
  const { install, installation, canOverride, numbers, snapshot } = limits;
  const container = 'calico-node';
  const fields = given(numbers);
  if (!isRenderedByOperator(install)) return inDaemonSet(install, { container, fields }, snapshot);
  if (canOverride !== true || !installation) return operatorChoices(limits);
  const raised = notBelow(fields, overrideOf(installation, container));
  const change = { container, fields: raised };
  return inInstallation(install, installation, change, snapshot) ?? operatorChoices(limits);
}

/**
 * More generous probes for calico-node: in the DaemonSet without an operator, as an override in the Installation where its CRD
 * has the fields, else the choices that are left.
 */
export function probeLimits(limits: ProbeLimits): Remedy {
  const { install, numbers } = limits;
  const place = placeOf(limits);
  return {
    id: 'probe-limits',
    title: words.title(numbers),
    risk: 'restarts-pods',
    consequences: [
      words.rolls,
      ...(numbers.livenessProbe?.initialDelaySeconds === undefined ? [] : [words.slower]),
      ...aboutPlace(install, place),
    ],
    ...place,
  };
}

/**
 * The last resort where the operator has no field for the probes: it is told to ignore the DaemonSet, which is then patched in the
 * same request, so that it cannot come in between. It freezes all of calico-node, so it is done only with the user's consent.
 */
export function freezeOperator({ install, numbers }: ProbeLimits): Remedy {
  const ref = daemonSetRef({ ...install, namespace: install.namespace ?? 'calico-system' });
  const { kind, name, namespace } = ref;
  const container = { name: 'calico-node', ...given(numbers) };
  const body = {
    metadata: { annotations: { [ignoreAnnotation]: 'true' } },
    ...templatePatch({ containers: [container] }),
  };
  const target = `kubectl -n ${namespace}`;
  // Charts and GitOps write the Installation, not the DaemonSet: nobody but the operator would take the edit back.
  const isSent = isSendable(install) || install.action === 'emit';
  return {
    id: 'freeze-operator',
    title: words.freeze,
    action: isSent ? 'apply-temporary' : install.action,
    risk: 'restarts-pods',
    target: { kind, name, namespace },
    changes: isSent ? [strategic(ref, body)] : [],
    consent: 'freeze-operator',
    consequences: words.price,
    manual: [
      `${target} annotate daemonset ${name} ${ignoreAnnotation}=true`,
      `${target} patch daemonset ${name} --type strategic -p ${shellJson(body)}`,
      words.undoIt,
      `# ${target} annotate daemonset ${name} ${ignoreAnnotation}-`,
    ],
  };
}

// Where the schema was not read the release has to do: operator v1.43 has the fields, which comes with Calico v3.33.
const mayOverride = ({ canOverride, install }: ProbeLimits): boolean =>
  canOverride ??
  (isAtLeast(install.operatorVersion, '1.43.0') || isAtLeast(install.calicoVersion, '3.33.0'));

/** `probeLimits`, and where the operator leaves no way to set them, the last resort behind it. */
export function probeRemedies(limits: ProbeLimits): readonly Remedy[] {
  const first = probeLimits(limits);
  const isOpen = isRenderedByOperator(limits.install) && !mayOverride(limits);
  return isOpen && Object.keys(given(limits.numbers)).length > 0
    ? [first, freezeOperator(limits)]
    : [first];
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
  freeze: 'Freeze the DaemonSet, and give calico-node more time there',
  price: [
    'The operator then leaves the DaemonSet alone altogether: upgrades pass calico-node by, and changes of the Installation (addresses, MTU, certificates) no longer reach it.',
    'Take it back as soon as the start is fast enough again, and before any upgrade: nothing reminds of it but the annotation. "kubectl calico-fix undo" does it; the operator then renders its own numbers again in one rollout, within five minutes.',
    'calico-node restarts node by node now; pods that run keep their network meanwhile.',
  ],
  undoIt: '# do not forget to take it back; the operator then undoes the edit in one rollout:',
};
