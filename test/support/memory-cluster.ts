import { apiResources } from '../../internal/model/api-resources.ts';
import type { Cluster, ListQuery, Refused, Reply, Right } from '../../internal/model/cluster.ts';
import type { KubeObject, Pod } from '../../internal/model/kubernetes.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import type { ContainerLog } from '../../internal/model/snapshot.ts';
import { everything, isAllowed, type AccessRule } from './memory-access.ts';
import { done, forbidden, refusal, silence } from './memory-answers.ts';
import { withDefaults } from './memory-defaults.ts';
import { snapshotOfStored } from './memory-gather.ts';
import { deletePod, settleBudget, type Budget, type Ending } from './memory-pods.ts';
import {
  named,
  runHooks,
  type Hook,
  type HookAnswer,
  type RequestFilter,
  type SeenRequest,
} from './memory-requests.ts';
import { fitsFields, fitsLabels } from './memory-selectors.ts';
import { memoryStore, type MemoryStore, type StoredRef } from './memory-store.ts';
import { carryOut, type WriteWorld } from './memory-write.ts';
import type { Mutable, Sample } from './sample.ts';
import { simulatedClock, type SimulatedClock } from './simulated-clock.ts';

export interface MemoryOptions {
  /** Objects that are there from the start, in any order. Namespaces that they are in are made. */
  readonly objects?: readonly KubeObject[];
  /** A sample whose objects and logs are there from the start. */
  readonly sample?: Sample;
  readonly clock?: SimulatedClock;
  readonly context?: string;
  readonly server?: string;
  /** RBAC rules of whoever asks; everything is allowed unless given. */
  readonly rights?: readonly AccessRule[];
  /** How long each request takes; 0 unless given. */
  readonly latencyMs?: number;
  /** How long a deleted pod takes to end; its grace period unless given. */
  readonly ending?: Ending;
}

/**
 * A cluster in memory: what an API server does with requests, without its programs. Nothing in it moves by itself (see
 * `simulated-cluster.ts` for one whose controllers, kubelets and operator do), but time passes where somebody waits by its clock:
 *
 *     const cluster = memoryCluster({ sample: healthyCluster({ install: 'operator' }) });
 *     cluster.before({ verb: 'patch', nth: 1 }, () => cluster.edit(ref, (draft) => { … }));   // somebody else is faster
 *     cluster.before({ verb: 'patch', isDryRun: false }, () => 'lost');                        // stored, but no answer
 *     cluster.before({ verb: 'evict' }, () => tooBusy());                                      // refused
 *     cluster.before({ kind: 'Installation' }, () => silence(false));                          // never got there
 *     cluster.before({ verb: 'patch' }, () => ({ warnings: ['unknown field'] }));               // carried out, with warnings
 *     await applyPlan(plan, { cluster, clock: cluster.clock, … }, options);
 *     expect(cluster.writes()).toEqual([]);                                                    // nothing was sent
 *
 * Answers are those of a real server as a live `Cluster` gives them (test/e2e/answers.test.ts asks both): 404, 409 (guards,
 * `resourceVersion` and `uid` in a body, an object that exists, a JSON patch whose test fails), 422 (unknown fields in a patch,
 * invalid values), 400 (unknown fields in a new object), 415 (strategic patch of a custom resource), 403 by `rights`, 429 and 500
 * by disruption budgets. Objects of built-in kinds get a server's defaults, writes an entry in managedFields. A dry run answers
 * the same and stores nothing. An Installation is judged by the schema of its CustomResourceDefinition, if that is stored
 * (`memory-crd.ts`). Budgets that are given with a status keep it; the others follow their pods.
 */
export interface MemoryCluster extends Cluster {
  readonly clock: SimulatedClock;
  readonly store: MemoryStore;
  /** Everything that was asked, in order. */
  readonly requests: readonly SeenRequest[];
  /** What was sent to be carried out, dry runs left out. */
  readonly writes: () => readonly Change[];
  /** Runs before each request that fits is carried out; the function returned takes the hook away. */
  readonly before: (filter: RequestFilter, run: (request: SeenRequest) => HookAnswer) => () => void;
  /** An object as it stands (`const node: Node = cluster.stored(ref)`); an error where it is not there. */
  readonly stored: (ref: StoredRef) => KubeObject;
  /** Changes an object as somebody else. */
  readonly edit: <T extends KubeObject>(ref: StoredRef, change: (draft: Mutable<T>) => void) => T;
  /** Creates or replaces an object as somebody else. */
  readonly put: (object: KubeObject) => KubeObject;
  readonly remove: (ref: StoredRef) => void;
  /** Deletes a pod as a controller does: with its own grace period. */
  readonly deletePod: (ref: StoredRef) => void;
  readonly setLog: (log: ContainerLog) => void;
  /** What whoever asks is allowed from now on. */
  readonly allow: (rules: readonly AccessRule[]) => void;
}

const irregular: Readonly<Record<string, string>> = { Endpoints: 'endpoints' };
const pluralOf = (kind: string): string =>
  apiResources[kind]?.plural ?? irregular[kind] ?? `${kind.toLowerCase()}s`;

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

function rightOf(verb: string, ref: Omit<ApiRef, 'name'> & { readonly name?: string }): Right {
  const isEviction = verb === 'evict';
  return {
    verb: isEviction ? 'create' : verb,
    group: groupOf(ref.apiVersion),
    resource: `${pluralOf(ref.kind)}${isEviction ? '/eviction' : ''}`,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    ...(ref.name === undefined ? {} : { name: ref.name }),
  };
}

const clusterUid = 'f0a7c1de-0000-4000-8000-000000000001';

// Objects come in with the defaults that a server would have stored; uid and versions are kept where a sample has them.
function fill(store: MemoryStore, objects: readonly KubeObject[]): void {
  const namespaces = new Set([
    'default',
    'kube-system',
    ...objects.flatMap(({ metadata }) => metadata.namespace ?? []),
  ]);
  const own = new Set(
    objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
  );
  for (const name of namespaces) {
    if (own.has(name)) continue;
    const uid = name === 'kube-system' ? clusterUid : `namespace-${name}`;
    const status = { phase: 'Active' };
    store.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, uid },
      status,
    } as KubeObject);
  }
  for (const object of objects) store.put(withDefaults(object));
}

function followBudgets(store: MemoryStore): void {
  const budgets = (): readonly Budget[] => store.list('PodDisruptionBudget');
  const fixed = new Set(
    budgets()
      .filter(({ status }) => status)
      .map((one) => one.metadata.uid),
  );
  const settle = (): void => {
    for (const budget of budgets())
      if (!fixed.has(budget.metadata.uid)) settleBudget(store, budget);
  };
  settle();
  store.onChange(({ before, after }) => {
    if ((after ?? before)?.kind === 'Pod') settle();
  });
}

const isSameLog = (one: ContainerLog, other: ContainerLog): boolean =>
  one.namespace === other.namespace &&
  one.pod === other.pod &&
  one.container === other.container &&
  one.previous === other.previous;

/** Makes a cluster of objects, which can be read and written as a live one. */
export function memoryCluster(options: MemoryOptions = {}): MemoryCluster {
  const clock = options.clock ?? simulatedClock();
  const { context = 'test', server = 'https://test.example:6443', sample, latencyMs = 0 } = options;
  const store = memoryStore(clock.time);
  fill(store, [
    ...Object.values(sample?.lists ?? {}).flatMap((list): readonly KubeObject[] => list),
    ...(options.objects ?? []),
  ]);
  followBudgets(store);
  let rules = options.rights ?? everything;
  let logs: readonly ContainerLog[] = sample?.logs ?? [];
  const requests: SeenRequest[] = [];
  const hooks: Hook[] = [];
  const world: WriteWorld = {
    store,
    clock,
    ending: options.ending ?? ((_pod, grace) => grace),
    fieldManager: 'calico-fix',
    pluralOf,
  };
  const answer = async <T>(
    request: Omit<SeenRequest, 'at'>,
    right: Right | null,
    carryOutRequest: () => Reply<T>,
  ): Promise<Reply<T>> => {
    // The others get their turn, as with a server that is elsewhere.
    await new Promise<void>((resolve) => {
      if (latencyMs > 0) clock.after(latencyMs, resolve);
      else resolve();
    });
    const seen = { ...request, at: clock.now() };
    requests.push(seen);
    const hooked = runHooks(hooks, seen);
    if (typeof hooked === 'object' && 'state' in hooked) return hooked;
    if (right && !isAllowed(rules, right)) return forbidden(right);
    const reply = carryOutRequest();
    if (hooked === 'lost') return silence(true);
    return reply.state === 'done' && hooked ? { ...reply, ...hooked } : reply;
  };
  const get = (ref: ApiRef): Promise<Reply<KubeObject>> =>
    answer({ verb: 'get', ...named(ref), isDryRun: false }, rightOf('get', ref), () => {
      const object = store.get(ref);
      return object ? done(object) : refusal(404, `${pluralOf(ref.kind)} "${ref.name}" not found`);
    });
  const list = (query: ListQuery): Promise<Reply<readonly KubeObject[]>> => {
    const { kind, namespace, apiVersion, labelSelector = '', fieldSelector = '' } = query;
    const request = { verb: 'list', kind, query, isDryRun: false } as const;
    return answer(request, rightOf('list', query), () =>
      done(
        store
          .list(kind, namespace)
          .filter((object) => groupOf(object.apiVersion ?? 'v1') === groupOf(apiVersion))
          .filter((object) => labelSelector === '' || fitsLabels(object, labelSelector))
          .filter((object) => fieldSelector === '' || fitsFields(object, fieldSelector)),
      ),
    );
  };
  const send: Cluster['send'] = (change, { isDryRun = false } = {}) =>
    answer(
      { verb: change.verb, ...named(change.ref), change, isDryRun },
      rightOf(change.verb, change.ref),
      () => carryOut(world, change, isDryRun),
    );
  const log: Cluster['log'] = (
    { namespace, name, container },
    { previous = false, tailLines } = {},
  ) => {
    const right = { verb: 'get', group: '', resource: 'pods/log', namespace, name };
    return answer({ verb: 'log', kind: 'Pod', name, namespace, isDryRun: false }, right, () => {
      const pod = store.get({ kind: 'Pod', name, namespace });
      if (!pod) return refusal(404, `pods "${name}" not found`);
      const wanted = { namespace, pod: name, container, previous };
      const found = logs.find((one) => isSameLog(one, { ...one, ...wanted }));
      if (found?.read.state !== 'read') return noLog(pod, container, previous);
      const lines = found.read.text.split('\n');
      return done(
        tailLines === undefined ? found.read.text : lines.slice(-tailLines - 1).join('\n'),
      );
    });
  };
  return {
    context,
    server,
    clock,
    store,
    requests,
    get,
    list,
    send,
    log,
    may: (right) =>
      answer({ verb: 'may', right, isDryRun: false }, null, () => done(isAllowed(rules, right))),
    gather: async () => {
      await answer({ verb: 'gather', isDryRun: false }, null, () => done(null));
      return snapshotOfStored({
        objects: store.all(),
        logs: logs.filter(({ namespace, pod: name }) =>
          store.get({ kind: 'Pod', name, namespace }),
        ),
        takenAt: clock.time(),
        serverVersion: sample?.serverVersion ?? null,
        context,
        server,
        may: (right) => isAllowed(rules, right),
      });
    },
    writes: () => requests.flatMap(({ change, isDryRun }) => (change && !isDryRun ? [change] : [])),
    before: (filter, run) => {
      const hook = { filter, run, seen: 0 };
      hooks.push(hook);
      return () => void hooks.splice(hooks.indexOf(hook), 1);
    },
    stored: (ref) => {
      const object = store.get(ref);
      if (!object) throw new Error(`the cluster has no ${ref.kind} ${ref.name}`);
      return object;
    },
    edit: store.edit,
    put: (object) => store.put(withDefaults(object)),
    remove: store.remove,
    deletePod: (ref) => {
      const pod = store.get(ref);
      if (pod) deletePod(world, pod, null);
    },
    setLog: (one) => {
      logs = [...logs.filter((other) => !isSameLog(one, other)), one];
    },
    allow: (next) => {
      rules = next;
    },
  };
}

function noLog({ metadata }: Pod, container: string, previous: boolean): Refused {
  const what = `container "${container}" in pod "${metadata.name}"`;
  const message = previous
    ? `previous terminated ${what} not found`
    : `${what} is waiting to start: PodInitializing`;
  return refusal(400, message);
}
