import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { goTool, goVersion } from './go-tool.ts';
import { alignForSignature } from './package-mach-o.ts';
import { runQuietly } from './package-run.ts';
import type { Target } from './package-targets.ts';

const signer = {
  module: path.join(import.meta.dirname, 'signer'),
  package: 'github.com/anchore/quill/cmd/quill',
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';

async function findSigner(): Promise<{ readonly program: string } | { readonly why: string }> {
  if ((await goVersion()) === null) return { why: 'there is no Go to build the signing tool with' };
  try {
    return { program: await goTool(signer) };
  } catch (error) {
    return { why: `the signing tool could not be built: ${firstLine(error)}` };
  }
}

/**
 * Signs a macOS binary ad hoc, in place: macOS kills one whose signature is broken, and on Apple's processors one without any.
 * Returns why that was not possible, or null if the binary is signed or needs no signature. Throws if the signing itself fails.
 */
export async function sign({ os }: Target, binary: string): Promise<string | null> {
  if (os !== 'darwin') return null;
  const found = await findSigner();
  if ('why' in found) return found.why;
  await writeFile(binary, alignForSignature(await readFile(binary)));
  const args = ['sign', '--quiet', '--ad-hoc', '--identity', 'kubectl-calico_fix', binary];
  await runQuietly(found.program, args, path.dirname(binary));
  return null;
}
