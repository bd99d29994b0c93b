/** A resource of the Kubernetes API: a list, or one object if it has a name. */
export interface Target {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** The RBAC right that a request needs. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

/** A target of the core group, v1. */
export const core = (resource: string, place: Pick<Target, 'namespace' | 'name'> = {}): Target => ({
  group: '',
  version: 'v1',
  resource,
  ...place,
});

/** The URL path of a target. */
export function pathOf(target: Target): string {
  const { group, version, resource, namespace, name, subresource } = target;
  const root = group === '' ? ['api', version] : ['apis', group, version];
  const place = namespace === undefined ? [] : ['namespaces', namespace];
  const parts = [...root, ...place, resource, ...(name === undefined ? [] : [name])];
  if (subresource !== undefined) parts.push(subresource);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** The right that reading a target needs: `list` for a list, `get` for one object or its subresource. */
export function rightToRead(target: Target): Right {
  const { group, resource, namespace, name, subresource } = target;
  return {
    verb: name === undefined ? 'list' : 'get',
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    ...(namespace === undefined ? {} : { namespace }),
  };
}
