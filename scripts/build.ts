import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildResult, type Metafile, type Plugin } from 'esbuild';
import { parseObject } from '../test/support/json.ts';

const root = path.join(import.meta.dirname, '..');

const clientName = '@kubernetes/client-node';

/**
 * Lets esbuild leave out what is not used of @kubernetes/client-node (4 MB of models), which does not declare that importing
 * it has no effects. Its files import one another by relative paths with their endings, so they need no resolving.
 */
const shakeKubernetesClient: Plugin = {
  name: 'shake-kubernetes-client',
  setup(context) {
    const entry = fileURLToPath(import.meta.resolve(clientName));
    const folder = path.dirname(entry);
    context.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: entry,
      sideEffects: false,
    }));
    context.onResolve({ filter: /^\./ }, ({ path: imported, resolveDir }) =>
      resolveDir.startsWith(folder)
        ? { path: path.join(resolveDir, imported), sideEffects: false }
        : null,
    );
  },
};

/** Lets esbuild leave out Ink's door to React's developer tools, which wants a package that nobody needs here. */
const leaveOutDevTools: Plugin = {
  name: 'leave-out-dev-tools',
  setup(context) {
    context.onLoad({ filter: /[\\/]ink[\\/]build[\\/]devtools\.js$/ }, () => ({ contents: '' }));
  },
};

// CommonJS dependencies call `require` for Node's own modules; an ES module has none.
const requireForCommonJs =
  "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);";

/**
 * Bundles cmd/main.ts into `outdir`, split where the code imports lazily, and makes the folder run from anywhere.
 * Returns esbuild's metafile; throws when the code does not build.
 */
export async function bundle(outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const result: BuildResult<{ metafile: true }> = await build({
    absWorkingDir: root,
    entryPoints: ['cmd/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.12',
    minify: true,
    keepNames: true,
    // A stack trace shows a whole line.
    lineLimit: 160,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    metafile: true,
    loader: { '.md': 'text' },
    banner: { js: requireForCommonJs },
    plugins: [shakeKubernetesClient, leaveOutDevTools],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  await writeFile(path.join(outdir, 'package.json'), await packageOfBundle());
  await chmod(path.join(outdir, 'main.js'), 0o755);
  return result.metafile;
}

// Node reads `type` from the package.json nearest to the file: with it the folder may be copied anywhere.
async function packageOfBundle(): Promise<string> {
  const manifest = parseObject(await readFile(path.join(root, 'package.json'), 'utf8'));
  const kept = ['name', 'version', 'license', 'type', 'engines'];
  const entries = Object.entries(manifest).filter(([key]) => kept.includes(key));
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

/** The files that run as soon as `entry` does: its static imports, theirs, and so on; `entry` included. */
export function staticClosure({ outputs }: Metafile, entry: string): readonly string[] {
  const found = new Set([entry]);
  for (const file of found) {
    for (const { kind, path: imported, external } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && !external) found.add(imported);
  }
  return [...found];
}

/** The output file that cmd/main.ts became. */
export function entryOf({ outputs }: Metafile): string {
  const entry = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === 'cmd/main.ts');
  if (entry === undefined) throw new Error('the build has no output for cmd/main.ts');
  return entry;
}

function sizes(metafile: Metafile): string {
  const atStart = new Set(staticClosure(metafile, entryOf(metafile)));
  return Object.entries(metafile.outputs)
    .filter(([file]) => file.endsWith('.js'))
    .toSorted(([, a], [, b]) => b.bytes - a.bytes)
    .map(([file, { bytes }]) => {
      const size = `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
      return `${size}  ${file}${atStart.has(file) ? '  at start' : ''}`;
    })
    .join('\n');
}

if (import.meta.main) console.log(sizes(await bundle(path.join(root, 'dist'))));
