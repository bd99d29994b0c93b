import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject, parseObject } from './support/json.ts';

const root = join(import.meta.dirname, '..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const keysOf = (value: unknown) => (isObject(value) ? Object.keys(value) : []);
const valuesOf = (value: unknown) => (isObject(value) ? Object.values(value) : []);

const manifest = parseObject(textOf('package.json'));
const lock = parseObject(textOf('package-lock.json'));
const packages = isObject(lock['packages']) ? lock['packages'] : {};

/** Where npm looks for `name` when the package at `from` asks for it: its own node_modules first, then outwards. */
function placesOf(from: string, name: string): readonly string[] {
  const parents = from.split(/(?:^|\/)node_modules\//).slice(1);
  return Array.from({ length: parents.length + 1 }, (_, depth) =>
    [...parents.slice(0, parents.length - depth), name]
      .map((part) => `node_modules/${part}`)
      .join('/'),
  );
}

describe('the lock file', () => {
  const optional = Object.entries(packages).flatMap(([from, entry]) =>
    keysOf(isObject(entry) ? entry['optionalDependencies'] : null).map((name) => ({ from, name })),
  );

  it('knows packages for other platforms', () => {
    const names = new Set(optional.map(({ name }) => name));
    expect(names).toContain('@oxlint/binding-darwin-arm64');
    expect(names).toContain('@esbuild/win32-x64');
  });

  // npm leaves out in silence what the registry did not have when the lock was written, and `npm ci` then refuses it.
  it('has an entry for every optional dependency', () => {
    const missing = optional.filter(
      ({ from, name }) => !placesOf(from, name).some((place) => place in packages),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    const places = valuesOf(packages).map((entry) => (isObject(entry) ? entry['resolved'] : null));
    expect(places.filter((place) => place !== undefined)).toEqual([]);
  });

  it('is in step with package.json', () => {
    const top = isObject(packages['']) ? packages[''] : {};
    for (const field of ['name', 'version', 'engines', 'dependencies', 'devDependencies'])
      expect({ [field]: top[field] }).toEqual({ [field]: manifest[field] });
  });
});

describe('package.json', () => {
  const wanted = [...valuesOf(manifest['dependencies']), ...valuesOf(manifest['devDependencies'])];

  it('pins exact versions', () => {
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  it('lets run the install scripts that there are, and no others', () => {
    const scripted = Object.entries(packages)
      .filter(([, entry]) => isObject(entry) && entry['hasInstallScript'] === true)
      .filter(([, entry]) => isObject(entry) && entry['optional'] !== true)
      .map(([place]) => place.replace(/^.*node_modules\//, ''));
    expect(keysOf(manifest['allowScripts']).toSorted()).toEqual(scripted.toSorted());
  });
});

const sources = ['cmd', 'internal', 'scripts', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
);

describe('the sources', () => {
  it('give a reason wherever a lint rule is switched off', () => {
    const directive = /(?:oxlint|eslint)-disable(?!.* -- \S)/;
    const offenders = sources.filter((path) => directive.test(textOf(path)));
    expect(offenders).toEqual([]);
  });

  it('leave no test switched off or alone', () => {
    const switched = /\b(?:it|test|describe)\.(?:only|skip|todo)\b/;
    const offenders = sources.filter((path) => switched.test(textOf(path)));
    expect(offenders).toEqual([]);
  });
});

describe('the documents', () => {
  const scripts = keysOf(manifest['scripts']);

  it.each(['README.md', 'CONTRIBUTING.md'])('%s names only npm scripts that exist', (file) => {
    const named = [...textOf(file).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !scripts.includes(name ?? ''))).toEqual([]);
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])(
    '%s links only to files that exist',
    (file) => {
      const links = [...textOf(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
        ([, link]) => link ?? '',
      );
      expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
    },
  );

  it('CHANGELOG.md has a section for what is not released', () => {
    expect(textOf('CHANGELOG.md')).toMatch(/^## Unreleased$/m);
  });
});
