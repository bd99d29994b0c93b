type Raw = Readonly<Record<string, unknown>>;

/** A text that is not empty; undefined for all else. */
export const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The API group of an apiVersion: `apps` for `apps/v1`, empty for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The object with this kind and apiVersion in front; itself if it has them already. */
export function withType(object: Raw, kind: string, apiVersion: string | undefined): Raw {
  if (kind === object['kind'] && apiVersion === object['apiVersion']) return object;
  const others = Object.entries(object).filter(
    ([name]) => name !== 'kind' && name !== 'apiVersion',
  );
  const type: [string, unknown][] = [['kind', kind]];
  if (apiVersion !== undefined) type.push(['apiVersion', apiVersion]);
  return Object.fromEntries([...type, ...others]);
}
