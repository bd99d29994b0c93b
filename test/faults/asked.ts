/** What a request is about, by its URL alone. */
export interface Asked {
  /** As RBAC calls it: `list`, `get`, `create`, …; empty for a path that is no resource, such as `/version`. */
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource: `pods/log`. For a path that is no resource, the path. */
  readonly resource: string;
  /** Empty: the whole cluster, or all namespaces. */
  readonly namespace: string;
  /** Empty for a collection. */
  readonly name: string;
}

const resourcePath =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/;

const verbs: Readonly<Record<string, string>> = {
  PATCH: 'patch',
  POST: 'create',
  DELETE: 'delete',
};

/** Takes a request apart. */
export function askedOf(method: string, url: string): Asked {
  const [path = ''] = url.split('?');
  const found = resourcePath.exec(path)?.groups;
  if (!found) return { verb: '', group: '', resource: path, namespace: '', name: '' };
  const { group = '', namespace = '', resource = '', name = '', subresource } = found;
  return {
    verb: verbs[method] ?? (name === '' ? 'list' : 'get'),
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name,
  };
}

const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?')[1] ?? '');

/** Whether a request is for a page of a list that is not the first. */
export const isLaterPage = (url: string): boolean => (queryOf(url).get('continue') ?? '') !== '';

/** The list, object or log that a request is for: its URL without what is different from page to page. */
export function placeOf(url: string): string {
  const [path = ''] = url.split('?');
  const query = queryOf(url);
  for (const key of ['continue', 'limit']) query.delete(key);
  const rest = query.toString();
  return rest === '' ? path : `${path}?${rest}`;
}

/** The same request for pages of at most so many objects. */
export function inPagesOf(size: number, url: string): string {
  const [path = ''] = url.split('?');
  const query = queryOf(url);
  const limit = Number(query.get('limit') ?? 0);
  if (limit <= size) return url;
  query.set('limit', String(size));
  return `${path}?${query.toString()}`;
}
