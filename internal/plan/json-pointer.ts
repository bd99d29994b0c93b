/** A way into a JSON value: names of members, and places in lists as numbers. */
export type JsonPath = readonly (string | number)[];

/** The RFC 6901 pointer of a path. */
export const pointerOf = (path: JsonPath): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The parts of an RFC 6901 pointer, all as text. */
export const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
