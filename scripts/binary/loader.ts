import { createRequire, registerHooks } from 'node:module';
import { getAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';

// Runs inside the binary, before everything else. What each command needs is one CommonJS script, which is what Node starts
// fastest; the rest are ES modules in the binary's assets, loaded when they are called for. What both of them use must
// exist only once, or else `instanceof UserError` would be false.

/** Where the chunks seem to lie: below the binary itself, where no real file can be. */
export const startUrl = `${pathToFileURL(process.execPath).href}/start.js`;

const folder = new URL('.', startUrl).href;
const importerName = './import.js';
const importerSource = 'export const importModule = (url) => import(url);';

type Namespace = Readonly<Record<string, unknown>>;

const shelf = 'kubectl-calico-fix.started';
const started = new Map<string, Namespace>();
Object.defineProperty(globalThis, Symbol.for(shelf), { value: started });

/** Names the chunks that the start script holds already, by the paths that other chunks import them by. */
export function share(chunks: Readonly<Record<string, Namespace>>): void {
  for (const [name, chunk] of Object.entries(chunks)) started.set(name, chunk);
}

// A module that gives out again what the start script has.
function reexport(name: string, chunk: Namespace): string {
  const lines = Object.keys(chunk).map(
    (key, index) =>
      `const e${index} = chunk[${JSON.stringify(key)}]; export { e${index} as ${JSON.stringify(key)} };`,
  );
  const chunkOf = `globalThis[Symbol.for(${JSON.stringify(shelf)})].get(${JSON.stringify(name)})`;
  return [`const chunk = ${chunkOf};`, ...lines].join('\n');
}

function sourceOf(name: string): string {
  if (name === importerName) return importerSource;
  const chunk = started.get(name);
  return chunk ? reexport(name, chunk) : getAsset(name.slice(2), 'utf8');
}

function registerChunks(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('./') && context.parentURL?.startsWith(folder)
        ? { url: new URL(specifier, folder).href, format: 'module', shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      url.startsWith(folder)
        ? {
            source: sourceOf(`./${url.slice(folder.length)}`),
            format: 'module',
            shortCircuit: true,
          }
        : next(url, context),
  });
}

type Importer = (name: string) => Promise<unknown>;

const isImporter = (value: unknown): value is { readonly importModule: Importer } =>
  typeof value === 'object' && value !== null && 'importModule' in value;

// In a single executable, `import()` of the main script knows Node's own modules only; that of a module knows all.
function createImporter(): Importer {
  registerChunks();
  const required: unknown = createRequire(startUrl)(importerName);
  if (isImporter(required)) return required.importModule;
  throw new Error('the binary cannot load its own parts');
}

let importer: Importer | null = null;

/** `import()` for the start script: loads a chunk from the assets by a path such as `./diagnose-ABC.js`. */
export function importChunk(name: string): Promise<unknown> {
  const chunk = started.get(name);
  if (chunk) return Promise.resolve(chunk);
  importer ??= createImporter();
  return importer(name);
}
