import { readFile } from 'node:fs/promises';

// Run from source, the pages lie beside the checks; in the bundle, esbuild made each of them a module that is its text.
const isSource = import.meta.url.endsWith('.ts');

/** The page of a check, in Markdown. The id must be one of the list: it becomes part of a path. */
export async function pageOf(id: string): Promise<string> {
  if (isSource) {
    return await readFile(new URL(`../internal/checks/${id}.md`, import.meta.url), 'utf8');
  }
  const page: { readonly default: string } = await import(`../internal/checks/${id}.md`);
  return page.default;
}
