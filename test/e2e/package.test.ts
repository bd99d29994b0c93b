import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { archiveOf, executableOf, targets } from '../../scripts/package-targets.ts';
import { isObject, parseObject } from '../support/json.ts';
import { membersOf } from './support/archives.ts';
import { certificatesOf, platformOf, segmentsOf, signatureOf } from './support/executables.ts';
import { run } from './support/run.ts';

const { folder: release, bin, version } = inject('release');
const { go } = inject('programs');
const root = path.join(import.meta.dirname, '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'calico-fix-package-'));
const plugin = path.join(bin, 'kubectl-calico_fix');
const byName = targets.map((target) => ({ name: target.name, target }));

const fileOf = (target: (typeof targets)[number]) =>
  path.join(release, archiveOf(target, `v${version}`));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(byName)('the archive for $name', ({ target }) => {
  const members = membersOf(fileOf(target));

  it('holds the plugin, its licence and those of others: plain files, at one time', async () => {
    const file = { type: 'file', mode: 0o644, mtime: '1980-01-01T00:00:00.000Z' };
    const described = (await members).map(({ name, type, mode, mtime }) => ({
      name,
      type,
      mode,
      mtime,
    }));
    expect(described).toEqual([
      { ...file, name: executableOf(target), mode: 0o755 },
      { ...file, name: 'LICENSE' },
      { ...file, name: 'THIRD_PARTY_NOTICES' },
    ]);
  });

  it('is no larger than 45 MB', () => {
    expect(statSync(fileOf(target)).size).toBeLessThanOrEqual(45e6);
  });

  it('has a program for that platform, with something put into its Node', async () => {
    const [program] = await members;
    const bytes = program?.bytes ?? Buffer.alloc(64);
    expect(platformOf(bytes)).toBe(`${target.os} ${target.arch}`);
    const fuse = bytes.indexOf('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:');
    expect(bytes.toString('latin1', fuse + 47, fuse + 48)).toBe('1');
  });

  it('names Node and every package that is in the program', async () => {
    const notices = (await members)[2]?.bytes.toString() ?? '';
    for (const name of ['Node.js 26', '@kubernetes/client-node', 'commander', 'undici', 'yaml'])
      expect(notices).toMatch(new RegExp(`^${name}.*\\d`, 'm'));
    expect(notices).not.toContain('brings no licence text');
  });
});

describe.each(byName.filter(({ target }) => target.os === 'darwin'))('for macOS', ({ target }) => {
  const program = membersOf(fileOf(target)).then(([first]) => first?.bytes ?? Buffer.alloc(64));

  it.skipIf(go === null)(
    `${target.name}: the signature is ad hoc and holds for every page`,
    async () => {
      const bytes = await program;
      const signature = signatureOf(bytes);
      expect(signature).toMatchObject({
        isAdHoc: true,
        identifier: 'kubectl-calico_fix',
        broken: 0,
        covered: signature?.offset,
      });
      expect(signature?.pages).toBeGreaterThan(20_000);
      expect((signature?.offset ?? 1) % 16).toBe(0);
    },
  );

  it(`${target.name}: the program is a segment of its own, and the file ends with the last one`, async () => {
    const bytes = await program;
    const segments = segmentsOf(bytes);
    expect(segments.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['__TEXT', 'NODE_SEA', '__LINKEDIT']),
    );
    const last = segments.at(-1);
    expect((last?.offset ?? 0) + (last?.size ?? 0)).toBe(bytes.length);
  });
});

it('for Windows: no signature is left that would not hold', async () => {
  const [target] = targets.filter(({ os }) => os === 'windows');
  const [program] = target ? await membersOf(fileOf(target)) : [];
  expect(certificatesOf(program?.bytes ?? Buffer.alloc(0))).toEqual([0, 0]);
});

describe('beside the archives', () => {
  const sums = readFileSync(path.join(release, 'SHA256SUMS'), 'utf8');
  const bill = parseObject(
    readFileSync(path.join(release, `kubectl-calico-fix_v${version}_sbom.cdx.json`), 'utf8'),
  );

  it('SHA256SUMS has the checksum of every file', () => {
    const files = readdirSync(release).filter((file) => file !== 'SHA256SUMS');
    const sumOf = (file: string) =>
      createHash('sha256')
        .update(readFileSync(path.join(release, file)))
        .digest('hex');
    const wanted = files.map((file) => `${sumOf(file)}  ${file}`);
    expect(new Set(sums.trimEnd().split('\n'))).toEqual(new Set(wanted));
    expect(files).toHaveLength(targets.length + 1);
  });

  it('the bill of materials has a checksum and a licence for every component', () => {
    const list: readonly unknown[] = Array.isArray(bill['components']) ? bill['components'] : [];
    const components = list.filter(isObject);
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const names = components.map(({ name }) => name);
    for (const { basePackage } of targets) expect(names).toContain(basePackage);
    expect(names).toContain('@kubernetes/client-node');
    expect(names).not.toContain('vitest');
    for (const component of components)
      expect(component).toMatchObject({
        purl: expect.stringMatching(/^pkg:npm\/.+@\d/),
        hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
        licenses: [expect.anything()],
      });
  });

  it('built once more, at another place and in another time zone, all of it is the same', async () => {
    const again = path.join(scratch, 'again');
    const env = { ...process.env, TZ: 'Pacific/Chatham', LC_ALL: 'C', TMPDIR: scratch };
    const script = path.join(root, 'scripts/package.ts');
    const { code, stderr } = await run(process.execPath, [script, '--out', again], cleaned(env));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(path.join(again, 'SHA256SUMS'), 'utf8')).toBe(sums);
  });
});

function cleaned(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => !name.startsWith('VITEST'));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}

describe('the binary, alone on a machine: nothing on PATH, no home', () => {
  const sample = (name: string) => path.join(root, 'test/dumps', name);

  it('prints its version', async () => {
    expect(await run(plugin, ['version'], {})).toMatchObject({
      code: 0,
      stdout: `kubectl calico-fix v${version}\n`,
      stderr: '',
    });
  });

  it('has every page of explain', async () => {
    const pages = readdirSync(path.join(root, 'internal/checks')).filter((name) =>
      name.endsWith('.md'),
    );
    const [first = ''] = pages;
    const { code, stdout } = await run(plugin, ['explain', first.slice(0, -3)], {});
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: readFileSync(path.join(root, 'internal/checks', first), 'utf8'),
    });
  });

  it.each(['oom-killed', 'slow-startup-liveness-kill', 'cgroup-driver-mismatch'])(
    'diagnoses the sample %s as its sources do',
    async (name) => {
      const args = ['diagnose', '--from', sample(name), '-o', 'json'];
      const binary = await run(plugin, args, {});
      const sources = await run(process.execPath, [path.join(root, 'cmd/main.ts'), ...args], {});
      expect(binary).toEqual(sources);
      expect(binary.code).toBe(1);
    },
  );

  it('heeds no option that is meant for Node', async () => {
    const env = { NODE_OPTIONS: '--require=/nonexistent' };
    expect(await run(plugin, ['version'], env)).toMatchObject({ code: 0, stderr: '' });
  });

  it('runs through a link of another name, as krew makes them', async () => {
    const link = path.join(scratch, 'linked');
    symlinkSync(plugin, link);
    expect(await run(link, ['explain', 'oom-killed'], {})).toMatchObject({ code: 0, stderr: '' });
  });

  it('says what it cannot read, without a stack', async () => {
    const { code, stderr } = await run(plugin, ['diagnose', '--from', '/nonexistent'], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n +at /);
  });
});
