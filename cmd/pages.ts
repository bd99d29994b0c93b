import { readFile } from 'node:fs/promises';

// Run from source, the pages lie beside the checks; in the bundle, esbuild made each of them a module that is its text.
const isSource = import.meta.url.endsWith('.ts');

const isTextModule = (value: unknown): value is { readonly default: string } =>
  typeof value === 'object' &&
  value !== null &&
  'default' in value &&
  typeof value.default === 'string';

/** The page of a check, in Markdown. The id must be one of the list: it becomes part of a path. */
export async function pageOf(id: string): Promise<string> {
  if (isSource) {
    return await readFile(new URL(`../internal/checks/${id}.md`, import.meta.url), 'utf8');
  }
  const page: unknown = await import(`../internal/checks/${id}.md`);
  if (isTextModule(page)) return page.default;
  throw new Error(`the bundle holds no page of ${id}`);
}
