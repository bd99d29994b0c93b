import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { krew, krewValidator } from '../../scripts/e2e-tools.ts';
import { goTool } from '../../scripts/go-tool.ts';
import { krewManifest } from '../../scripts/package-manifest.ts';
import { archiveOf, executableOf, hostTarget, targets } from '../../scripts/package-targets.ts';
import { type FileServer, serveFolder } from './support/file-server.ts';
import { run } from './support/run.ts';

const { folder: release, version } = inject('release');
const { kubectl, go } = inject('programs');
const scratch = mkdtempSync(path.join(tmpdir(), 'calico-fix-krew-'));
const tag = `v${version}`;
const bin = path.join(scratch, 'bin');

const sumOf = (file: string): string =>
  new RegExp(`^(\\w{64}) {2}${file}$`, 'm').exec(
    readFileSync(path.join(release, 'SHA256SUMS'), 'utf8'),
  )?.[1] ?? '';

/** Writes the manifest of the built archives; krew wants the plugin's name for the file. */
function manifestIn(folder: string, downloads: string, spoil = (sum: string) => sum): string {
  const archives = targets.map((target) => ({
    target,
    sha256: spoil(sumOf(archiveOf(target, tag))),
  }));
  mkdirSync(path.join(scratch, folder), { recursive: true });
  const file = path.join(scratch, folder, 'calico-fix.yaml');
  writeFileSync(file, krewManifest(tag, archives, { homepage: downloads, downloads }));
  return file;
}

interface Install {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
}

// A krew of its own: nothing of the user's is read or written, and its index is empty.
function emptyKrew(name: string, more: Readonly<Record<string, string>> = {}): Install {
  const root = path.join(scratch, name);
  // `list` and `uninstall` only look whether there is one.
  for (const part of ['.git', 'plugins'])
    mkdirSync(path.join(root, 'index/default', part), { recursive: true });
  const PATH = [path.join(root, 'bin'), bin, '/usr/bin', '/bin'].join(path.delimiter);
  return { root, env: { PATH, HOME: scratch, KREW_ROOT: root, KUBECONFIG: '/dev/null', ...more } };
}

const archivePath = (target: (typeof targets)[number]) =>
  path.join(release, archiveOf(target, tag));

describe.skipIf(kubectl === null || go === null)('krew', () => {
  let server: FileServer;
  let validator = '';

  beforeAll(async () => {
    server = await serveFolder(release);
    mkdirSync(bin);
    symlinkSync(await goTool(krew), path.join(bin, 'kubectl-krew'));
    symlinkSync(kubectl ?? '', path.join(bin, 'kubectl'));
    validator = await goTool(krewValidator);
  });
  afterAll(async () => {
    await server.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  const install = async ({ env }: Install, ...args: readonly string[]) =>
    await run(path.join(bin, 'kubectl'), ['krew', 'install', ...args], env);

  it("accepts plugin.yaml by its index's own rules", async () => {
    mkdirSync(path.join(scratch, 'repository'));
    const file = path.join(scratch, 'repository/calico-fix.yaml');
    writeFileSync(file, readFileSync(path.join(import.meta.dirname, '../../plugin.yaml')));
    const { code, stderr } = await run(validator, ['-manifest', file, '-skip-install'], {});
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('OK') });
  });

  it('downloads, checks and installs the archive of every platform', async () => {
    const manifest = manifestIn('loopback', server.url);
    const { code, stderr } = await run(validator, ['-manifest', manifest], emptyKrew('none').env);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`all ${targets.length} spec.platforms installed fine`),
    });
    expect(server.asked).toEqual(targets.map((target) => archiveOf(target, tag)));
  });

  const host = hostTarget();

  it('installs the local archive; kubectl finds it; uninstalls it again', async () => {
    const place = emptyKrew('host');
    const manifest = manifestIn('local', 'https://example.invalid');
    const archive = host ? archivePath(host) : '';
    const installed = await install(place, `--manifest=${manifest}`, `--archive=${archive}`);
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.stderr).toContain('kubectl calico-fix completion install');
    const call = async (...args: readonly string[]) =>
      await run(path.join(bin, 'kubectl'), args, place.env);
    expect(await call('calico-fix', 'version')).toMatchObject({
      code: 0,
      stdout: `kubectl calico-fix ${tag}\n`,
    });
    expect((await call('plugin', 'list')).stdout).toContain('kubectl-calico_fix');
    expect((await call('krew', 'list')).stdout).toMatch(/^(?:detached\/)?calico-fix$/m);
    expect(await call('krew', 'uninstall', 'calico-fix')).toMatchObject({ code: 0 });
    expect(await call('calico-fix', 'version')).toMatchObject({ code: 1 });
  });

  it('has the helper of completion beside its link, where kubectl looks for it', async () => {
    const place = emptyKrew('completed');
    const manifest = manifestIn('local', 'https://example.invalid');
    const archive = host ? archivePath(host) : '';
    await install(place, `--manifest=${manifest}`, `--archive=${archive}`);
    const call = async (...args: readonly string[]) =>
      await run(path.join(bin, 'kubectl'), args, place.env);
    expect(await call('calico-fix', 'completion', 'install')).toMatchObject({ code: 0 });
    expect(readdirSync(path.join(place.root, 'bin'))).toEqual([
      'kubectl-calico_fix',
      'kubectl_complete-calico_fix',
    ]);
    expect((await call('__complete', 'calico-fix', 'diagn')).stdout).toMatch(
      /^diagnose\t.*\n:4\n$/,
    );
  });

  it('refuses an archive that is not the one of the manifest', async () => {
    const place = emptyKrew('refused');
    const manifest = manifestIn('spoiled', server.url, (sum) => sum.replaceAll(/[0-9]/g, 'a'));
    const archive = host ? archivePath(host) : '';
    const { code, stderr } = await install(place, `--manifest=${manifest}`, `--archive=${archive}`);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('checksum'),
    });
    expect(existsSync(path.join(place.root, 'bin/kubectl-calico_fix'))).toBe(false);
  });

  it.each(targets.map((target) => ({ name: target.name, target })))(
    'links the program for $name',
    async ({ target }) => {
      const place = emptyKrew(target.name, { KREW_OS: target.os, KREW_ARCH: target.arch });
      const manifest = manifestIn('local', 'https://example.invalid');
      const file = archivePath(target);
      expect(await install(place, `--manifest=${manifest}`, `--archive=${file}`)).toMatchObject({
        code: 0,
      });
      const store = path.join(place.root, 'store/calico-fix', tag);
      const program = executableOf(target);
      expect(readdirSync(store)).toEqual(['LICENSE', 'THIRD_PARTY_NOTICES', program]);
      expect(lstatSync(path.join(store, program)).mode & 0o111).toBe(0o111);
      const link = path.join(place.root, 'bin', program);
      expect(path.resolve(path.dirname(link), readlinkSync(link))).toBe(path.join(store, program));
    },
  );
});
