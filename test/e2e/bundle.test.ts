import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, entryOf, staticClosure } from '../../scripts/build.ts';
import { isObject, parseObject } from '../support/json.ts';

const ourCode = 'our code';
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'calico-fix-bundle-'));
const dist = join(folder, 'moved');
const manifest = parseObject(readFileSync(join(root, 'package.json'), 'utf8'));
const ownPackages = [ourCode, ...Object.keys(Object(manifest['dependencies']))];
let metafile: Metafile;

/** The npm packages (or our own code) whose bytes stand in an output file. */
function packagesIn(file: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[file]?.inputs ?? {})) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(input)?.[1];
    const key = name ?? ourCode;
    sizes.set(key, (sizes.get(key) ?? 0) + bytesInOutput);
  }
  return sizes;
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// Nothing of the machine's own kubeconfig may decide what a test sees.
function run(command: string, args: readonly string[], path = process.env['PATH'] ?? ''): Run {
  const env = { PATH: path, HOME: folder, KUBECONFIG: '/dev/null' };
  return spawnSync(command, [...args], { cwd: folder, encoding: 'utf8', env });
}

const runBundle = (...args: readonly string[]) =>
  run(process.execPath, [join(dist, 'main.js'), ...args]);

beforeAll(async () => {
  metafile = await bundle(join(folder, 'built'));
  cpSync(join(folder, 'built'), dist, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what is loaded', () => {
  it('at start: the command line, and nothing heavy', () => {
    const atStart = staticClosure(metafile, entryOf(metafile)).flatMap((file) => [
      ...packagesIn(file).keys(),
    ]);
    expect(atStart).toContain('commander');
    const light = [ourCode, 'commander'];
    expect(atStart.filter((name) => !light.includes(name))).toEqual([]);
  });

  it('for a live cluster: less than 1 MB of the Kubernetes client and what it brings', () => {
    const client = '@kubernetes/client-node';
    const isOfClient = (name: string) => name === client || !ownPackages.includes(name);
    const files = Object.keys(metafile.outputs).filter((file) => packagesIn(file).has(client));
    expect(files).not.toEqual([]);
    const bytes = [...new Set(files.flatMap((file) => staticClosure(metafile, file)))]
      .flatMap((file) => [...packagesIn(file)])
      .filter(([name]) => isOfClient(name))
      .reduce((sum, [, size]) => sum + size, 0);
    expect(bytes).toBeLessThan(1_000_000);
  });
});

describe('the bundle', () => {
  const version = String(manifest['version']);

  it.each([['--version'], ['version']])('%s prints the version', (arg) => {
    const { status, stdout } = runBundle(arg);
    expect({ status, hasVersion: stdout.includes(version) }).toEqual({
      status: 0,
      hasVersion: true,
    });
  });

  it('--help speaks of kubectl calico-fix and names no file', () => {
    const { status, stdout } = runBundle('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('kubectl calico-fix');
    expect(stdout).not.toContain('main.js');
  });

  it('holds the page of each check', () => {
    const ids = readdirSync(join(root, 'internal/checks')).flatMap((file) =>
      file.endsWith('.md') ? [file.slice(0, -3)] : [],
    );
    expect(ids.length).toBeGreaterThan(0);
    const [id = ''] = ids;
    const page = readFileSync(join(root, `internal/checks/${id}.md`), 'utf8');
    const { status, stdout } = runBundle('explain', id);
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: page.trim() });
  });

  it('starts as kubectl-calico_fix through a link from a folder on PATH', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(join(dist, 'main.js'), join(bin, 'kubectl-calico_fix'));
    const path = [bin, dirname(process.execPath)].join(delimiter);
    expect(run('kubectl-calico_fix', ['--version'], path).status).toBe(0);
  });
});

const samples = join(root, 'test/dumps');
const names = readdirSync(samples).filter((name) => existsSync(join(samples, name, 'sample.json')));

describe('the bundle diagnoses', () => {
  it.each(names)('%s', (name) => {
    const { expect: wanted } = parseObject(
      readFileSync(join(samples, name, 'sample.json'), 'utf8'),
    );
    const { stdout, stderr } = runBundle('diagnose', '--from', join(samples, name), '-o', 'json');
    expect(stderr).not.toMatch(/\bat .*\.js:\d/);
    expect(parseObject(stdout)['verdict']).toBe(isObject(wanted) ? wanted['verdict'] : null);
  });
});
