/** A way into a JSON value: names of members, and places in lists as numbers. */
export type JsonPath = readonly (string | number)[];

/** The RFC 6901 pointer of a path. */
export const pointerOf = (path: JsonPath): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
