import type { Change, Guard } from '../model/remedy.ts';
import { isList, isRecord } from './json.ts';
import { targetOf } from './resource-names.ts';
import type { Target } from './target.ts';
import type { Send } from './transport.ts';

/** A request that changes something. */
export interface ChangeRequest {
  readonly method: Exclude<Send['method'], 'GET'>;
  readonly target: Target;
  readonly query: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: unknown;
}

export interface ChangeOptions {
  readonly isDryRun: boolean;
  /** The version of Eviction that the server takes: `policy/v1`. */
  readonly evictionVersion: string;
}

const fieldManager = 'calico-fix';

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

type Raw = Readonly<Record<string, unknown>>;

const recordOf = (value: unknown): Raw => (isRecord(value) ? value : {});

const guardOf = ({ uid, resourceVersion }: Guard = {}): Raw => ({
  ...(uid === undefined ? {} : { uid }),
  ...(resourceVersion === undefined ? {} : { resourceVersion }),
});

// What a patch writes into the metadata is compared with the object's own (409). In a JSON patch `add` replaces; a `test`
// would end in a 422 that looks like a patch with a fault.
function guardedPatch({ body, patchType, guard }: Change): unknown {
  const fields = guardOf(guard);
  if (Object.keys(fields).length === 0) return body;
  if (patchType === 'json') {
    const adds = Object.entries(fields).map(([field, value]) => ({
      op: 'add',
      path: `/metadata/${field}`,
      value,
    }));
    return [...adds, ...(isList(body) ? body : [])];
  }
  const patch = recordOf(body);
  return { ...patch, metadata: { ...recordOf(patch['metadata']), ...fields } };
}

function deleteOptionsOf({ body, guard }: Change, dryRun: readonly string[]): Raw {
  const options = recordOf(body);
  const preconditions = { ...recordOf(options['preconditions']), ...guardOf(guard) };
  return {
    ...options,
    ...(Object.keys(preconditions).length > 0 ? { preconditions } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
  };
}

function evictionOf(change: Change, version: string, dryRun: readonly string[]): Raw {
  const { name, namespace } = change.ref;
  const deleteOptions = deleteOptionsOf(change, dryRun);
  return {
    apiVersion: version,
    kind: 'Eviction',
    metadata: { name, namespace },
    ...(Object.keys(deleteOptions).length > 0 ? { deleteOptions } : {}),
  };
}

const json = 'application/json';

/**
 * The request that carries a change out, with field manager, strict validation, the guard and perhaps `dryRun=All`. A guard
 * that does not hold is answered with 409 (of `uid` in a patch with a 422, see `refusedChange`).
 */
export function requestOf(change: Change, options: ChangeOptions): ChangeRequest {
  const { verb, ref } = change;
  const target = targetOf(ref);
  const dryRun = options.isDryRun ? ['All'] : [];
  const dryRunQuery: ChangeRequest['query'] = options.isDryRun ? { dryRun: 'All' } : {};
  const query = { fieldManager, fieldValidation: 'Strict', ...dryRunQuery };
  switch (verb) {
    case 'patch': {
      const contentType = patchTypes[change.patchType ?? 'merge'];
      return { method: 'PATCH', target, query, contentType, body: guardedPatch(change) };
    }
    case 'create': {
      const { name: _, ...collection } = target;
      return { method: 'POST', target: collection, query, contentType: json, body: change.body };
    }
    case 'evict': {
      const body = evictionOf(change, options.evictionVersion, dryRun);
      const eviction = { ...target, subresource: 'eviction' };
      return { method: 'POST', target: eviction, query, contentType: json, body };
    }
    case 'delete': {
      const kind = { apiVersion: 'v1', kind: 'DeleteOptions' };
      const body = { ...kind, ...deleteOptionsOf(change, dryRun) };
      return { method: 'DELETE', target, query: dryRunQuery, contentType: json, body };
    }
  }
}
