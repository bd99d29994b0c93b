import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { entryOf, staticClosure } from './build.ts';

const loader = path.join(import.meta.dirname, 'binary/loader.ts');
const lazyImport = /\bimport\("(\.\/[^"]+)"\)/g;

/** The bundle in the form in which a binary holds it. */
export interface BinaryParts {
  /** One CommonJS script with everything that each command needs. */
  readonly start: string;
  /** Names of the bundle's files that are loaded when they are called for. */
  readonly lazy: readonly string[];
}

function countLazy({ outputs }: Metafile, files: readonly string[]): number {
  const imports = files.flatMap((file) => outputs[file]?.imports ?? []);
  return imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external).length;
}

// Writes `importChunk("./x.js")` where the bundle has `import("./x.js")`, and counts how often.
function replaceLazyImports(folder: string, count: (found: number) => void): Plugin {
  return {
    name: 'replace-lazy-imports',
    setup(context) {
      context.onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
        if (path.dirname(file) !== folder) return null;
        const text = await readFile(file, 'utf8');
        count(text.match(lazyImport)?.length ?? 0);
        return { contents: text.replace(lazyImport, 'importChunk("$1")'), loader: 'js' };
      });
    },
  };
}

// A module of its own, so that it has run when the entry begins.
function sharing(folder: string, names: readonly string[]): Plugin {
  const imports = names.map((name, index) => `import * as c${index} from './${name}';`);
  const entries = names.map((name, index) => `'./${name}': c${index}`);
  const contents = [...imports, `share({ ${entries.join(', ')} });`].join('\n');
  return {
    name: 'share-started-chunks',
    setup(context) {
      context.onResolve({ filter: /^started-chunks$/ }, ({ path: id }) => ({
        path: id,
        namespace: id,
      }));
      context.onLoad({ filter: /./, namespace: 'started-chunks' }, () => ({
        contents,
        resolveDir: folder,
      }));
    },
  };
}

/**
 * Takes the bundle in `folder` apart into what is run at once and what is loaded later. Throws when a lazy import would be
 * left over in the start script, where it could not work.
 */
export async function binaryParts(folder: string, metafile: Metafile): Promise<BinaryParts> {
  const entry = entryOf(metafile);
  const atStart = staticClosure(metafile, entry);
  const names = atStart.filter((file) => file !== entry).map((file) => path.basename(file));
  let replaced = 0;
  const { outputFiles } = await build({
    stdin: {
      contents: `import 'started-chunks'; import './${path.basename(entry)}';`,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    minify: true,
    legalComments: 'none',
    inject: [loader],
    define: { 'import.meta.url': 'startUrl' },
    plugins: [
      sharing(folder, names),
      replaceLazyImports(folder, (found) => {
        replaced += found;
      }),
    ],
    logLevel: 'warning',
  });
  const wanted = countLazy(metafile, atStart);
  if (replaced !== wanted) throw new Error(`${replaced} of ${wanted} lazy imports were replaced`);
  const lazy = Object.keys(metafile.outputs)
    .filter((file) => file.endsWith('.js') && !atStart.includes(file))
    .map((file) => path.basename(file));
  return { start: outputFiles[0]?.text ?? '', lazy: lazy.toSorted() };
}
