/** The path of an archive's entry with `/` only, and whether it stays inside of the archive. */
export interface SafePath {
  readonly path: string;
  readonly isInside: boolean;
}

/**
 * Judges a name from an archive: absolute ones, drive letters and `..` lead outside. With
 * `isResolved`, `..` may be in it as long as the way ends inside, as in the target of a link.
 */
export function safePath(name: string, options: { readonly isResolved?: boolean } = {}): SafePath {
  const slashed = name.replaceAll('\\', '/');
  const isAbsolute = slashed.startsWith('/') || /^[A-Za-z]:/.test(slashed);
  const parts: string[] = [];
  let isInside = !isAbsolute && !slashed.includes('\0');
  for (const part of slashed.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (options.isResolved !== true || parts.pop() === undefined) isInside = false;
  }
  return { path: isInside ? parts.join('/') : slashed, isInside: isInside && parts.length > 0 };
}
