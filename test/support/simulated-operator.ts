import type {
  Condition,
  Container,
  DaemonSet,
  Installation,
  KubeObject,
  NodeAddressAutodetection,
  Pod,
  Probe,
  TigeraStatus,
} from '../../internal/model/kubernetes.ts';
import { isObject } from './json.ts';
import { isSame, refOf } from './memory-store.ts';
import type { Mutable } from './sample.ts';
import type { World } from './simulated-world.ts';

export interface OperatorOptions {
  /** Scaled to zero: it does nothing. */
  readonly isPaused?: boolean;
  /** It has not seen calico-node ready since it started: before it acts it waits for it, a minute each time. */
  readonly isWaiting?: boolean;
  /** It renders the probes of `calicoNodeDaemonSet`, as from v1.43 on. */
  readonly rendersProbes?: boolean;
}

export interface Operator {
  /** Stops it, or lets it go on. */
  readonly pause: (isPaused: boolean) => void;
}

const home = { namespace: 'calico-system', name: 'calico-node' };
const daemonSetRef = { apiVersion: 'apps/v1', kind: 'DaemonSet', ...home };
const installationOf = (name: string) => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name,
});
const ignore = 'unsupported.operator.tigera.io/ignore';

const reactMs = 1100;
const degradeMs = 6000;
const statusMs = 5000;
const waitMs = 60_000;

type Spec = NonNullable<Installation['spec']>;

// The overlay's fields win; an autodetection of the overlay replaces that of `default` whole.
function merged(base: Spec, overlay: Spec | undefined): Spec {
  const network = { ...base.calicoNetwork, ...overlay?.calicoNetwork };
  return { ...base, ...overlay, calicoNetwork: network };
}

const methodsOf = (own: NodeAddressAutodetection | undefined): readonly string[] => {
  const { interface: name, skipInterface, canReach, firstFound, cidrs, kubernetes } = own ?? {};
  return [
    ...(name ? [`interface=${name}`] : []),
    ...(skipInterface ? [`skip-interface=${skipInterface}`] : []),
    ...(canReach ? [`can-reach=${canReach}`] : []),
    ...(firstFound ? ['first-found'] : []),
    ...(cidrs && cidrs.length > 0 ? [`cidr=${cidrs.join(',')}`] : []),
    ...(kubernetes ? ['kubernetes-internal-ip'] : []),
  ];
};

const tooMany =
  'Invalid Installation provided: no more than one node address autodetection method can be specified per-family';

function faultOf({ calicoNetwork }: Spec): string | null {
  const families = [
    calicoNetwork?.nodeAddressAutodetectionV4,
    calicoNetwork?.nodeAddressAutodetectionV6,
  ];
  return families.some((own) => methodsOf(own).length > 1) ? tooMany : null;
}

/** The variables that the autodetection of the Installation becomes. */
function variablesOf({ calicoNetwork }: Spec): Readonly<Record<string, string | undefined>> {
  const [v4] = methodsOf(calicoNetwork?.nodeAddressAutodetectionV4);
  const [v6] = methodsOf(calicoNetwork?.nodeAddressAutodetectionV6);
  return {
    IP: v4 === undefined ? 'none' : 'autodetect',
    IP_AUTODETECTION_METHOD: v4,
    IP6: v6 === undefined ? 'none' : 'autodetect',
    IP6_AUTODETECTION_METHOD: v6,
    FELIX_IPV6SUPPORT: v6 === undefined ? 'false' : 'true',
  };
}

interface Override {
  readonly name?: string;
  readonly resources?: Container['resources'];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

const pathIn = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), value);

function overrideOf(spec: Spec): Override {
  const list = pathIn(spec, 'calicoNodeDaemonSet', 'spec', 'template', 'spec', 'containers');
  const own: unknown = Array.isArray(list)
    ? list.find((one) => isObject(one) && one['name'] === 'calico-node')
    : null;
  return isObject(own) ? own : {};
}

/** What the operator wants the DaemonSet to be: its own rendering, with what the Installation says. */
function render(base: DaemonSet, spec: Spec, options: OperatorOptions): Mutable<DaemonSet>['spec'] {
  const rendered = structuredClone(base.spec) as Mutable<NonNullable<DaemonSet['spec']>>;
  const container = rendered.template?.spec?.containers?.find(({ name }) => name === 'calico-node');
  if (!container) return rendered;
  const variables = variablesOf(spec);
  const kept = (container.env ?? []).filter(({ name = '' }) => !Object.hasOwn(variables, name));
  const own = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  container.env = [...kept, ...own];
  const { resources, livenessProbe, readinessProbe } = overrideOf(spec);
  if (resources) container.resources = resources;
  if (options.rendersProbes) {
    Object.assign(container.livenessProbe ?? {}, livenessProbe);
    Object.assign(container.readinessProbe ?? {}, readinessProbe);
  }
  return rendered;
}

const unreadyOf = ({ status, metadata }: DaemonSet): number =>
  status?.observedGeneration === metadata.generation
    ? (status?.numberUnavailable ?? 0)
    : (status?.desiredNumberScheduled ?? 1);

interface Said {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const all: Said = {
  status: 'True',
  reason: 'AllObjectsAvailable',
  message: 'All objects available',
};
const not = (said: Said): Said => ({ ...said, status: 'False' });
const unknown: Said = { status: 'False', reason: 'Unknown', message: '' };

function progressOf({ status, metadata }: DaemonSet): string | null {
  const {
    desiredNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberUnavailable = 0,
  } = status ?? {};
  const what = `DaemonSet "${metadata.namespace}/${metadata.name}"`;
  if (status?.observedGeneration !== metadata.generation)
    return `${what} update is being processed (generation ${metadata.generation}, observed generation ${status?.observedGeneration})`;
  if (updatedNumberScheduled < desiredNumberScheduled)
    return `${what} update is rolling out (${updatedNumberScheduled} out of ${desiredNumberScheduled} updated)`;
  return numberUnavailable > 0
    ? `${what} is not available (awaiting ${numberUnavailable} nodes)`
    : null;
}

const isCrashing = ({ status }: Pod): boolean =>
  (status?.containerStatuses ?? []).some(
    ({ state }) => state?.waiting?.reason === 'CrashLoopBackOff',
  );

function conditionsOf(
  daemonSet: DaemonSet,
  pods: readonly Pod[],
  fault: string | null,
): Readonly<Record<'Available' | 'Progressing' | 'Degraded', Said>> {
  const crashing = pods.find(isCrashing);
  const progress = progressOf(daemonSet);
  const waiting: Said = { status: 'True', reason: 'ResourceNotReady', message: progress ?? '' };
  if (fault !== null) {
    const reason = 'InvalidConfigurationError';
    return {
      Available: unknown,
      Progressing: progress === null ? unknown : waiting,
      Degraded: { status: 'True', reason, message: fault },
    };
  }
  if (crashing) {
    const pod = `calico-system/${crashing.metadata.name}`;
    const message = `Pod ${pod} has crash looping container: calico-node`;
    const failed: Said = { status: 'True', reason: 'PodFailure', message };
    return { Available: unknown, Progressing: unknown, Degraded: failed };
  }
  return progress === null
    ? { Available: all, Progressing: not(all), Degraded: not(all) }
    : { Available: unknown, Progressing: waiting, Degraded: unknown };
}

function withConditions(
  before: readonly Condition[],
  said: ReturnType<typeof conditionsOf>,
  names: Readonly<Record<keyof ReturnType<typeof conditionsOf>, string>>,
  generation: number,
  now: string,
): Mutable<Condition>[] {
  return (['Available', 'Progressing', 'Degraded'] as const).map((key) => {
    const type = names[key];
    const known = before.find((one) => one.type === type);
    const isOld = known?.status === said[key].status;
    const since = isOld ? (known?.lastTransitionTime ?? now) : now;
    return { type, ...said[key], observedGeneration: generation, lastTransitionTime: since };
  });
}

// An empty message is left out of a TigeraStatus, and not of the Installation.
function withoutEmpty({ message, ...rest }: Mutable<Condition>): Mutable<Condition> {
  return message ? { ...rest, message } : rest;
}

/**
 * The operator of an Installation `default` (and `overlay`): renders calico-node's DaemonSet about a second after a change, undoes what
 * others change in its spec, refuses two methods, and reports in TigeraStatus. Times as measured with v1.40.
 */
export function runOperator(world: World, options: OperatorOptions = {}): Operator {
  const { cluster } = world;
  const { store, clock } = cluster;
  let isPaused = options.isPaused ?? false;
  let isBlocked = options.isWaiting ?? false;
  // What it renders, but for what the Installation says.
  const base: DaemonSet | null = store.get(daemonSetRef);
  let hasSeenReady = false;
  let seen = 0;
  let fault: string | null = null;
  const get = (name: string): Installation | null => store.get(installationOf(name));

  const report = (): void => {
    const daemonSet: DaemonSet | null = store.get(daemonSetRef);
    if (isPaused || !daemonSet || !get('default')) return;
    const pods: readonly Pod[] = store
      .list('Pod', home.namespace)
      .filter(({ metadata }) => metadata.labels?.['k8s-app'] === home.name);
    const said = conditionsOf(daemonSet, pods, fault);
    const names = { Available: 'Available', Progressing: 'Progressing', Degraded: 'Degraded' };
    const now = clock.time();
    const ref = { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus', name: 'calico' };
    if (store.get(ref))
      cluster.edit<TigeraStatus>(ref, (draft) => {
        const conditions = draft.status?.conditions ?? [];
        const own = withConditions(conditions, said, names, seen, now);
        draft.status = { conditions: own.map(withoutEmpty) };
      });
    cluster.edit<Installation>(installationOf('default'), (draft) => {
      const conditions = draft.status?.conditions ?? [];
      const own = withConditions(conditions, said, { ...names, Available: 'Ready' }, seen, now);
      draft.status = { ...draft.status, conditions: own };
    });
  };
  const later = (ms: number, run: () => void): (() => void) => {
    let isPlanned = false;
    return () => {
      if (isPlanned) return;
      isPlanned = true;
      clock.schedule(ms, () => {
        isPlanned = false;
        run();
      });
    };
  };
  const planReport = later(statusMs, report);
  const degrade = later(degradeMs - reactMs, report);

  const apply = (daemonSet: DaemonSet, spec: Spec): void => {
    if (daemonSet.metadata.annotations?.[ignore] === 'true') return;
    const wanted = render(base ?? daemonSet, spec, options);
    cluster.edit<DaemonSet>(refOf(daemonSet), (draft) => {
      const annotations = draft.spec?.template?.metadata?.annotations;
      draft.spec = wanted;
      const metadata = draft.spec?.template?.metadata;
      if (annotations && metadata)
        metadata.annotations = { ...annotations, ...metadata.annotations };
    });
  };
  const reconcile = (): void => {
    const installation = get('default');
    const daemonSet: DaemonSet | null = store.get(daemonSetRef);
    if (isPaused || isBlocked || !installation?.spec || !daemonSet) return;
    if (
      installation.spec.calicoNetwork &&
      !installation.spec.calicoNetwork.nodeAddressAutodetectionV4
    ) {
      cluster.edit<Installation>(installationOf('default'), ({ spec }) => {
        if (spec?.calicoNetwork)
          spec.calicoNetwork.nodeAddressAutodetectionV4 = { firstFound: true };
      });
      return;
    }
    const spec = merged(installation.spec, get('overlay')?.spec);
    fault = faultOf(spec);
    seen = installation.metadata.generation ?? 1;
    if (fault === null) {
      apply(daemonSet, spec);
      planReport();
    } else degrade();
    if (options.isWaiting && !hasSeenReady && unreadyOf(daemonSet) > 0) block();
  };
  const planReconcile = later(reactMs, reconcile);

  // After each rendering it waits for calico-node and handles nothing else, until it has seen all of it ready once.
  const block = (): void => {
    isBlocked = true;
    clock.schedule(waitMs, () => {
      isBlocked = false;
      const daemonSet: DaemonSet | null = store.get(daemonSetRef);
      if (daemonSet && unreadyOf(daemonSet) === 0) hasSeenReady = true;
      reconcile();
    });
  };

  const generationOf = (object: KubeObject | null): number => object?.metadata.generation ?? 0;
  const isMine = ({ kind, metadata }: KubeObject): boolean =>
    kind === 'DaemonSet' && metadata.namespace === home.namespace && metadata.name === home.name;
  store.onChange(({ before, after }) => {
    const object = after ?? before;
    if (!object) return;
    const isNewSpec = generationOf(before) !== generationOf(after);
    const isFreed = !isSame(before?.metadata.annotations, after?.metadata.annotations);
    if (object.kind === 'Installation' && isNewSpec) planReconcile();
    if (isMine(object) && (isNewSpec || isFreed)) planReconcile();
    if (isMine(object)) planReport();
  });
  if (isBlocked) block();
  else planReconcile();
  return {
    pause: (next) => {
      isPaused = next;
      if (!next) planReconcile();
    },
  };
}
