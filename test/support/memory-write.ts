import { applyChange } from '../../internal/plan/patch.ts';
import type { Refused, Reply } from '../../internal/model/cluster.ts';
import type { KubeObject, Metadata, Pod } from '../../internal/model/kubernetes.ts';
import type { Change } from '../../internal/model/remedy.ts';
import { isObject } from './json.ts';
import { cause, done, refusal, success } from './memory-answers.ts';
import { isCustom, withDefaults } from './memory-defaults.ts';
import { deletePod, judgeEviction, type PodWorld } from './memory-pods.ts';
import { frozen, hasGeneration, isSame, refOf, specOf } from './memory-store.ts';
import { validate } from './memory-validation.ts';

export interface WriteWorld extends PodWorld {
  /** Who is told to have written, in managedFields. */
  readonly fieldManager: string;
  readonly pluralOf: (kind: string) => string;
}

const notFound = ({ pluralOf }: WriteWorld, { ref }: Change): Refused =>
  refusal(404, `${pluralOf(ref.kind)} "${ref.name}" not found`);

function conflict(world: WriteWorld, { ref }: Change, message: string): Refused {
  const what = `${world.pluralOf(ref.kind)} "${ref.name}"`;
  return refusal(409, `Operation cannot be fulfilled on ${what}: ${message}`);
}

const modified =
  'the object has been modified; please apply your changes to the latest version and try again';

const preconditions = (body: unknown): { uid?: unknown; resourceVersion?: unknown } =>
  isObject(body) && isObject(body['preconditions']) ? body['preconditions'] : {};

/** Compares what a change is guarded by with the object that is there. */
function guardRefusal(world: WriteWorld, change: Change, { metadata }: KubeObject): Refused | null {
  const own = preconditions(change.verb === 'patch' ? null : change.body);
  const uid = change.guard?.uid ?? own.uid;
  const version = change.guard?.resourceVersion ?? own.resourceVersion;
  if (uid !== undefined && uid !== metadata.uid) {
    const told = `UID in precondition: ${JSON.stringify(uid)}, UID in object meta: ${metadata.uid}`;
    return conflict(world, change, `Precondition failed: ${told}`);
  }
  if (version !== undefined && version !== metadata.resourceVersion)
    return conflict(world, change, modified);
  return null;
}

/** Fields that a patch must not have changed, put back or refused as the server does it. */
function withServerFields(
  world: WriteWorld,
  change: Change,
  before: KubeObject,
  patched: KubeObject,
): KubeObject | Refused {
  const { metadata } = patched;
  if (metadata.name !== before.metadata.name || metadata.namespace !== before.metadata.namespace)
    return refusal(400, 'the name of the object does not match the name on the URL');
  if (metadata.uid !== undefined && metadata.uid !== before.metadata.uid)
    return conflict(world, change, `Precondition failed: UID in precondition: ${metadata.uid}`);
  const version = metadata.resourceVersion;
  if (version !== undefined && version !== before.metadata.resourceVersion)
    return conflict(world, change, modified);
  const kept: (keyof Metadata)[] = ['uid', 'resourceVersion', 'generation', 'creationTimestamp'];
  const own = Object.fromEntries(kept.map((name) => [name, before.metadata[name]]));
  const status: unknown = Reflect.get(before, 'status');
  const { status: sent, ...rest } = patched as KubeObject & { readonly status?: unknown };
  void sent;
  return {
    ...rest,
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: { ...metadata, ...own },
    ...(status === undefined ? {} : { status }),
  };
}

// Fields that changed, in the form of managedFields; lists are told whole.
function fieldsOf(before: unknown, after: unknown): Record<string, unknown> {
  if (!isObject(after)) return {};
  const old = isObject(before) ? before : {};
  const names = Object.keys(after).filter((name) => !isSame(old[name], after[name]));
  return Object.fromEntries(names.map((name) => [`f:${name}`, fieldsOf(old[name], after[name])]));
}

function signed(world: WriteWorld, before: KubeObject | null, after: KubeObject): KubeObject {
  const { metadata, ...rest } = after;
  const entry = {
    manager: world.fieldManager,
    operation: 'Update',
    apiVersion: after.apiVersion ?? 'v1',
    time: world.clock.time(),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsOf(before && specOf(before), specOf({ ...rest, metadata })),
  };
  const others = (metadata.managedFields ?? []).filter(
    ({ manager }) => manager !== world.fieldManager,
  );
  return { ...after, metadata: { ...metadata, managedFields: [...others, entry] } };
}

const definitionOf = ({ store, pluralOf }: WriteWorld, object: KubeObject): KubeObject | null => {
  if (!isCustom(object)) return null;
  const name = `${pluralOf(object.kind)}.${(object.apiVersion ?? '').split('/')[0]}`;
  const apiVersion = 'apiextensions.k8s.io/v1';
  return store.get({ apiVersion, kind: 'CustomResourceDefinition', name });
};

function applied(change: Change, before: KubeObject): KubeObject | Refused {
  if (change.patchType === 'strategic' && isCustom(before))
    return refusal(415, 'the body of the request was in an unknown format');
  try {
    return applyChange(before, change);
  } catch (error) {
    // A test that fails, or a path that is not there: the server says 422, which a `Cluster` tells as the conflict that it is.
    return refusal(409, error instanceof Error ? error.message : String(error));
  }
}

const isRefused = (value: KubeObject | Refused): value is Refused =>
  'state' in value && value.state === 'refused';

function patch(world: WriteWorld, change: Change, isDryRun: boolean): Reply<KubeObject> {
  const before = world.store.get(change.ref);
  if (!before) return notFound(world, change);
  const refused = guardRefusal(world, change, before);
  if (refused) return refused;
  const raw = applied(change, before);
  if (isRefused(raw)) return raw;
  const kept = withServerFields(world, change, before, raw);
  if (isRefused(kept)) return kept;
  const after = withDefaults(kept);
  const invalid = validate(before, after, definitionOf(world, after));
  if (invalid) return invalid;
  if (isSame(before, after)) return done(before);
  const whole = signed(world, before, after);
  if (!isDryRun) return done(world.store.put(whole));
  const { generation = 1 } = before.metadata;
  const isNewSpec = hasGeneration(before.kind) && !isSame(specOf(before), specOf(after));
  const metadata = isNewSpec ? { ...whole.metadata, generation: generation + 1 } : whole.metadata;
  return done(frozen({ ...whole, metadata }));
}

// A namespace that is not there or ends is noticed first, then the name, and only when it is stored an object that exists.
function creationRefusal(world: WriteWorld, change: Change, sent: Metadata): Refused | null {
  const { store } = world;
  const { namespace, name, kind } = change.ref;
  if (namespace !== undefined && sent.namespace !== undefined && sent.namespace !== namespace)
    return refusal(400, 'the namespace of the provided object does not match the namespace sent');
  const home = namespace === undefined ? null : store.get({ kind: 'Namespace', name: namespace });
  if (namespace !== undefined && !home) return refusal(404, `namespaces "${namespace}" not found`);
  if (home && isTerminating(home)) return terminating(world, change);
  if (sent.name !== name) {
    const told = 'name or generateName is required';
    return refusal(422, `${kind} "" is invalid: metadata.name: Required value: ${told}`, {
      causes: [cause('FieldValueRequired', 'metadata.name', `Required value: ${told}`)],
    });
  }
  if (sent.resourceVersion !== undefined)
    return refusal(400, 'resourceVersion should not be set on objects to be created');
  return null;
}

/** The body is the whole object: its name is not taken from the place that it is sent to. */
function create(world: WriteWorld, change: Change, isDryRun: boolean): Reply<KubeObject> {
  const { store, pluralOf } = world;
  const { ref, body } = change;
  if (!isObject(body)) return refusal(400, 'the body of the request is not an object');
  const sent = (isObject(body['metadata']) ? body['metadata'] : {}) as Partial<Metadata>;
  const metadata = { ...sent, name: sent.name ?? '' };
  const refused = creationRefusal(world, change, metadata);
  if (refused) return refused;
  const { apiVersion, kind, namespace } = ref;
  const place = namespace === undefined ? {} : { namespace };
  const object = withDefaults({ ...body, apiVersion, kind, metadata: { ...metadata, ...place } });
  const invalid = validate(null, object, definitionOf(world, object));
  if (invalid) return invalid;
  if (store.get(ref)) {
    const message = `${pluralOf(kind)} "${ref.name}" already exists`;
    return refusal(409, message, { reason: 'AlreadyExists' });
  }
  const whole = signed(world, null, object);
  return done(isDryRun ? frozen(whole) : store.put(whole));
}

const isTerminating = (namespace: KubeObject): boolean => {
  const status: unknown = Reflect.get(namespace, 'status');
  const phase = isObject(status) ? status['phase'] : undefined;
  return phase === 'Terminating' || namespace.metadata.deletionTimestamp !== undefined;
};

const terminating = (world: WriteWorld, { ref }: Change): Refused => {
  const told = `namespace ${ref.namespace} is being terminated`;
  const what = `${world.pluralOf(ref.kind)} "${ref.name}" is forbidden`;
  return refusal(403, `${what}: unable to create new content because ${told}`, {
    causes: [cause('NamespaceTerminating', 'metadata.namespace', told)],
  });
};

const graceOf = (body: unknown): number | null => {
  const grace = isObject(body) ? body['gracePeriodSeconds'] : null;
  return typeof grace === 'number' && grace >= 0 ? grace : null;
};

function remove(world: WriteWorld, change: Change, isDryRun: boolean): Reply<KubeObject> {
  const { store, clock } = world;
  const before = store.get(change.ref);
  if (!before) return notFound(world, change);
  const refused = guardRefusal(world, change, before);
  if (refused) return refused;
  if (isDryRun) return done(before.kind === 'Pod' ? before : success);
  if (before.kind === 'Pod') return done(deletePod(world, before as Pod, graceOf(change.body)));
  if ((before.metadata.finalizers ?? []).length === 0) {
    store.remove(refOf(before));
    return done(success);
  }
  return done(
    store.edit(refOf(before), (draft) => {
      draft.metadata.deletionTimestamp ??= clock.time();
    }),
  );
}

function evict(world: WriteWorld, change: Change, isDryRun: boolean): Reply<KubeObject> {
  const { store, clock } = world;
  const pod: Pod | null = store.get(change.ref);
  if (!pod) return notFound(world, change);
  const home = store.get({ kind: 'Namespace', name: pod.metadata.namespace ?? '' });
  if (home && isTerminating(home)) return terminating(world, change);
  // The budget is asked before the pod is compared with what was meant.
  const verdict = judgeEviction(store, pod);
  if ('state' in verdict) return verdict;
  const refused = guardRefusal(world, change, pod);
  if (refused) return refused;
  if (isDryRun) return done(success);
  if (verdict.budget)
    store.edit<typeof verdict.budget>(refOf(verdict.budget), ({ status = {} }) => {
      status.disruptionsAllowed = (status.disruptionsAllowed ?? 1) - 1;
    });
  const marked = store.edit<Pod>(refOf(pod), (draft) => {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastTransitionTime: clock.time(),
    };
    draft.status = {
      ...draft.status,
      conditions: [...(draft.status?.conditions ?? []), condition],
    };
  });
  deletePod(world, marked, graceOf(change.body));
  return done(success);
}

/** Carries out a change as the API server does, or tells why it is refused. */
export function carryOut(world: WriteWorld, change: Change, isDryRun: boolean): Reply<KubeObject> {
  switch (change.verb) {
    case 'patch':
      return patch(world, change, isDryRun);
    case 'create':
      return create(world, change, isDryRun);
    case 'delete':
      return remove(world, change, isDryRun);
    case 'evict':
      return evict(world, change, isDryRun);
  }
}
