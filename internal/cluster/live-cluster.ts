import type { Cluster, ListQuery, Reply } from '../model/cluster.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import { mayDo } from './access.ts';
import type { Api, ApiOptions } from './api.ts';
import { requestOf } from './change-request.ts';
import { systemClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { gather } from './gather.ts';
import { isList, isRecord } from './json.ts';
import { nonEmpty, withType } from './object-type.ts';
import { rawList } from './raw-list.ts';
import { failure, type Failure, type Outcome } from './read-error.ts';
import { refused, refusedChange } from './refused.ts';
import { createApi } from './request.ts';
import { targetOf } from './resource-names.ts';
import type { GatherOptions } from './run.ts';
import { core } from './target.ts';
import { sendChange } from './writer.ts';

export interface LiveOptions {
  /** Of each call by itself: `deadlineMs` for a call with its retries, 2 minutes unless told (for a snapshot as in `Api`). */
  readonly api?: ApiOptions;
  /** What a snapshot is taken of. */
  readonly gather?: Omit<GatherOptions, 'now'>;
}

const callDeadlineMs = 120_000;
const logBytes = 256 * 1024;
const defaultLogLines = 200;
const defaultEviction = 'policy/v1';

const done = <T>(value: T, warnings: readonly string[] = []): Reply<T> => ({
  state: 'done',
  value,
  warnings,
});

const isKubeObject = (value: unknown): value is KubeObject =>
  isRecord(value) &&
  nonEmpty(value['kind']) !== undefined &&
  isRecord(value['metadata']) &&
  nonEmpty(value['metadata']['name']) !== undefined;

// A Status, as deletions and evictions are answered, has no name of its own.
function namedFor({ name }: ApiRef, value: unknown): unknown {
  if (!isRecord(value) || value['kind'] !== 'Status') return value;
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  return { ...value, metadata: { name, ...metadata } };
}

const notAnObject: Failure = failure('damaged', 'the answer is not a Kubernetes object');

async function getObject(api: Api, ref: ApiRef): Promise<Reply<KubeObject>> {
  const outcome = await api.getJson(targetOf(ref));
  if (outcome.state === 'failed') return refused(outcome);
  return isKubeObject(outcome.value) ? done(outcome.value) : refused(notAnObject);
}

async function listObjects(api: Api, query: ListQuery): Promise<Reply<readonly KubeObject[]>> {
  const { labelSelector, fieldSelector } = query;
  const outcome = await rawList(api, targetOf(query), {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  if (outcome.state === 'failed') return refused(outcome);
  const items = outcome.value.map((item) =>
    isRecord(item) ? withType(item, query.kind, query.apiVersion) : item,
  );
  return items.every(isKubeObject) ? done(items) : refused(notAnObject);
}

// kubectl pkg/drain, CheckEvictionSupport: policy/v1beta1 before Kubernetes 1.22.
async function evictionVersion(api: Api): Promise<string | null> {
  const outcome = await api.getJson('/api/v1');
  if (outcome.state === 'failed' || !isRecord(outcome.value)) return null;
  const { resources } = outcome.value;
  const eviction = (isList(resources) ? resources : [])
    .filter(isRecord)
    .find(({ name, kind }) => name === 'pods/eviction' && kind === 'Eviction');
  const version = nonEmpty(eviction?.['version']);
  return version === undefined ? null : `${nonEmpty(eviction?.['group']) ?? 'policy'}/${version}`;
}

const toReply = <T>(outcome: Outcome<T>): Reply<T> =>
  outcome.state === 'read' ? done(outcome.value) : refused(outcome);

/**
 * The cluster of a connection as something that may be changed. Each call has its own retries and time: one that fails, or a
 * server that is away for a while, is no matter for the next. Only `send` changes anything. When `api.signal` is aborted, calls
 * reject with its reason; a change that the server may have got by then is given 5 seconds to end, and resolves as refused and
 * open if it does not. `gather` also throws a UserError where the cluster cannot be reached at all.
 */
export function liveCluster(connection: Connection, options: LiveOptions = {}): Cluster {
  const forCall: ApiOptions = { deadlineMs: callDeadlineMs, ...options.api };
  const clock = forCall.clock ?? systemClock;
  const reader = (): Api => createApi(connection, forCall);
  let eviction: string | null = null;

  const send: Cluster['send'] = async (change: Change, { isDryRun = false } = {}) => {
    if (change.verb === 'evict') eviction ??= await evictionVersion(reader());
    const request = requestOf(change, { isDryRun, evictionVersion: eviction ?? defaultEviction });
    const outcome = await sendChange(connection, forCall, request, isDryRun);
    if (outcome.state === 'failed') return refusedChange(outcome);
    const object = namedFor(change.ref, outcome.value.value);
    if (isKubeObject(object)) return done(object, outcome.value.warnings);
    return { ...refused(notAnObject), isOpen: !isDryRun };
  };

  return {
    context: connection.context,
    server: connection.server,
    get: (ref) => getObject(reader(), ref),
    list: (query) => listObjects(reader(), query),
    send,
    may: async (right) => toReply(await mayDo(reader(), right)),
    log: async ({ namespace, name, container }, { previous = false, tailLines } = {}) => {
      const target = { ...core('pods', { namespace, name }), subresource: 'log' };
      const lines = String(tailLines ?? defaultLogLines);
      const query = { container, tailLines: lines, ...(previous ? { previous: 'true' } : {}) };
      const outcome = await reader().getText(target, { query, keep: 'tail', maxBytes: logBytes });
      return outcome.state === 'read' ? done(outcome.value.text) : refused(outcome);
    },
    gather: () =>
      gather(createApi(connection, options.api), {
        ...options.gather,
        now: new Date(clock.now()).toISOString(),
      }),
  };
}
