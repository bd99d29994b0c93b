import type { Cluster, Refused, Reply } from '../model/cluster.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { DaemonSet, Installation, KubeObject, Node, Pod } from '../model/kubernetes.ts';
import type { ApiRef } from '../model/remedy.ts';
import { isFields } from '../plan/fields.ts';

export const isDaemonSet = (object: KubeObject): object is DaemonSet => object.kind === 'DaemonSet';
export const isNode = (object: KubeObject): object is Node => object.kind === 'Node';
export const isPod = (object: KubeObject): object is Pod => object.kind === 'Pod';
export const isInstallation = (object: KubeObject): object is Installation =>
  object.kind === 'Installation';

/** An object as it is now, its absence, or why that is not known. */
export type Look =
  | { readonly state: 'there'; readonly object: KubeObject }
  | { readonly state: 'gone' }
  | { readonly state: 'unread'; readonly refused: Refused };

/** Whether the server says that there is no such object. A 404 that does not name one says nothing of it. */
export const isGone = ({ status, reason, message }: Refused): boolean =>
  status === 404 &&
  reason === 'NotFound' &&
  !message.includes('could not find the requested resource');

function lookOf(reply: Reply<KubeObject>): Look {
  if (reply.state === 'done') return { state: 'there', object: reply.value };
  return isGone(reply) ? { state: 'gone' } : { state: 'unread', refused: reply };
}

/** Reads one object. */
export const look = async (cluster: Pick<Cluster, 'get'>, ref: ApiRef): Promise<Look> =>
  lookOf(await cluster.get(ref));

/** Reads one object where it does not matter why it could not be read: null then. */
export async function glance(
  cluster: Pick<Cluster, 'get'>,
  ref: ApiRef,
): Promise<KubeObject | null> {
  const reply = await cluster.get(ref);
  return reply.state === 'done' ? reply.value : null;
}

/** `DaemonSet calico-system/calico-node`, for sentences. */
export const nameOf = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/** The reference without its API version. */
export const plainRef = ({ kind, name, namespace }: ObjectRef): ObjectRef => ({
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

export const isSameRef = (a: ObjectRef, b: ObjectRef): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');

// `spec.a.b` in the form that managedFields has: `f:spec`, `f:a`, `f:b`. Elements of lists are known by more than their name.
function holds(fields: unknown, path: string): boolean {
  const [plain = ''] = path.split('[');
  return (
    plain
      .split('.')
      .reduce<unknown>(
        (found, name) => (isFields(found) ? found[`f:${name}`] : undefined),
        fields,
      ) !== undefined
  );
}

/**
 * Who wrote an object last, or that field of it, besides the tool itself, by its managedFields; null where nobody is named. Others may
 * write the same object later, as the operator fills in its defaults.
 */
export function lastWriter(object: KubeObject, field?: string): string | null {
  const others = (object.metadata.managedFields ?? [])
    .filter(({ manager, ...rest }) => manager !== 'calico-fix' && !('subresource' in rest))
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  const holder = others.find(({ fieldsV1 }) => field !== undefined && holds(fieldsV1, field));
  return (holder ?? others[0])?.manager ?? null;
}

/** What a refusal says, in one line. */
export function reasonOf({ status, message, causes }: Refused): string {
  const fields = causes
    .map(({ field, message: text }) => (field ? `${field}: ${text}` : text))
    .filter((text) => text !== '' && !message.includes(text));
  const all = [message || (status === null ? words.noAnswer : words.status(status)), ...fields];
  return all.join('; ');
}

const words = {
  noAnswer: 'the API server did not answer',
  status: (status: number): string => `the API server answered ${status}`,
};
