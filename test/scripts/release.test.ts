import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { median } from '../../scripts/bench-startup.ts';
import { homeOnGitHub, krewManifest, krewTemplate } from '../../scripts/package-manifest.ts';
import { archiveOf, executableOf, targetNamed, targets } from '../../scripts/package-targets.ts';
import { reportOf } from '../../scripts/package.ts';
import { objections, repository } from '../../scripts/release.ts';

const root = path.join(import.meta.dirname, '../..');
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');
const version = String(parse(textOf('package.json')).version);
const tag = 'v1.2.3';
const built = targets.map((target, index) => ({ target, sha256: `${index}abc`.repeat(16) }));
const home = homeOnGitHub('owner/name', tag);

describe('the krew manifest', () => {
  const { metadata, spec } = parse(krewManifest(tag, built, home));

  it('has one entry a platform, each with its archive, checksum and program', () => {
    expect(spec.platforms).toEqual(
      built.map(({ target, sha256 }) => ({
        selector: { matchLabels: { os: target.os, arch: target.arch } },
        uri: `https://github.com/owner/name/releases/download/v1.2.3/${archiveOf(target, tag)}`,
        sha256,
        bin: executableOf(target),
      })),
    );
  });

  it("keeps to the index's rules for words", () => {
    expect(metadata).toEqual({ name: 'calico-fix' });
    expect(spec.version).toBe(tag);
    expect(spec.shortDescription.length).toBeLessThanOrEqual(50);
    expect(spec.shortDescription).not.toMatch(/kubernetes|kubectl|plugin|\n|\.$/i);
    const lines = `${spec.description}\n${spec.caveats}`.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(spec.description).not.toContain('kubectl calico-fix');
  });
});

describe('the template for krew-release-bot', () => {
  // What the bot does with it: pkg/source/template.go.
  const filled = krewTemplate('owner/name')
    .replaceAll(
      /\{\{addURIAndSha "(.*)" \.TagName \}\}/g,
      (_, uri: string) => `uri: ${uri}\n    sha256: ${'ab'.repeat(32)}`,
    )
    .replaceAll('{{ .TagName }}', tag);

  it('becomes the manifest of the release', () => {
    const archives = targets.map((target) => ({ target, sha256: 'ab'.repeat(32) }));
    expect(parse(filled)).toEqual(parse(krewManifest(tag, archives, home)));
    expect(filled).not.toContain('{{');
  });
});

describe('the files in the repository', () => {
  it('.krew.yaml is what the release script writes', async () => {
    expect(textOf('.krew.yaml')).toBe(krewTemplate(await repository()));
  });

  it('plugin.yaml is what it writes, whatever the checksums of the last release are', async () => {
    const { spec } = parse(textOf('plugin.yaml'));
    const sums = spec.platforms.map(({ sha256 }: { sha256: string }) => sha256);
    const archives = targets.map((target, index) => ({ target, sha256: String(sums[index]) }));
    const wanted = krewManifest(
      `v${version}`,
      archives,
      homeOnGitHub(await repository(), `v${version}`),
    );
    expect(textOf('plugin.yaml')).toBe(wanted);
    for (const sum of sums) expect(sum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(sums).size).toBe(targets.length);
  });
});

describe('a release', () => {
  it.each([
    { tag: undefined, git: '', count: 0 },
    { tag: 'v1.2.3', git: '', count: 0 },
    { tag: 'v1.2.4', git: '', count: 1 },
    { tag: '1.2.3', git: '', count: 1 },
    { tag: 'v1.2.3', git: ' M README.md\n?? new.ts\n', count: 1 },
    { tag: 'v2.0.0', git: ' M README.md\n', count: 2 },
  ])('of $tag with $git has $count objections', ({ count, ...state }) => {
    expect(objections('1.2.3', state)).toHaveLength(count);
  });

  it('says it where a binary is not signed, and only there', () => {
    const [target] = targets;
    if (!target) throw new Error('there are no targets');
    const packaged = { target, sha256: '', file: 'x.tar.gz', size: 42_000_000, unsigned: null };
    expect(reportOf(packaged)).not.toContain('SIGNED');
    expect(reportOf({ ...packaged, unsigned: 'there is no Go' })).toMatch(
      /NOT SIGNED: there is no Go/,
    );
  });
});

describe('targets', () => {
  it('have names of their own, and their archives too', () => {
    expect(new Set(targets.map(({ name }) => name)).size).toBe(5);
    expect(new Set(targets.map((target) => archiveOf(target, tag))).size).toBe(5);
    expect(targetNamed('windows-amd64')).toMatchObject({ npmOs: 'win32', npmCpu: 'x64' });
    expect(targetNamed('plan9-amd64')).toBe(null);
  });
});

it.each([
  { times: [3], middle: 3 },
  { times: [9, 1, 5], middle: 5 },
  { times: [100, 2, 9, 1], middle: 2 },
])('the median of $times is $middle', ({ times, middle }) => {
  expect(median(times)).toBe(middle);
});
