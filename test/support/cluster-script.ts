import type { Reply, Script, Seen } from './stub-api-server.ts';
import { status } from './stub-api-server.ts';

export interface StubObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface StubCluster {
  readonly objects: readonly StubObject[];
  /** Served groups with their preferred version, besides those that every cluster has. */
  readonly groups?: Readonly<Record<string, string>>;
  /** By `NAMESPACE/POD/CONTAINER`, with `/previous` behind it for the run before. */
  readonly logs?: Readonly<Record<string, string>>;
  readonly date?: string;
}

/** True for the requests that an own reply is for; undefined leaves them to the cluster. */
export type Exception = (request: Seen) => Reply | undefined;

const plurals: Readonly<Record<string, string>> = {
  Endpoints: 'endpoints',
  NodeMetrics: 'nodes',
  TigeraStatus: 'tigerastatuses',
  BlockAffinity: 'blockaffinities',
};

const resourceOf = (kind: string): string => plurals[kind] ?? `${kind.toLowerCase()}s`;

const fieldOf = (object: unknown, path: string): string => {
  let value: unknown = object;
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  return typeof value === 'string' ? value : '';
};

function fitsLabels({ metadata }: StubObject, selector: string): boolean {
  return selector.split(/,(?![^(]*\))/).every((term) => {
    const [, name, values] = /^(\S+) in \((.*)\)$/.exec(term) ?? [];
    if (name && values !== undefined)
      return values.split(',').includes(metadata.labels?.[name] ?? '');
    if (term.startsWith('!')) return metadata.labels?.[term.slice(1)] === undefined;
    const [key = '', value] = term.split('=');
    return metadata.labels?.[key] === value;
  });
}

function fitsFields(object: StubObject, selector: string): boolean {
  return selector.split(',').every((term) => {
    const [, path = '', sign, value] = /^([^!=]+)(!?=)(.*)$/.exec(term) ?? [];
    return (fieldOf(object, path) === value) === (sign === '=');
  });
}

const asMetadata = ({ metadata }: StubObject): StubObject => ({
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadata',
  metadata,
});

// Items of a list do not say their kind: that is how the API gives them.
function listReply(found: readonly StubObject[], request: Seen, kind: string): Reply {
  const { query, headers } = request;
  const isShort = headers.accept?.includes('PartialObjectMetadata') ?? false;
  const from = Number(query['continue'] ?? 0);
  const to = from + Number(query['limit'] ?? found.length);
  const items = found.slice(from, to).map((object) => {
    if (isShort) return asMetadata(object);
    const { apiVersion: _, kind: __, ...rest } = object;
    return rest;
  });
  const metadata = { resourceVersion: '9', ...(to < found.length ? { continue: String(to) } : {}) };
  return {
    json: { apiVersion: 'v1', kind: isShort ? 'PartialObjectMetadataList' : kind, metadata, items },
  };
}

const pathPattern =
  /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

function logReply({ logs = {} }: StubCluster, request: Seen, pod: string): Reply {
  const { container, previous, limitBytes, tailLines } = request.query;
  const text = logs[`${pod}/${container}${previous ? '/previous' : ''}`];
  if (text === undefined) {
    return status(
      400,
      `container "${container}" in pod "${pod}" is waiting to start: PodInitializing`,
    );
  }
  const lines = text.split('\n');
  const tail = tailLines ? lines.slice(-Number(tailLines) - 1).join('\n') : text;
  return { text: limitBytes ? tail.slice(0, Number(limitBytes)) : tail };
}

function resourceReply(cluster: StubCluster, request: Seen): Reply {
  const [, group = '', version = '', namespace, resource = '', name, subresource] =
    pathPattern.exec(request.path) ?? [];
  if (subresource === 'log') return logReply(cluster, request, `${namespace}/${name}`);
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const isKnown = group === '' || group.endsWith('.k8s.io') || group === 'apps';
  const kept = cluster.objects.filter(
    (object) => object.apiVersion === apiVersion && resourceOf(object.kind) === resource,
  );
  if (kept.length === 0 && !isKnown && cluster.groups?.[group] === undefined) {
    return status(404, 'the server could not find the requested resource');
  }
  const inPlace = kept.filter(
    ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
  );
  if (name !== undefined) {
    const found = inPlace.find(({ metadata }) => metadata.name === name);
    if (!found) return status(404, `${resource} "${name}" not found`, { reason: 'NotFound' });
    return {
      json: request.headers.accept?.includes('PartialObjectMetadata') ? asMetadata(found) : found,
    };
  }
  const { labelSelector, fieldSelector } = request.query;
  const fitting = inPlace
    .filter((object) => labelSelector === undefined || fitsLabels(object, labelSelector))
    .filter((object) => fieldSelector === undefined || fitsFields(object, fieldSelector));
  return listReply(fitting, request, `${kept[0]?.kind ?? 'Unknown'}List`);
}

/** A cluster of these objects, with selectors, pages, short forms and logs; `except` answers first. */
export function clusterScript(cluster: StubCluster, except: Exception = () => undefined): Script {
  const groups = Object.entries(cluster.groups ?? {}).map(([name, version]) => ({
    name,
    preferredVersion: { groupVersion: `${name}/${version}`, version },
  }));
  const own = (request: Seen): Reply => {
    if (request.path === '/version') return { json: { gitVersion: 'v1.33.4' } };
    if (request.path === '/apis') return { json: { kind: 'APIGroupList', groups } };
    return resourceReply(cluster, request);
  };
  const date: Readonly<Record<string, string>> = cluster.date ? { date: cluster.date } : {};
  return (request) => {
    const reply = except(request) ?? own(request);
    return { ...reply, headers: { ...date, ...reply.headers } };
  };
}
