import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { controlPlaneTools } from '../../../scripts/e2e-tools.ts';
import { goTool, goVersion } from '../../../scripts/go-tool.ts';
import { archiveOf, hostTarget } from '../../../scripts/package-targets.ts';
import { parseObject } from '../../support/json.ts';
import { which } from './which.ts';

/** What is built once for all end-to-end tests. */
export interface Release {
  /** The folder of the archives, SHA256SUMS and the bill of materials. */
  readonly folder: string;
  /** A folder for PATH with nothing but this machine's binary of the plugin. */
  readonly bin: string;
  readonly version: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    release: Release;
    /** Paths of programs that not every machine has; null for those that this one lacks. */
    programs: { readonly kubectl: string | null; readonly go: string | null };
  }
}

const root = path.join(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'calico-fix-e2e-'));

function say(text: string): void {
  process.stderr.write(`e2e: ${text}\n`);
}

// Here and not in the tests, which run side by side and would each build the same.
async function buildControlPlane(): Promise<string> {
  say('building Kubernetes, etcd and kwok, unless it was done before');
  for (const tool of Object.values(controlPlaneTools)) await goTool(tool);
  return await goTool(controlPlaneTools.kubectl);
}

/** Builds a whole release before the first test, as the release script does. */
export async function setup(project: TestProject): Promise<void> {
  const release = path.join(folder, 'release');
  const bin = path.join(folder, 'bin');
  const manifest = parseObject(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const version = String(manifest['version']);
  say('building the binaries of all platforms');
  execFileSync(process.execPath, ['scripts/package.ts', '--out', release], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const target = hostTarget();
  if (!target) throw new Error('the end-to-end tests need a platform that has a binary');
  mkdirSync(bin);
  const archive = path.join(release, archiveOf(target, `v${version}`));
  execFileSync('tar', ['-xzf', archive, '-C', bin, 'kubectl-calico_fix']);
  const go = await goVersion();
  const built = go === null ? null : await buildControlPlane();
  const programs = { kubectl: which('kubectl') ?? built, go };
  if (programs.kubectl === null) say('no kubectl on PATH: the tests that need it are skipped');
  if (programs.go === null) say('no Go on PATH: the tests that need a cluster or krew are skipped');
  project.provide('release', { folder: release, bin, version });
  project.provide('programs', programs);
}

/** Takes away what `setup` has built. */
export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
